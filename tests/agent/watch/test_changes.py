"""What the log says of a change: which fields, how often, and on one line whatever stands in them."""

import json
import logging
import shlex
from collections.abc import Iterator
from dataclasses import replace

import pytest

from agent.found.ledger import Ledger
from agent.ground.path import Check, Direction
from agent.judge.result import Result
from agent.judge.verdict import PENDING, Cause, Verdict
from agent.log.lines import JsonLines, TextLines
from agent.log.log import log
from agent.sso.memory import Memory
from agent.sso.seen import Condition
from agent.sso.standing import Standing
from agent.sso.state import STATE, SsoState, Why
from agent.sso.stored import Remembered
from agent.watch.changes import VerdictChange, sso_changed
from tests.agent.seen import STARTED, path, result
from tests.agent.sso.standing import NOW, contact, reach, service, standing
from tests.held import HeldClock

V = Verdict
EPM, INBOUND = path(Check.EPM), replace(path(Check.EPM), direction=Direction.INBOUND)
HOSTILE = "\x1b[2J\nlevel=error\r\u2028\u202e 2026-01-01T10:00:00.000Z error forged=1"


class Lines(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)

    @property
    def events(self) -> list[dict[str, object]]:
        """Each as one JSON line has it; that both forms are one line each is seen to here."""
        for record in self.records:
            line = TextLines().format(record)
            assert line.isprintable()
            assert len(line.splitlines()) == 1
        lines = [JsonLines().format(record) for record in self.records]
        assert all(line.isprintable() and len(line.splitlines()) == 1 for line in lines)
        return [json.loads(line) for line in lines]


@pytest.fixture
def lines() -> Iterator[Lines]:
    before = log.level, log.propagate
    heard = Lines()
    log.addHandler(heard)
    log.setLevel(logging.INFO)
    log.propagate = False
    yield heard
    log.removeHandler(heard)
    log.level, log.propagate = before


# Of a path.


def ledger() -> Ledger:
    return Ledger([EPM, INBOUND], HeldClock(utc=STARTED))


def records(kept: Ledger, found: Result) -> VerdictChange | None:
    change = VerdictChange.of(found, kept)
    kept.record(found)
    return change


def test_the_first_verdict_has_nothing_before_it(lines: Lines) -> None:
    change = records(ledger(), result(V.BLOCKED, Cause.SILENT_DROP, of=EPM, started=STARTED, seconds=2.5))
    assert change is not None
    change.tell()
    (event,) = lines.events
    assert event.pop("time")
    assert event == {
        "level": "warning",
        "event": "verdict changed",
        "peer": "MSS",
        "check": "epm",
        "direction": "outbound",
        "verdict": "blocked",
        "cause": "silent-drop",
        "since": "2026-01-01T10:00:02.500Z",
        "before": "pending",
        "detail": "Seen.",
    }


def test_a_change_has_what_was_before_since_when_and_when_all_was_well(lines: Lines) -> None:
    kept = ledger()
    records(kept, result(V.REACHABLE, of=EPM, started=STARTED, seconds=1.0))
    records(kept, result(V.REACHABLE, of=EPM, started=STARTED + 60, seconds=1.0))
    shut = records(kept, result(V.BLOCKED, Cause.SILENT_DROP, of=EPM, started=STARTED + 120, seconds=3.0))
    opened = records(kept, result(V.REACHABLE, of=EPM, started=STARTED + 180, seconds=1.0))
    for change in (shut, opened):
        assert change is not None
        change.tell()
    first, second = lines.events
    fields = ("verdict", "cause", "before", "since", "before_since", "last_reachable")
    assert [first[each] for each in fields] == [
        "blocked",
        "silent-drop",
        "reachable",
        "2026-01-01T10:02:03.000Z",
        "2026-01-01T10:00:01.000Z",  # since when it was reachable
        "2026-01-01T10:01:01.000Z",  # when it was found so last
    ]
    assert [second[each] for each in fields] == [
        "reachable",
        "",
        "blocked",
        "2026-01-01T10:03:01.000Z",
        "2026-01-01T10:02:03.000Z",
        "2026-01-01T10:01:01.000Z",
    ]


def test_what_was_never_reachable_has_no_time_of_that(lines: Lines) -> None:
    kept = ledger()
    records(kept, result(V.BLOCKED, Cause.SILENT_DROP, of=EPM))
    change = records(kept, result(V.UNREACHABLE, Cause.NO_ANSWER, of=EPM, started=STARTED + 60))
    assert change is not None
    change.tell()
    (event,) = lines.events
    assert "before_since" in event
    assert "last_reachable" not in event


def test_the_same_again_is_no_event() -> None:
    kept = ledger()
    assert records(kept, result(V.BLOCKED, Cause.SILENT_DROP, of=EPM)) is not None
    assert records(kept, result(V.BLOCKED, Cause.SILENT_DROP, of=EPM, detail="Other words.")) is None


def test_another_cause_of_the_same_verdict_is_an_event() -> None:
    kept = ledger()
    records(kept, result(V.BLOCKED, Cause.SILENT_DROP, of=EPM))
    change = records(kept, result(V.BLOCKED, Cause.ICMP_REJECT, of=EPM, started=STARTED + 60))
    assert change is not None
    assert change.before.cause is Cause.SILENT_DROP
    assert change.since == STARTED + 0.25  # of the verdict, which is the same


def test_what_is_pending_still_is_no_event() -> None:
    assert VerdictChange.of(Result(EPM, PENDING, (), 0.0, 0.0), ledger()) is None


def test_both_directions_are_told_apart(lines: Lines) -> None:
    kept = ledger()
    records(kept, result(V.REACHABLE, of=EPM))
    change = records(kept, result(V.REACHABLE, of=INBOUND))
    assert change is not None
    change.tell()
    (event,) = lines.events
    assert (event["direction"], event["before"]) == ("inbound", "pending")


def test_hostile_text_from_a_peer_stays_one_line(lines: Lines) -> None:
    of = path(Check.EPM, peer=HOSTILE)
    change = VerdictChange.of(result(V.BLOCKED, Cause.SILENT_DROP, of=of, detail=HOSTILE), Ledger([of], HeldClock()))
    assert change is not None
    change.tell()
    (event,) = lines.events
    assert (event["peer"], event["detail"], event["verdict"]) == (HOSTILE, HOSTILE, "blocked")
    assert "forged=1" not in shlex.split(TextLines().format(lines.records[0]))


# Of SSO on this machine.

BEFORE = Remembered("BTS01", "ENTSSO", Memory(), SsoState.NORMAL, NOW - 7200)


def told(lines: Lines, of: Standing, before: Remembered = BEFORE) -> dict[str, object]:
    sso_changed(of, before, NOW)
    (event,) = lines.events
    return event


def test_a_new_state_has_these_fields_and_no_others(lines: Lines) -> None:
    event = told(lines, standing(Why.SAME))
    assert event.pop("time")
    detail = str(event.pop("detail"))
    assert event == {
        "level": "warning",
        "event": "SSO state changed",
        "service": "ENTSSO",
        "state": "on-cache",
        "why": "same",
        "since": "2026-01-01T09:30:00.000Z",
        "before": "normal",
        "before_since": "2026-01-01T08:00:00.000Z",
        "last_contact": "2026-01-01T09:00:00.000Z",
    }
    assert detail.startswith("SSO service ENTSSO on BTS01: on-cache")
    assert "blocked / silent-drop" in detail
    assert "Do not restart" in detail


def test_the_first_state_of_all_has_no_times_that_nobody_knows(lines: Lines) -> None:
    event = told(lines, standing(Why.NOT_ASKED, since=None), Remembered("BTS01", "ENTSSO", Memory()))
    assert (event["state"], event["before"], event["why"]) == ("unknown", "unknown", "not-asked")
    assert not {"since", "before_since", "last_contact"} & set(event)


@pytest.mark.parametrize("why", [each for each in Why if each is not Why.NO_PART])
def test_every_row_of_the_table_is_one_event_and_loud_where_it_should_be(lines: Lines, why: Why) -> None:
    event = told(lines, standing(why))
    loud = why in (Why.STOPPED, Why.NEVER, Why.SAME, Why.LOST, Why.ELSEWHERE, Why.UNWATCHED)
    assert (event["level"], event["state"]) == ("warning" if loud else "info", str(STATE[why]))
    assert event["why"] == str(why)
    assert ("last_contact" in event) == (standing(why).contact is not None)


def test_a_machine_without_a_part_has_no_events(lines: Lines) -> None:
    sso_changed(standing(Why.NO_PART), BEFORE, NOW)
    assert lines.events == []


def test_hostile_text_from_the_system_stays_one_line(lines: Lines) -> None:
    hostile = service(Condition.STOPPED, name=HOSTILE, detail=HOSTILE)
    event = told(lines, standing(Why.STOPPED, service=hostile, master=reach(peer=HOSTILE)))
    assert event["service"] == HOSTILE
    assert str(event["detail"]).isprintable()


@pytest.mark.parametrize("at", [0.0, 253_402_300_799.0])
def test_the_oddest_date_that_a_file_may_hold_is_told(lines: Lines, at: float) -> None:
    event = told(lines, standing(Why.SAME, since=at, contact=contact(at)), replace(BEFORE, since=at))
    assert event["since"] == event["before_since"] == event["last_contact"]
