"""Prometheus as the comments of `deploy/prometheus/prometheus.yml` have it, and an agent that serves TLS."""

import json
from collections.abc import Iterator
from pathlib import Path
from shutil import which

import pytest

from tests.agent.web.toolkit.papers import PASSWORD, REQUIRED, authority, issued, put, users
from tests.deploy.scrape import variants

from .agents import PORT, running_in
from .fetch import fetch
from .network import Network
from .scraping import configured, prometheus

pytestmark = pytest.mark.lab

# Of MSS there is no more than its name: what is scraped is BTS01, which asks nobody again within the test.
SITE = """\
site: lab
schedule: {{interval: 1h, timeout: 1s}}
web: {{listen: "0.0.0.0:{port}"{more}}}
names: false
state_dir: state
hosts:
  - {{name: BTS01, role: processing, address: {own}{of_host}}}
  - {{name: MSS, role: master-secret, address: {peer}}}
"""


def write(folder: Path, net: Network, more: str = "", of_host: str = "") -> Path:
    """The site's file."""
    config = folder / "ssoreach.yaml"
    own, peer = net.prober_address(), net.address("accept")
    config.write_text(SITE.format(port=PORT, more=more, own=own, of_host=of_host, peer=peer), "utf-8")
    return config


WAYS = {"a password": users(prometheus=PASSWORD), "a certificate": REQUIRED}  # in the order of the comments


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, net: Network, tmp_path: Path) -> Iterator[str]:
    """How the agent that runs wants to be asked."""
    (tmp_path / "web.yml").write_text(put(tmp_path, issued(net.prober_address())) + WAYS[request.param], "utf-8")
    with running_in(net.prober, "BTS01", write(tmp_path, net, ", config_file: web.yml")):
        yield request.param


def client_files(folder: Path) -> None:
    """What the comments name."""
    authority().cert_pem.write_to_path(folder / "ssoreach-ca.pem")
    (folder / "ssoreach-password").write_text(PASSWORD)
    leaf = issued("prometheus")
    leaf.cert_chain_pems[0].write_to_path(folder / "prometheus.pem")
    leaf.private_key_pem.write_to_path(folder / "prometheus.key")


def test_prometheus_finds_and_scrapes_it_as_the_comments_say(net: Network, way: str, tmp_path: Path) -> None:
    if not which("prometheus"):
        pytest.skip("prometheus is not installed (Debian's package prometheus)")
    base = f"https://{net.prober_address()}:{PORT}"
    folder = tmp_path / "prometheus"
    folder.mkdir()
    client_files(folder)
    text = variants()[[*WAYS].index(way)].replace("/etc/prometheus/", f"{folder}/")
    with prometheus(net.server, configured(text, folder, [f"{base}/sd"])) as database:
        found = database.until_all_answer(['up{job="ssoreach", host="BTS01"} == 1', "ssoreach_build_info"], 30)
        targets = json.loads(database.get("/api/v1/targets?state=active")[1])["data"]["activeTargets"]
    assert [each["metric"]["host"] for each in found["ssoreach_build_info"]] == ["BTS01"]
    assert f"{base}/metrics" in {each["scrapeUrl"] for each in targets}
    assert {each["scrapeUrl"].partition(":")[0] for each in targets} == {"https"}


def test_an_agent_answers_to_the_name_by_which_it_is_told_to_scrapers(net: Network, tmp_path: Path) -> None:
    config = write(tmp_path, net, of_host=f', agent: "proxy.contoso.test:{PORT}"')
    at = f"http://{net.prober_address()}:{PORT}"
    with running_in(net.prober, "BTS01", config):
        told = json.loads(fetch(net.server, f"{at}/sd")[1])
        (target,) = [each["targets"][0] for each in told if each["labels"]["host"] == "BTS01"]
        assert target == f"proxy.contoso.test:{PORT}"
        assert fetch(net.server, f"{at}/metrics", f"Host: {target}")[0] == 200
        assert fetch(net.server, f"{at}/metrics", "Host: other.contoso.test")[0] == 421
