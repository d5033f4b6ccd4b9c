"""From a firewall's rule to who is woken: the agent, Prometheus with our rules, Alertmanager, a webhook; and back."""

from collections.abc import Iterator
from pathlib import Path
from shutil import which

import pytest
import yaml

from tests.deploy.alerting import RULES
from tests.deploy.scrape import WHOLE

from .agents import PORT, Agent, running_in
from .alerting import Webhook, alertmanager, hastened, webhook
from .machine import sso_state
from .mapping import serving
from .network import Network
from .scraping import Database, configured, prometheus
from .site import write_site
from .standin import sso_name, standing_in

pytestmark = [pytest.mark.lab, pytest.mark.timeout(300)]

NAMES = ("SsoreachPathBlocked", "SsoreachOnCache")
REACHED = 'ssoreach:path_verdict:severe{host="BTS01", peer="MSS", check="epm", verdict="reachable"}'


@pytest.fixture
def agent(net: Network, tmp_path: Path) -> Iterator[Agent]:
    """BTS01, which has an SSO service and reaches MSS; on MSS runs no agent."""
    address, name = net.address("accept"), sso_name()
    hosts = [f'name: MSS, role: master-secret, address: "{address}"']
    more = f'sso: {{service: "{name}"}}\nnames: false\n'
    config = write_site(tmp_path, net, hosts, timeout="2500ms", web=f"0.0.0.0:{PORT}", more=more)
    with (
        standing_in(tmp_path / "services", name),
        serving(net.server, address),
        running_in(net.prober, "BTS01", config) as agent,
    ):
        agent.until(lambda found: sso_state(found) == "normal", 60)
        yield agent


@pytest.fixture
def woken(net: Network, agent: Agent, tmp_path: Path) -> Iterator[Webhook]:
    """Whom Alertmanager tells."""
    if not which("prometheus-alertmanager"):
        pytest.skip("Alertmanager is not installed (Debian's package prometheus-alertmanager)")
    with webhook(net.prober) as woken, alertmanager(net.prober, tmp_path):
        yield woken


@pytest.fixture
def watching(net: Network, woken: Webhook, tmp_path: Path) -> Iterator[Database]:
    """Prometheus with the configuration and the rules of `deploy/prometheus`, in a hurry."""
    if not which("prometheus"):
        pytest.skip("prometheus is not installed (Debian's package prometheus)")
    folder = tmp_path / "prometheus"
    folder.mkdir()
    config = configured(WHOLE, folder, [f"http://{net.prober_address()}:{PORT}/sd"] * 2)
    written = yaml.safe_load(config.read_text("utf-8"))
    written["rule_files"] = [str(hastened(rules, folder)) for rules in RULES]
    config.write_text(yaml.safe_dump(written), "utf-8")
    with prometheus(net.prober, config) as database:
        yield database


def test_a_firewall_s_rule_wakes_somebody_who_is_told_the_path_and_the_remedy(
    net: Network, watching: Database, woken: Webhook
) -> None:
    assert watching.until_all_answer([REACHED], 60)
    silent = woken.until("SsoreachAgentNotScraped", "firing", host="MSS")
    assert "start it" in silent["annotations"]["description"]
    assert not [each for each in woken.told if each["labels"]["alertname"] in NAMES]

    net.flip(net.address("accept"), "reject with icmp admin-prohibited", ports="135")
    blocked = woken.until("SsoreachPathBlocked", "firing", check="epm")
    assert blocked["labels"].items() >= {
        ("host", "BTS01"),
        ("peer", "MSS"),
        ("site", "lab"),
        ("direction", "outbound"),
        ("severity", "critical"),
    }
    told = blocked["annotations"]
    assert told["summary"] == "lab: BTS01 → MSS, RPC endpoint mapper (TCP 135) (epm): blocked"
    assert "First: have the firewall team pass TCP 135 from BTS01 to MSS, and the answers" in told["description"]
    assert "do not restart ENTSSO, host instances or BTS01" in told["description"]
    assert told["runbook_url"] == "docs/runbook.md#ssoreachpathblocked"
    on_cache = woken.until("SsoreachOnCache", "firing", host="BTS01")
    assert on_cache["labels"]["severity"] == "critical"
    assert "DO NOT restart ENTSSO" in on_cache["annotations"]["description"]

    net.restore()
    for name in NAMES:
        woken.until(name, "resolved", host="BTS01")
    told_of = [(each["labels"]["alertname"], each["status"]) for each in woken.told]
    assert [told_of.count((name, status)) for name in NAMES for status in ("firing", "resolved")] == [1, 1, 1, 1]
