"""Adding a check: each table that has a row for every one of them, so that a forgotten one is named where it is."""

from collections.abc import Mapping

import pytest

from agent.ground.path import Check
from agent.inbound.numbers import CHECKS
from agent.inbound.words import DOORS
from agent.judge.words import SERVICE, SPOKEN
from agent.report.nagios import WHAT
from agent.survey.doors import KINDS
from tests.agent.seen import PORT

TABLES: dict[str, Mapping[Check, object]] = {
    "SERVICE of agent/judge/words.py": SERVICE,
    "SPOKEN of agent/judge/words.py": SPOKEN,
    "WHAT of agent/report/nagios.py": WHAT,
    "CHECKS of agent/inbound/numbers.py": CHECKS,
    "DOORS of agent/inbound/words.py": DOORS,
    "KINDS of agent/survey/doors.py": KINDS,
    "PORT of tests/agent/seen.py": PORT,
}


@pytest.mark.parametrize("table", TABLES)
def test_every_check_has_its_row(table: str) -> None:
    assert [check for check in Check if check not in TABLES[table]] == []
