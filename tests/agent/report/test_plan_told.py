"""The plan, as it is told."""

import io
import json

from agent.ground.path import Check
from agent.report.plan import print_plan
from tests.agent.seen import path

PATHS = [path(Check.SQL, peer="SQL01"), path(Check.RPC_RANGE, addresses=("192.0.2.21", "mss.contoso.test"))]


def told(form: str) -> str:
    file = io.StringIO()
    print_plan(PATHS, form, file)
    return file.getvalue()


def test_json_has_what_is_asked_and_why() -> None:
    found = json.loads(told("json"))
    assert found["schema"] == 1
    assert found["paths"][1] == {
        "source": "BTS01",
        "peer": "MSS",
        "check": "rpc-range",
        "direction": "outbound",
        "port": "49152-65535",
        "addresses": ["192.0.2.21", "mss.contoso.test"],
        "requirements": [
            {"service": "Single Sign-On service", "account": "SSO account", "reason": "To have it.", "note": ""},
        ],
    }


def test_the_table_has_it_in_words_without_colour() -> None:
    text = told("table")
    assert "\x1b" not in text
    for word in ("BTS01", "SQL01", "SQL Server", "1433", "Secondary", "192.0.2.21", "To have it."):
        assert word in text


def test_a_plan_without_paths_is_told_too() -> None:
    file = io.StringIO()
    print_plan([], "json", file)
    assert json.loads(file.getvalue()) == {"schema": 1, "paths": []}
    print_plan([], "table", file)


def test_a_name_is_only_a_name() -> None:
    file = io.StringIO()
    print_plan([path(peer="[red]x[/red]")], "table", file)
    assert "[red]x[/red]" in file.getvalue()
