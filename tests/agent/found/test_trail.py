"""What is remembered of a path beside its newest result."""

from dataclasses import replace

import pytest

from agent.found.trail import ATTEMPTS, CHANGES, FAILURES, MINUTES, Latency, Trail
from agent.ground.path import Check
from agent.judge.result import FarEnd, Result, Seen, which
from agent.judge.verdict import Cause, Verdict
from probes.state import State
from tests.agent.seen import at, judgement, outcome, path, result


def test_the_slowest_connection_of_each_minute() -> None:
    latency = Latency()
    for when, seconds in ((600.0, 0.5), (610.0, 0.25), (660.0, 0.125)):
        latency.note(when, seconds)
    assert latency.read(660.0)[-3:] == (None, 0.5, 0.125)
    assert len(latency.read(660.0)) == MINUTES


def test_what_is_older_than_an_hour_is_gone() -> None:
    latency = Latency()
    latency.note(600.0, 0.5)
    latency.note(600.0 + 60 * MINUTES, 0.25)
    assert latency.read(600.0 + 60 * MINUTES) == (*[None] * (MINUTES - 1), 0.25)
    assert latency.read(600.0 + 120 * MINUTES) == (None,) * MINUTES


def test_a_minute_that_comes_late_has_its_place() -> None:
    latency = Latency()
    latency.note(660.0, 0.5)
    latency.note(600.0, 0.25)
    assert latency.read(660.0)[-2:] == (0.25, 0.5)


def test_a_clock_that_was_set_back_by_more_than_an_hour_begins_anew() -> None:
    latency = Latency()
    latency.note(100_000.0, 0.5)
    latency.note(60.0, 0.25)
    assert latency.read(60.0)[-1] == 0.25
    assert latency.read(100_000.0) == (None,) * MINUTES


def test_a_copy_stays_as_it_was() -> None:
    latency = Latency()
    latency.note(600.0, 0.5)
    copy = latency.copy()
    latency.note(600.0, 1.0)
    assert (copy.read(600.0)[-1], latency.read(600.0)[-1]) == (0.5, 1.0)


def seeing(state: State, verdict: Verdict, cause: Cause | None = None, check: Check = Check.EPM) -> Result:
    seen = at("192.0.2.21", judgement(verdict, cause), outcome(state))
    return result(verdict, cause, of=path(check), addresses=[seen])


def test_failures_outlive_successes() -> None:
    trail = Trail()
    bad = seeing(State.FILTERED, Verdict.UNREACHABLE, Cause.NO_ANSWER)
    trail.note(bad, 0.0)
    for when in range(ATTEMPTS):
        trail.note(seeing(State.OPEN, Verdict.REACHABLE), float(when))
    assert {each.outcome.state for each in trail.attempts} == {State.OPEN}
    assert [each.outcome.state for each in trail.failures] == [State.FILTERED]


def test_what_the_far_end_saw_stays_with_its_attempt() -> None:
    silent, other = outcome(State.FILTERED, 50000), outcome(State.FILTERED, 50001)
    judged = judgement(Verdict.PARTLY_BLOCKED, Cause.SILENT_DROP)
    seen = replace(at("192.0.2.21", judged, silent, other), seen={which(silent): Seen(FarEnd.NOTHING)})
    trail = Trail()
    trail.note(result(Verdict.PARTLY_BLOCKED, Cause.SILENT_DROP, of=path(Check.RPC_RANGE), addresses=[seen]), 0.0)
    assert [(each.outcome.target.port, each.far) for each in trail.failures] == [
        (50000, Seen(FarEnd.NOTHING)),
        (50001, None),
    ]


def test_everything_is_bounded() -> None:
    trail = Trail()
    for when in range(200):
        verdict, cause = ((Verdict.REACHABLE, None), (Verdict.UNREACHABLE, Cause.NO_ANSWER))[when % 2]
        trail.note(seeing(State.FILTERED, verdict, cause), float(when))
    assert (len(trail.attempts), len(trail.failures), len(trail.changes)) == (ATTEMPTS, FAILURES, CHANGES)


@pytest.mark.parametrize(("check", "failures"), [(Check.RPC_RANGE, 0), (Check.EPM, 1)])
def test_a_range_may_answer_by_an_rst(check: Check, failures: int) -> None:
    trail = Trail()
    trail.note(seeing(State.CLOSED, Verdict.INCONCLUSIVE, Cause.NO_KNOWN_LISTENER, check), 0.0)
    assert len(trail.failures) == failures


def test_a_verdict_that_stays_is_no_change() -> None:
    trail = Trail()
    for when in (1.0, 2.0):
        trail.note(result(Verdict.REACHABLE), when)
    assert [(each.at, each.verdict) for each in trail.changes] == [(1.0, Verdict.REACHABLE)]
