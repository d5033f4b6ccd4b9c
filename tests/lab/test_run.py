"""`probe run` in the lab: a real Prometheus scrapes it while a firewall rule flips, and others ask it over HTTP."""

import json
import signal
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from shutil import which

import pytest

from .fetch import fetch
from .listeners import listening
from .mapping import serving
from .network import Network
from .site import write_site

pytestmark = pytest.mark.lab

AGENT = "10135"  # a port of the lab's own network: nobody else is there
PROMETHEUS = "9090"

SCRAPE = f"""\
global: {{scrape_interval: 1s, scrape_timeout: 900ms}}
scrape_configs:
  - job_name: ssoreach
    static_configs: [{{targets: ["127.0.0.1:{AGENT}"]}}]
"""


@pytest.fixture
def agent(net: Network, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """`probe run` as BTS01; SQL01 and MSS are the server's open address."""
    address = net.address("accept")
    hosts = [f'name: SQL01, role: sso-database, address: "{address}"']
    hosts.append(f'name: MSS, role: master-secret, address: "{address}"')
    config = write_site(tmp_path, net, hosts, timeout="1500ms", web=f"0.0.0.0:{AGENT}")
    with listening(net.server, [(address, 1433)]), serving(net.server, address):
        child = net.prober.popen(
            sys.executable, "-m", "agent.cli", "run", "--config", str(config), stderr=subprocess.PIPE
        )
        assert child.stderr
        line = child.stderr.readline()
        assert "listening" in line, line + child.stderr.read()
        yield child
        child.kill()


def get(net: Network, url: str, header: str = "", *, of: str = "prober") -> tuple[int, str]:
    """A GET from inside the lab: status (0: nobody answered) and body."""
    return fetch(getattr(net, of), url, header)


def verdict(net: Network, check: str) -> str:
    """What Prometheus holds to be the verdict of a path of SQL01 or MSS."""
    query = urllib.parse.quote(f'ssoreach_path_verdict{{check="{check}"}} == 1')
    status, body = get(net, f"http://127.0.0.1:{PROMETHEUS}/api/v1/query?query={query}")
    found = json.loads(body)["data"]["result"] if status == 200 else []
    return found[0]["metric"]["verdict"] if len(found) == 1 else ""


def wait_for(net: Network, check: str, wanted: str, seconds: float = 45) -> str:
    """Ask until the verdict is the wanted one; the last one seen when time is up."""
    deadline = time.monotonic() + seconds
    seen = ""
    while seen != wanted and time.monotonic() < deadline:
        seen = verdict(net, check)
    return seen


@pytest.fixture
def prometheus(net: Network, tmp_path: Path) -> Iterator[None]:
    """Debian's, scraping the agent every second."""
    if not which("prometheus"):
        pytest.skip("prometheus is not installed (Debian's package prometheus)")
    config = tmp_path / "prometheus.yml"
    config.write_text(SCRAPE)
    data = tmp_path / "data"
    child = net.prober.popen(
        "prometheus",
        f"--config.file={config}",
        f"--storage.tsdb.path={data}",
        f"--web.listen-address=127.0.0.1:{PROMETHEUS}",
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    yield
    child.kill()
    child.wait(10)


def test_prometheus_sees_the_verdict_follow_the_firewall(
    net: Network, agent: subprocess.Popen[str], prometheus: None
) -> None:
    """Three rounds: open, shut, open again."""
    address = net.address("accept")
    assert wait_for(net, "sql", "reachable") == "reachable"
    net.flip(address, "drop", ports="1433")
    assert wait_for(net, "sql", "unreachable") == "unreachable"
    net.flip(address, "reject with icmp admin-prohibited", ports="1433")
    assert wait_for(net, "sql", "blocked") == "blocked"
    net.restore(address)
    assert wait_for(net, "sql", "reachable") == "reachable"
    assert verdict(net, "epm") == verdict(net, "rpc-endpoint") == "reachable"


def test_promtool_finds_nothing_to_say(net: Network, agent: subprocess.Popen[str]) -> None:
    if not which("promtool"):
        pytest.skip("promtool is not installed (Debian's package prometheus)")
    status, body = get(net, f"http://127.0.0.1:{AGENT}/metrics")
    assert status == 200
    done = subprocess.run(["promtool", "check", "metrics"], input=body, text=True, capture_output=True, timeout=30)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert 'ssoreach_path_verdict{check="rpc-range"' in body


def test_what_is_known_of_the_range_is_measured_and_outlives_the_agent(
    net: Network, agent: subprocess.Popen[str], tmp_path: Path
) -> None:
    deadline, untested = time.monotonic() + 45, 16_384.0
    while untested == 16_384 and time.monotonic() < deadline:
        status, body = get(net, f"http://127.0.0.1:{AGENT}/metrics")
        lines = [line for line in body.splitlines() if line.startswith("ssoreach_rpc_range_ports{")]
        untested = sum(float(line.rpartition(" ")[2]) for line in lines if "untested" in line)
    assert (status, len(lines)) == (200, 5)
    assert untested < 16_384
    assert sum(float(line.rpartition(" ")[2]) for line in lines) == 16_384
    agent.send_signal(signal.SIGTERM)
    assert agent.wait(10) == 0
    (file,) = (tmp_path / "state").glob("range-*.json")
    assert json.loads(file.read_text())["content"]["peer"] == "MSS"


def test_others_read_the_metrics_and_no_more(net: Network, agent: subprocess.Popen[str]) -> None:
    base = f"http://{net.prober_address()}:{AGENT}"
    assert get(net, f"{base}/metrics", of="server")[0] == 200
    assert get(net, f"{base}/-/healthy", of="server") == (200, "healthy\n")
    assert get(net, f"{base}/api/v1/paths", of="server")[0] == 403
    assert get(net, f"{base}/", of="server")[0] == 403
    status, body = get(net, f"http://127.0.0.1:{AGENT}/api/v1/paths")
    assert status == 200
    assert {path["check"] for path in json.loads(body)["paths"]} == {"sql", "epm", "rpc-endpoint", "rpc-range"}


def test_a_foreign_host_header_is_refused(net: Network, agent: subprocess.Popen[str]) -> None:
    """A page elsewhere may point its own name here (DNS rebinding) and have a browser on this machine ask."""
    assert get(net, f"http://127.0.0.1:{AGENT}/metrics", "Host: evil.example")[0] == 421
    assert get(net, f"http://127.0.0.1:{AGENT}/metrics", "Host: BTS01:10135")[0] == 200


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_a_told_agent_ends_well(agent: subprocess.Popen[str], end: signal.Signals) -> None:
    agent.send_signal(end)
    assert agent.wait(10) == 0
    assert agent.stderr
    assert "Traceback" not in agent.stderr.read()
