"""The one memory: what it keeps, what it counts, and what it hands out."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.found.entry import BUCKETS, Entry
from agent.found.ledger import Ledger
from agent.ground.path import Check, Direction, Path
from agent.inbound.silence import SHORTEST
from agent.judge.fold import BAD
from agent.judge.result import Result
from agent.judge.verdict import PENDING, Cause, Verdict
from probes.state import State
from tests.agent.seen import STARTED, at, judgement, outcome, path, result
from tests.held import HeldClock

SQL, EPM = path(Check.SQL, peer="SQL01"), path(Check.EPM)
V = Verdict


def ledger() -> tuple[Ledger, HeldClock]:
    clock = HeldClock()
    return Ledger([SQL, EPM], clock), clock


def entry(of: Ledger, place: int = 1) -> Entry:
    return of.snapshot()[place]


def with_outcomes(*states: State, seconds: float = 0.001) -> Result:
    seen = [outcome(state, seconds=seconds) for state in states]
    return result(of=EPM, addresses=[at("192.0.2.21", judgement(V.REACHABLE), *seen)])


def test_every_path_is_there_from_the_start_in_the_order_of_the_plan() -> None:
    kept, _ = ledger()
    assert [each.path for each in kept.snapshot()] == [SQL, EPM]
    assert [each.path for each in kept.results()] == [SQL, EPM]
    for each in kept.snapshot():
        assert each.judgement is PENDING
        assert (each.last_run, each.last_reachable, each.unreachable_seconds) == (None, None, 0.0)
        assert not each.attempts
        assert sum(each.durations) == 0


def test_the_newest_result_is_the_one() -> None:
    kept, _ = ledger()
    kept.record(result(V.REACHABLE, of=EPM))
    kept.record(result(V.BLOCKED, Cause.SILENT_DROP, of=EPM))
    assert kept.verdict(EPM) is V.BLOCKED
    assert [each.verdict for each in kept.results()] == [V.PENDING, V.BLOCKED]


def test_a_path_that_is_not_planned_is_not_kept() -> None:
    kept, _ = ledger()
    for other in (path(Check.EPM, peer="OTHER"), replace(EPM, direction=Direction.INBOUND)):
        kept.record(result(V.BLOCKED, Cause.SILENT_DROP, of=other))
    assert [each.verdict for each in kept.results()] == [V.PENDING, V.PENDING]


def test_times_are_those_of_the_verdict() -> None:
    kept, _ = ledger()
    kept.record(result(V.REACHABLE, of=EPM, started=STARTED, seconds=2.0))
    assert (entry(kept).last_run, entry(kept).last_reachable) == (STARTED + 2, STARTED + 2)
    kept.record(result(V.UNREACHABLE, Cause.NO_ANSWER, of=EPM, started=STARTED + 60, seconds=3.0))
    assert (entry(kept).last_run, entry(kept).last_reachable) == (STARTED + 63, STARTED + 2)


@pytest.mark.parametrize("verdict", [each for each in Verdict if each is not V.PENDING])
async def test_the_time_that_a_path_does_not_work_is_counted(verdict: Verdict) -> None:
    kept, clock = ledger()
    await clock.advance(100.0)  # nothing is known yet
    kept.record(result(verdict, of=EPM))
    await clock.advance(60.0)
    kept.record(result(verdict, of=EPM))
    await clock.advance(7.5)
    counts = verdict in BAD
    assert entry(kept).unreachable_seconds == (67.5 if counts else 0.0)
    kept.record(result(V.REACHABLE, of=EPM))
    await clock.advance(1000.0)
    assert entry(kept).unreachable_seconds == (67.5 if counts else 0.0)


async def test_a_snapshot_counts_up_to_now_and_not_twice() -> None:
    kept, clock = ledger()
    kept.record(result(V.BLOCKED, Cause.SILENT_DROP, of=EPM))
    for seconds in (10.0, 20.0, 30.0):
        await clock.advance(10.0)
        assert entry(kept).unreachable_seconds == seconds
        assert entry(kept).unreachable_seconds == seconds


async def test_a_snapshot_does_not_change_any_more() -> None:
    kept, clock = ledger()
    kept.record(with_outcomes(State.OPEN))
    before = kept.snapshot()[1]
    copies = dict(before.attempts), list(before.durations), before.duration_sum, before.unreachable_seconds
    kept.record(with_outcomes(State.OPEN, State.FILTERED))
    kept.record(result(V.BLOCKED, Cause.SILENT_DROP, of=EPM))
    await clock.advance(60.0)
    kept.snapshot()
    assert (dict(before.attempts), before.durations, before.duration_sum, before.unreachable_seconds) == copies
    assert before.verdict is V.REACHABLE


def test_attempts_are_counted_by_what_they_saw() -> None:
    kept, _ = ledger()
    kept.record(with_outcomes(State.OPEN, State.FILTERED, State.FILTERED))
    kept.record(with_outcomes(State.CLOSED))
    assert entry(kept).attempts == {State.OPEN: 1, State.FILTERED: 2, State.CLOSED: 1}
    assert not entry(kept, 0).attempts


@given(st.lists(st.one_of(st.floats(0, 20), st.sampled_from(BUCKETS))))
def test_durations_are_counted_where_prometheus_looks_for_them(seconds: list[float]) -> None:
    """A bucket is named by its upper edge, which belongs to it."""
    kept, _ = ledger()
    for each in seconds:
        kept.record(with_outcomes(State.OPEN, seconds=each))
    counted = entry(kept)
    for number, edge in enumerate(BUCKETS):
        assert sum(counted.durations[: number + 1]) == sum(each <= edge for each in seconds)
    assert sum(counted.durations) == len(seconds)
    assert counted.duration_sum == pytest.approx(sum(seconds))


@pytest.mark.parametrize("state", [each for each in State if each is not State.OPEN])
def test_only_successes_have_a_duration(state: State) -> None:
    kept, _ = ledger()
    kept.record(with_outcomes(state))
    assert sum(entry(kept).durations) == 0


def test_the_edges_lie_around_the_repeated_syns() -> None:
    assert list(BUCKETS) == sorted(set(BUCKETS))
    assert {0.95, 1.5, 2.9} <= set(BUCKETS)


# What peers told.

SHUT_OUT = replace(EPM, direction=Direction.INBOUND)


def told(clock: HeldClock, verdict: Verdict = V.BLOCKED, *, age: float = 0.0, of: Path = SHUT_OUT) -> Result:
    """What a peer found so many seconds ago."""
    cause = None if verdict is V.REACHABLE else Cause.SILENT_DROP
    return result(verdict, cause, of=of, started=clock.time() - age, seconds=0.0)


def both_ways(silent_after: float = 300.0) -> tuple[Ledger, HeldClock]:
    clock = HeldClock()
    return Ledger([EPM, SHUT_OUT], clock, silent_after), clock


def test_both_directions_are_kept_apart() -> None:
    kept, clock = both_ways()
    kept.record(result(V.REACHABLE, of=EPM, started=clock.time()))
    kept.record(told(clock))
    assert [each.verdict for each in kept.results()] == [V.REACHABLE, V.BLOCKED]
    assert (kept.verdict(EPM), kept.verdict(SHUT_OUT)) == (V.REACHABLE, V.BLOCKED)


def test_what_nobody_has_told_yet_is_pending_and_says_who_is_to_tell() -> None:
    kept, _ = both_ways()
    ours, theirs = kept.results()
    assert (ours.verdict, theirs.verdict) == (V.PENDING, V.PENDING)
    assert "MSS has not told yet" in theirs.judgement.detail
    assert ours.judgement is PENDING
    assert kept.verdict(SHUT_OUT) is V.PENDING


def test_what_was_told_has_the_time_at_which_it_was_found() -> None:
    kept, clock = both_ways()
    kept.record(told(clock, V.REACHABLE, age=40.0))
    assert (entry(kept).last_run, entry(kept).last_reachable) == (clock.time() - 40, clock.time() - 40)


async def test_what_was_told_stands_for_so_long_from_when_it_was_found() -> None:
    kept, clock = both_ways()
    kept.record(told(clock, age=40.0))
    found = clock.time() - 40
    await clock.advance(259.9)
    assert kept.verdict(SHUT_OUT) is entry(kept).verdict is V.BLOCKED
    await clock.advance(0.1)
    for judged in (kept.results()[1].judgement, entry(kept).judgement):
        assert (judged.verdict, judged.cause) == (V.INCONCLUSIVE, Cause.AGENT_SILENT)
        assert "MSS has said nothing new for 5 min" in judged.detail
    assert kept.verdict(SHUT_OUT) is V.INCONCLUSIVE
    assert entry(kept).last_run == kept.results()[1].started == found


async def test_what_was_measured_here_does_not_grow_too_old() -> None:
    kept, clock = both_ways()
    kept.record(result(V.BLOCKED, Cause.SILENT_DROP, of=EPM, started=clock.time()))
    await clock.advance(100_000.0)
    assert kept.verdict(EPM) is V.BLOCKED


def test_what_is_too_old_when_it_is_told_never_stood() -> None:
    kept, clock = both_ways()
    kept.record(told(clock, age=300.0))
    assert kept.verdict(SHUT_OUT) is V.INCONCLUSIVE
    assert entry(kept).last_run == clock.time() - 300


async def test_whoever_speaks_again_is_believed_again() -> None:
    kept, clock = both_ways()
    kept.record(told(clock))
    await clock.advance(1_000.0)
    kept.record(told(clock, V.REACHABLE))
    assert kept.verdict(SHUT_OUT) is V.REACHABLE


async def test_the_time_after_a_peer_has_fallen_silent_does_not_count_against_the_path() -> None:
    kept, clock = both_ways()
    kept.record(told(clock, age=100.0))
    await clock.advance(150.0)
    assert entry(kept).unreachable_seconds == 150.0
    await clock.advance(1_000.0)
    assert entry(kept).unreachable_seconds == 200.0
    await clock.advance(1_000.0)
    assert entry(kept).unreachable_seconds == 200.0
    kept.record(told(clock))
    await clock.advance(10.0)
    assert entry(kept).unreachable_seconds == 210.0


async def test_a_path_that_was_too_old_from_the_beginning_has_cost_nothing() -> None:
    kept, clock = both_ways()
    kept.record(told(clock, age=5_000.0))
    await clock.advance(1_000.0)
    assert entry(kept).unreachable_seconds == 0.0


async def test_a_clock_that_was_set_meanwhile_makes_nobody_silent() -> None:
    """The age is taken when it is told; after that, only time that passes counts."""
    clock = SteppedClock()
    kept = Ledger([SHUT_OUT], clock, 300.0)
    kept.record(told(clock))
    for clock.step in (86_400.0, -86_400.0):
        assert kept.verdict(SHUT_OUT) is V.BLOCKED


class SteppedClock(HeldClock):
    """One whose date somebody sets."""

    step = 0.0

    def time(self) -> float:
        return super().time() + self.step


async def test_a_result_from_the_future_is_from_now() -> None:
    kept, clock = both_ways()
    kept.record(told(clock, age=-3_600.0))
    assert kept.verdict(SHUT_OUT) is V.BLOCKED
    await clock.advance(300.0)
    assert kept.verdict(SHUT_OUT) is V.INCONCLUSIVE


def test_the_newest_result_can_be_had_to_tell_it() -> None:
    kept, clock = both_ways()
    assert kept.newest(EPM) is None
    newest = result(V.BLOCKED, Cause.SILENT_DROP, of=EPM, started=clock.time())
    kept.record(newest)
    assert kept.newest(EPM) is newest
    assert kept.newest(path(peer="OTHER")) is None


@pytest.mark.parametrize("of", [EPM, SHUT_OUT])
def test_what_is_pending_takes_nothing_s_place(of: Path) -> None:
    kept, clock = both_ways()
    kept.record(Result(of, PENDING, (), 0.0, 0.0))
    assert {each.last_run for each in kept.snapshot()} == {None}
    kept.record(result(V.REACHABLE, of=of, started=clock.time()))
    kept.record(Result(of, PENDING, (), 0.0, 0.0))
    assert kept.verdict(of) is V.REACHABLE


async def test_a_snapshot_of_what_was_told_does_not_change_any_more() -> None:
    kept, clock = both_ways()
    kept.record(told(clock))
    before = kept.snapshot()[1]
    await clock.advance(1_000.0)
    assert before.verdict is V.BLOCKED
    assert entry(kept).verdict is V.INCONCLUSIVE


# When: for the log, and for what it means for SSO.


def test_of_what_is_not_found_yet_or_not_planned_no_time_is_known() -> None:
    kept, _ = both_ways()
    for of in (EPM, SHUT_OUT, path(peer="OTHER")):
        assert (kept.since(of), kept.last_reachable(of), kept.found_at(of)) == (None, None, None)
    kept.record(result(of=path(peer="OTHER")))
    assert kept.found_at(path(peer="OTHER")) is None


def test_a_verdict_is_there_since_it_changed_and_not_since_it_was_found_again() -> None:
    kept, _ = ledger()
    seen = []
    for number, (verdict, cause) in enumerate(
        [
            (V.REACHABLE, None),
            (V.REACHABLE, None),
            (V.BLOCKED, Cause.SILENT_DROP),
            (V.BLOCKED, Cause.ICMP_REJECT),  # another cause is the same verdict
            (V.UNREACHABLE, Cause.NO_ANSWER),
            (V.REACHABLE, None),
        ]
    ):
        kept.record(result(verdict, cause, of=EPM, started=60.0 * number, seconds=2.0))
        seen.append((kept.since(EPM), kept.last_reachable(EPM)))
    assert seen == [(2, 2), (2, 62), (122, 62), (122, 62), (242, 62), (302, 302)]
    assert entry(kept).since == 302
    assert kept.since(SQL) is None


def test_each_direction_has_times_of_its_own() -> None:
    kept, clock = both_ways()
    kept.record(told(clock, V.REACHABLE, age=40.0))
    assert (kept.since(SHUT_OUT), kept.last_reachable(SHUT_OUT)) == (clock.time() - 40, clock.time() - 40)
    assert (kept.since(EPM), kept.last_reachable(EPM), kept.found_at(EPM)) == (None, None, None)


async def test_what_was_found_is_dated_by_the_clock_that_nobody_sets() -> None:
    kept, clock = both_ways()
    kept.record(result(of=EPM, started=clock.time() - 2, seconds=2.0))
    kept.record(told(clock, age=40.0))
    assert (kept.found_at(EPM), kept.found_at(SHUT_OUT)) == (clock.monotonic(), clock.monotonic() - 40)
    before = clock.monotonic()
    await clock.advance(1_000.0)
    assert (kept.found_at(EPM), kept.found_at(SHUT_OUT)) == (before, before - 40)  # silent or not: it was found then
    kept.record(result(of=EPM, started=clock.time() - 3, seconds=2.0))
    assert kept.found_at(EPM) == clock.monotonic()  # whatever the clock on the wall says meanwhile


def test_what_was_found_in_the_future_was_found_now() -> None:
    kept, clock = both_ways()
    kept.record(told(clock, age=-3_600.0))
    assert kept.found_at(SHUT_OUT) == clock.monotonic()


@pytest.mark.parametrize("of", [EPM, SHUT_OUT])
def test_what_is_pending_moves_no_time(of: Path) -> None:
    kept, clock = both_ways()
    kept.record(result(V.REACHABLE, of=of, started=clock.time() - 5, seconds=0.0))
    times = kept.since(of), kept.last_reachable(of), kept.found_at(of)
    kept.record(Result(of, PENDING, (), 0.0, 0.0))
    assert (kept.since(of), kept.last_reachable(of), kept.found_at(of)) == times


async def test_a_peer_that_speaks_again_after_a_silence_says_since_when() -> None:
    """The silence is a reading, with a beginning of its own; what it told before and tells now is the same verdict."""
    kept, clock = both_ways()
    kept.record(told(clock))
    since = kept.since(SHUT_OUT)
    assert since is not None
    await clock.advance(1_000.0)
    assert kept.since(SHUT_OUT) == since + SHORTEST
    kept.record(told(clock))
    assert kept.since(SHUT_OUT) == since


async def test_a_round_began_before_what_it_found_and_no_clock_makes_it_later() -> None:
    kept, clock = both_ways()
    assert kept.asked_at(EPM) is None
    kept.record(result(of=EPM, started=clock.time() - 9, seconds=2.0))  # it waited for others of its round
    assert kept.asked_at(EPM) == clock.monotonic() - 9
    kept.record(result(of=EPM, started=clock.time() + 3_600, seconds=2.0))  # the clock was set back meanwhile
    assert kept.asked_at(EPM) == clock.monotonic() - 2
    assert kept.asked_at(path(peer="OTHER")) is None
