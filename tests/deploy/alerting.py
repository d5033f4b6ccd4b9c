"""The rules of `deploy/prometheus`, their promtool tests and the runbook, as tests read them."""

import re
from typing import Any, NamedTuple

import yaml

from tests.deploy.scrape import DEPLOYED

from .dashboard import ROOT

RULES = sorted(DEPLOYED.glob("*.rules.yml"))
TESTS = sorted((DEPLOYED / "tests").glob("*.test.yml"))
RUNBOOK = (ROOT / "docs" / "runbook.md").read_text("utf-8")
ALERTS_SEEN = re.compile(r'ALERTS\{alertname="(\w+)",alertstate="firing"\}')


class Case(NamedTuple):
    """One expectation of a promtool test."""

    alert: str
    fires: bool


def rules() -> list[dict[str, Any]]:
    """Every rule of every file."""
    groups = [group for file in RULES for group in yaml.safe_load(file.read_text("utf-8"))["groups"]]
    return [rule for group in groups for rule in group["rules"]]


def alerts() -> dict[str, dict[str, Any]]:
    """The alerts by their names."""
    return {rule["alert"]: rule for rule in rules() if "alert" in rule}


def recorded() -> set[str]:
    """The names that rules record."""
    return {rule["record"] for rule in rules() if "record" in rule}


def cases() -> list[Case]:
    """What the promtool tests expect of alerts."""
    found = []
    for file in TESTS:
        for test in yaml.safe_load(file.read_text("utf-8"))["tests"]:
            told = [Case(each["alertname"], bool(each["exp_alerts"])) for each in test.get("alert_rule_test", [])]
            asked = test.get("promql_expr_test", [])
            seen = [Case(ALERTS_SEEN.findall(each["expr"])[0], bool(each["exp_samples"])) for each in asked]
            found += told + seen
    return found


def anchors() -> set[str]:
    """Of the runbook's sections, as Markdown makes them of headings."""
    headings = re.findall(r"(?m)^#+ (.*)$", RUNBOOK)
    return {re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


def section(alert: str) -> str:
    """What the runbook says of an alert; empty: nothing."""
    return (RUNBOOK + "\n## ").partition(f"\n## {alert}\n")[2].partition("\n## ")[0]
