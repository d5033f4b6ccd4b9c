"""The dashboard is a whole one: what it shows exists, is explained, and stands where nothing else does.

That each expression returns data is shown by `tests/lab/test_scraped_site.py`, with real agents and Prometheus.
"""

import re
from itertools import combinations
from typing import Any

import pytest

from agent.judge.fold import WORST
from agent.sso.state import SsoState
from tests.deploy.dashboard import (
    ROOT,
    dashboard,
    documented,
    expressions,
    filled_in,
    panels,
    variables,
)

WIDTH = 24  # columns of Grafana's grid
SOURCE = {"type": "prometheus", "uid": "${datasource}"}
TYPES = {"stat", "table", "timeseries", "state-timeline", "bargauge"}  # all of them Grafana's own
PROMETHEUS_OWN = {"up", "scrape_duration_seconds"}
GLOBAL = {"__rate_interval", "__range"}
ASKED = [*expressions(), *((f"docs {number}", text) for number, text in enumerate(documented()))]


def name_of(panel: dict[str, Any]) -> str:
    return str(panel["title"])


def test_it_can_be_imported_by_grafana_10_and_later() -> None:
    found = dashboard()
    assert (found["id"], found["uid"], found["title"]) == (None, "ssoreach", "SSO reachability")
    assert found["schemaVersion"] == 38  # Grafana 10.0's; later ones bring it up to their own
    assert found["time"]["from"]


def test_every_panel_has_an_id_of_its_own() -> None:
    ids = [panel["id"] for panel in dashboard()["panels"]]
    assert len(ids) == len(set(ids))


def test_no_panel_stands_on_another_or_outside() -> None:
    places = [panel["gridPos"] for panel in dashboard()["panels"]]
    for place in places:
        assert place["x"] >= 0
        assert place["x"] + place["w"] <= WIDTH
    for one, other in combinations(places, 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        above = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or above, (one, other)


@pytest.mark.parametrize("panel", panels(), ids=name_of)
def test_every_panel_is_explained_and_asks_the_chosen_source(panel: dict[str, Any]) -> None:
    assert panel["type"] in TYPES
    assert panel["title"]
    assert panel["description"].endswith(".")
    assert panel["fieldConfig"]["defaults"]["unit"]
    assert panel["targets"]
    assert panel["datasource"] == SOURCE
    references = [target["refId"] for target in panel["targets"]]
    assert len(references) == len(set(references))
    for target in panel["targets"]:
        assert target["datasource"] == SOURCE
        assert target["expr"].strip()
        assert target["instant"] is not target["range"]


@pytest.mark.parametrize("panel", panels(), ids=name_of)
def test_what_a_table_shows_and_hides_is_one_of_its_values(panel: dict[str, Any]) -> None:
    values = {"Value"} if len(panel["targets"]) == 1 else {f"Value #{target['refId']}" for target in panel["targets"]}
    for each in panel.get("transformations", []):
        keys = ("excludeByName", "indexByName", "renameByName")
        named = {name for key in keys for name in each["options"].get(key, {}) if name.startswith("Value")}
        assert named <= values
        assert each["id"] != "groupingToMatrix" or each["options"]["valueField"] in values


def test_no_two_panels_have_one_name() -> None:
    titles = [panel["title"] for panel in dashboard()["panels"]]
    assert len(titles) == len(set(titles))


def metrics_of(expression: str) -> set[str]:
    """What stands before a brace, and whatever is called like a metric of ours."""
    without_text = re.sub(r'"[^"]*"', '""', expression)
    return set(re.findall(r"\b(?:(?:ssoreach|process)_\w+|\w+(?=\{))", without_text))


@pytest.mark.parametrize("expression", [text for _, text in ASKED], ids=[name for name, _ in ASKED])
def test_every_metric_asked_for_is_documented(expression: str) -> None:
    known = set(re.findall(r"`((?:ssoreach|process)_\w+)`", (ROOT / "docs" / "metrics.md").read_text("utf-8")))
    known |= {f"ssoreach_connect_duration_seconds_{part}" for part in ("bucket", "count", "sum")}
    asked = metrics_of(expression)
    assert asked
    assert asked <= known | PROMETHEUS_OWN


@pytest.mark.parametrize("expression", [text for _, text in expressions()], ids=[name for name, _ in expressions()])
def test_every_expression_asks_of_the_chosen_site_and_hosts_only(expression: str) -> None:
    filled_in(expression, dict.fromkeys([*variables(), *GLOBAL], "x"))
    without_text = re.sub(r'"[^"]*"', '""', expression)
    chosen = re.findall(r"\{([^}]*)\}", without_text)
    assert chosen
    for selector in chosen:
        assert {"site=", "zone=~", "host=~"} <= set(re.findall(r"(?:site|zone|host)=~?", selector))


def test_its_variables_are_the_data_source_and_what_the_agents_are_known_by() -> None:
    assert [*variables()] == ["datasource", "site", "zone", "host", "direction"]
    assert variables()["datasource"]["query"] == "prometheus"
    for name in ("site", "zone", "host", "direction"):
        assert variables()[name]["query"]["query"] == variables()[name]["definition"]
        assert variables()[name]["definition"].endswith(f", {name})")
        assert variables()[name]["multi"] is (name != "site")


def codes(panel: dict[str, Any]) -> dict[str, int]:
    """What the numbers of a panel are called, from 1 on."""
    (mapping,) = panel["fieldConfig"]["defaults"]["mappings"]
    return {shown["text"]: int(number) for number, shown in mapping["options"].items()}


def coded(panel: dict[str, Any]) -> dict[str, int]:
    """What number its expression gives to what."""
    found = re.findall(r'(?:verdict|state)="([\w-]+)"\} \* (\d+)', panel["targets"][0]["expr"])
    return {word: int(number) for word, number in found}


@pytest.mark.parametrize("panel", [panel for panel in panels() if coded(panel)], ids=name_of)
def test_a_number_means_what_it_is_called_and_the_worst_is_the_highest(panel: dict[str, Any]) -> None:
    assert codes(panel) == coded(panel)
    in_order = [word for word, _ in sorted(codes(panel).items(), key=lambda each: each[1])]
    if "verdict" in panel["targets"][0]["expr"]:
        assert in_order == [str(verdict) for verdict in reversed(WORST)]
    else:
        assert sorted(in_order) == sorted(map(str, SsoState))
