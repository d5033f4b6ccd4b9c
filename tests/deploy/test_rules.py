"""The rules: promtool finds them right, they ring when they should and not else, and say what to do."""

import re
import subprocess
from pathlib import Path
from shutil import which

import pytest

from agent.ground.path import Check, Direction
from agent.judge.verdict import Verdict
from agent.sso.state import SsoState
from tests.deploy.alerting import RULES, RUNBOOK, TESTS, Case, alerts, anchors, cases, recorded, rules, section
from tests.deploy.dashboard import ROOT

pytestmark = pytest.mark.timeout(300)  # days of rules take promtool a while on a busy machine

ALERTS = alerts()
WANTED = {
    *(f"SsoreachPath{what}" for what in ("Blocked", "PartlyBlocked", "Unreachable", "ServiceDown", "Inconclusive")),
    *("SsoreachOnCache", "SsoreachCacheLost", "SsoreachServiceStopped", "SsoreachRangeUncovered"),
    *("SsoreachAgentNotScraped", "SsoreachPeerAgentSilent", "SsoreachConfigurationsDiffer", "SsoreachReloadFailed"),
}
BY_PROMETHEUS = {"up"}  # the one series that Prometheus makes itself
OUTSIDE = {"job", "instance", "site", "host", "severity"}  # labels of the scrape and of the rules, not of the metrics
LINK = r'{{ or $externalLabels.ssoreach_runbook "docs/runbook.md" }}#'
PARTS = ("Means", "Look closer", "Do", "Do not", "Ends")


def promtool(*argv: str) -> subprocess.CompletedProcess[str]:
    if not which("promtool"):
        pytest.skip("promtool is not installed (Debian's package prometheus)")
    return subprocess.run(["promtool", *argv], capture_output=True, text=True, timeout=250)


def test_every_kind_of_trouble_has_an_alert() -> None:
    assert ALERTS.keys() >= WANTED


@pytest.mark.parametrize("file", RULES, ids=lambda file: file.name)
def test_promtool_finds_the_rules_right(file: Path) -> None:
    done = promtool("check", "rules", str(file))
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert "SUCCESS" in done.stdout
    assert not re.search("duplicate|lint|FAILED", done.stdout)


@pytest.mark.parametrize("file", TESTS, ids=lambda file: file.name)
def test_the_rules_ring_when_they_should(file: Path) -> None:
    done = promtool("test", "rules", str(file))
    assert done.returncode == 0, done.stdout + done.stderr


def test_there_are_rules_and_each_file_has_its_tests() -> None:
    names = [file.name.partition(".")[0] for file in RULES]
    assert names
    assert names == [file.name.partition(".")[0] for file in TESTS]


@pytest.mark.parametrize("fires", [True, False])
@pytest.mark.parametrize("alert", ALERTS)
def test_every_alert_is_tested_firing_and_not_firing(alert: str, fires: bool) -> None:
    assert Case(alert, fires) in cases()


def test_nothing_is_tested_that_there_is_not() -> None:
    assert {case.alert for case in cases()} <= ALERTS.keys()


@pytest.mark.parametrize("alert", ALERTS)
def test_every_alert_says_what_where_and_what_first(alert: str) -> None:
    told = ALERTS[alert]["annotations"]
    assert told.keys() == {"summary", "description", "runbook_url"}
    assert "First: " in told["description"]
    assert "$labels.site" in told["summary"] or alert == "SsoreachNobodyScraped"


@pytest.mark.parametrize("alert", ALERTS)
def test_every_alert_leads_into_the_runbook(alert: str) -> None:
    link = ALERTS[alert]["annotations"]["runbook_url"]
    assert link.startswith(LINK)
    assert link.removeprefix(LINK) in anchors()
    assert link.removeprefix(LINK) == alert.lower()


@pytest.mark.parametrize("alert", ALERTS)
def test_every_alert_has_a_section_that_a_tired_person_can_use(alert: str) -> None:
    text = section(alert)
    missing = [part for part in PARTS if f"**{part}" not in text]
    assert missing == []
    assert len(text.split()) < 250


def test_the_runbook_is_about_alerts_that_there_are() -> None:
    assert set(re.findall(r"(?m)^## (\w+)", RUNBOOK)) == ALERTS.keys()
    assert set(re.findall(r"\bSsoreach[A-Z]\w+", RUNBOOK)) <= ALERTS.keys()


@pytest.mark.parametrize("alert", ALERTS)
def test_every_alert_has_a_severity(alert: str) -> None:
    """Of its own, or, of paths, that of the series it rings for."""
    severity = ALERTS[alert].get("labels", {}).get("severity")
    assert severity in ("critical", "warning", "info") or (severity is None and ":severe" in ALERTS[alert]["expr"])


DOCUMENTED = (ROOT / "docs" / "metrics.md").read_text("utf-8")
METRIC = re.compile(r"\b(?:ssoreach_\w+|up)\b(?=[\[{)\s]|$)", re.MULTILINE)
MATCHER = re.compile(r'(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"')
VALUES = {"verdict": Verdict, "check": Check, "direction": Direction, "state": SsoState}


def every_expression() -> list[str]:
    """Of rules, and those that the texts of alerts ask."""
    texts = [text for alert in ALERTS.values() for text in alert["annotations"].values()]
    asked = [query for text in texts for query in re.findall(r'"((?:last_over_time|count)?\(?ssoreach_[^"]*)"', text)]
    assert len(asked) >= 5
    return [rule["expr"] for rule in rules()] + asked


@pytest.mark.parametrize("expression", every_expression())
def test_every_metric_of_the_rules_is_one_of_ours(expression: str) -> None:
    documented = set(re.findall(r"^\| `(ssoreach_\w+)`", DOCUMENTED, re.MULTILINE))
    bare = re.sub(r"\bssoreach:[\w:]+", "", expression).replace("%s", " ")
    used = set(METRIC.findall(bare))
    assert used <= documented | BY_PROMETHEUS
    assert set(re.findall(r"\bssoreach:[\w:]+", expression)) <= recorded()
    assert used or "ssoreach:" in expression


@pytest.mark.parametrize("expression", every_expression())
def test_every_label_and_value_of_the_rules_is_one_of_ours(expression: str) -> None:
    for label, operator, value in MATCHER.findall(expression):
        if label in VALUES and "~" in operator:
            assert set(value.split("|")) <= set(VALUES[label]), f"{label}{operator}{value}"
        elif label in VALUES:
            assert value in set(VALUES[label]), f"{label}{operator}{value}"
        else:
            assert label in OUTSIDE, label
    grouped = re.findall(r"\b(?:by|on|ignoring|without) \(([^)]*)\)", expression)
    known = {"peer", "check", "direction", "verdict", "sha256", *OUTSIDE}
    assert {label.strip() for group in grouped for label in group.split(",")} <= known


def test_no_bad_verdict_is_without_an_alert() -> None:
    """`pending` is no verdict of a path: that it lasts rings for the agent, which does not ask."""
    named = {
        verdict
        for alert in ALERTS.values()
        for label, _, value in MATCHER.findall(alert["expr"])
        if label == "verdict"
        for verdict in value.split("|")
    }
    assert named == set(Verdict)
    waiting = [name for name, alert in ALERTS.items() if 'verdict="pending"' in alert["expr"]]
    assert waiting == ["SsoreachRoundsStopped"]
