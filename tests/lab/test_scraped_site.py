"""What is deployed works together: agents tell where they are, Prometheus scrapes them, and the dashboard has its data.

Prometheus stands on a host that is none of the site's, as it does for its users.
"""

import json
import re
import urllib.parse
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from shutil import which
from typing import Any

import pytest

from tests.deploy.dashboard import documented, expressions, filled_in, panels, variables
from tests.deploy.scrape import AGENT_MODE, WHOLE

from .agents import PORT
from .fetch import Metrics
from .scraped import AGENTS, BLOCKED, cut, scraped_site
from .scraping import Database, Samples, configured, prometheus, prometheus_agent, victoria_metrics
from .star import Star, address

pytestmark = [pytest.mark.lab, pytest.mark.timeout(480)]

SLOW = (
    240  # seconds: the way from a first silence to a blocked interval, and from there to a full pass, on a busy machine
)
DISCOVERY = tuple(f"http://{address(host)}:{PORT}/sd" for host in ("BTS01", "MSS"))

# What Grafana sends in place of its variables, of which all values are chosen. Rounds take 10 s here.
CHOSEN = {"site": "lab", "zone": ".*", "host": ".+", "direction": "(outbound|inbound)"}
GLOBAL = {"__rate_interval": "40s", "__range": "10m"}
DASHBOARD = {name: filled_in(text, CHOSEN | GLOBAL) for name, text in expressions()}
DOCUMENTED = [re.sub(r"\[5m\]|\[1d\]", "[40s]", text) for text in documented()]


@pytest.fixture(scope="module")
def stores(star: Star, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Database]]:
    """A Prometheus that scrapes, and a VictoriaMetrics to which another one sends on; once something is blocked."""
    for program in ("prometheus", "victoria-metrics"):
        if not which(program):
            pytest.skip(f"{program} is not installed (Debian's package of that name)")
    with ExitStack() as stack:
        agents = stack.enter_context(scraped_site(star, tmp_path_factory.mktemp("site")))
        agents["BTS01"].until(partial(all_reachable, peer="MSS"), SLOW)
        agents["BTS02"].until(partial(all_reachable, peer="SQL01"), SLOW)
        whole, forwarded = (tmp_path_factory.mktemp(name) for name in ("whole", "forwarded"))
        first = stack.enter_context(prometheus(star["STRANGER"], configured(WHOLE, whole, DISCOVERY)))
        second = stack.enter_context(victoria_metrics(star.router, forwarded))
        stack.enter_context(prometheus_agent(star.router, configured(AGENT_MODE, forwarded, DISCOVERY)))
        stack.enter_context(cut(star))
        yield {"prometheus": first, "victoria-metrics": second}


def all_reachable(metrics: Metrics, peer: str) -> bool:
    found = [value for _, value in metrics.rows("path_reachable", peer=peer, direction="outbound")]
    return bool(found) and all(found)


def targets(database: Database) -> list[dict[str, Any]]:
    """Those that it scrapes, once it has found all of them and each has answered."""

    def all_up(body: str) -> bool:
        found = json.loads(body)["data"]["activeTargets"]
        return len(found) >= len(AGENTS) and all(each["health"] == "up" for each in found)

    found: list[dict[str, Any]] = json.loads(database.until("/api/v1/targets?state=active", all_up))["data"][
        "activeTargets"
    ]
    return found


def test_prometheus_finds_each_agent_once_by_what_any_of_them_tells(stores: dict[str, Database]) -> None:
    found = targets(stores["prometheus"])
    assert sorted(each["labels"]["host"] for each in found) == sorted(AGENTS)
    at = {each["labels"]["host"]: (each["scrapeUrl"], each["labels"].get("zone")) for each in found}
    assert at == {
        "BTS01": (f"http://{address('BTS01')}:{PORT}/metrics", "app"),
        "BTS02": (f"http://[{address('BTS02', 0, 6)}]:{PORT}/metrics", "app"),
        "MSS": (f"http://{address('MSS')}:{PORT}/metrics", "core"),
    }
    assert {(each["labels"]["site"], each["labels"]["job"]) for each in found} == {("lab", "ssoreach")}


def test_every_rule_can_be_evaluated(stores: dict[str, Database]) -> None:
    def rules(body: str) -> list[dict[str, Any]]:
        return [rule for group in json.loads(body)["data"]["groups"] for rule in group["rules"]]

    body = stores["prometheus"].until(
        "/api/v1/rules", lambda body: all(rule["health"] != "unknown" for rule in rules(body)), SLOW
    )
    assert len(rules(body)) > 1
    assert [(rule["name"], rule.get("lastError")) for rule in rules(body) if rule["health"] != "ok"] == []


@pytest.fixture(scope="module")
def answers(stores: dict[str, Database]) -> dict[str, Samples]:
    """Of all expressions that came to something, what they came to."""
    return stores["prometheus"].until_all_answer([*DASHBOARD.values(), *DOCUMENTED], SLOW)


@pytest.mark.parametrize("name", DASHBOARD)
def test_every_panel_has_data(answers: dict[str, Samples], name: str) -> None:
    assert DASHBOARD[name] in answers


@pytest.mark.parametrize("expression", DOCUMENTED)
def test_every_documented_expression_has_data(answers: dict[str, Samples], expression: str) -> None:
    assert expression in answers


@pytest.mark.parametrize("panel", panels(), ids=lambda panel: str(panel["title"]))
def test_a_panel_names_labels_that_there_are(answers: dict[str, Samples], panel: dict[str, Any]) -> None:
    labels: set[str] = set()
    for target in panel["targets"]:
        found = answers[filled_in(target["expr"], CHOSEN | GLOBAL)]
        labels |= set().union(*(each["metric"] for each in found))
        for each in found:
            assert set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"])) <= each["metric"].keys()
    for each in panel.get("transformations", []):
        options = each["options"]
        named = {options[key] for key in ("rowField", "columnField") if key in options}
        named |= {name for name in options.get("indexByName", {}) if not name.startswith("Value")}
        assert named <= labels


@pytest.mark.parametrize(
    ("panel", "labels", "shown"),
    [
        ("Ranges D", ("host", "peer"), {("BTS01", "MSS", BLOCKED.split("-")[0])}),
        ("Ranges E", ("host", "peer"), {("BTS01", "MSS", BLOCKED.split("-")[1])}),
        (
            "Paths that are not reachable A",
            ("host", "peer", "check", "verdict"),
            {
                ("BTS01", "MSS", "rpc-range", "partly-blocked", "1"),
                ("BTS02", "SQL01", "sql", "unreachable", "1"),
                ("MSS", "BTS01", "epm", "unreachable", "1"),  # no endpoint mapper runs on the lab's processing servers
                ("MSS", "BTS02", "epm", "unreachable", "1"),
            },
        ),
    ],
)
def test_the_dashboard_shows_what_is_blocked(
    stores: dict[str, Database], panel: str, labels: tuple[str, ...], shown: set[tuple[str, ...]]
) -> None:
    """Prometheus scrapes one agent after another, so what two of them say of one path is not there at once."""
    expression = filled_in(dict(expressions())[panel], CHOSEN | GLOBAL | {"direction": "outbound"})

    def rows(body: str) -> set[tuple[str, ...]]:
        found = json.loads(body)["data"]["result"]
        return {(*(each["metric"][label] for label in labels), each["value"][1]) for each in found}

    query = urllib.parse.urlencode({"query": expression})
    stores["prometheus"].until(f"/api/v1/query?{query}", lambda body: rows(body) == shown, SLOW)


def test_its_variables_offer_the_sites_the_zones_and_the_hosts(stores: dict[str, Database]) -> None:
    offered = {}
    for name in ("site", "zone", "host", "direction"):
        found = re.fullmatch(r"label_values\((.*), (\w+)\)", filled_in(variables()[name]["definition"], CHOSEN))
        assert found
        match = urllib.parse.urlencode({"match[]": found[1]})
        offered[name] = json.loads(stores["prometheus"].get(f"/api/v1/label/{found[2]}/values?{match}")[1])["data"]
    assert offered == {
        "site": ["lab"],
        "zone": ["app", "core"],
        "host": [*AGENTS],
        "direction": ["inbound", "outbound"],
    }


def test_what_agent_mode_sends_on_is_all_that_the_dashboard_needs(stores: dict[str, Database]) -> None:
    found = stores["victoria-metrics"].until_all_answer(["ssoreach_path_verdict == 1", *DASHBOARD.values()], SLOW)
    assert [name for name, text in DASHBOARD.items() if text not in found] == []
    verdicts = found["ssoreach_path_verdict == 1"]
    assert {each["metric"]["site"] for each in verdicts} == {"lab"}
    assert {each["metric"]["host"] for each in verdicts} <= {*AGENTS}
