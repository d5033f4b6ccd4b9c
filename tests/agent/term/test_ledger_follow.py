"""What the memory of what was found keeps when another configuration comes into force."""

from dataclasses import replace

from agent.found.ledger import Ledger
from agent.ground.path import Check, Direction, Path
from agent.ground.ports import PortSet
from agent.inbound.heard import not_told
from agent.inbound.silence import SHORTEST
from agent.judge.result import Result
from agent.judge.verdict import PENDING, Cause, Verdict
from probes.state import State
from tests.agent.seen import STARTED, at, judgement, outcome, path, result
from tests.held import HeldClock

SQL, EPM = path(Check.SQL, peer="SQL01"), path(Check.EPM)
TOLD = replace(path(Check.EPM, peer="BTS02"), direction=Direction.INBOUND)
MOVED = replace(SQL, addresses=("192.0.2.99",))
V = Verdict


def found(of: Path, verdict: Verdict = V.BLOCKED, *states: State, started: float = STARTED) -> Result:
    seen = [outcome(state) for state in states]
    cause = None if verdict is V.REACHABLE else Cause.SILENT_DROP
    return result(verdict, cause, of=of, addresses=[at("192.0.2.21", judgement(verdict), *seen)], started=started)


def ledger(*paths: Path, silent_after: float = SHORTEST) -> tuple[Ledger, HeldClock]:
    clock = HeldClock()
    return Ledger(paths or (SQL, EPM, TOLD), clock, silent_after), clock


def test_a_path_that_is_taken_out_is_nowhere_any_more() -> None:
    kept, _ = ledger()
    kept.record(found(SQL, V.BLOCKED, State.FILTERED))
    kept.follow([EPM], SHORTEST)
    for paths in (
        [each.path for each in kept.snapshot()],
        [each.path for each in kept.results()],
        [each.path for each in kept.known()],
    ):
        assert paths == [EPM]
    assert (kept.newest(SQL), kept.since(SQL), kept.last_reachable(SQL)) == (None, None, None)
    kept.record(found(SQL, V.REACHABLE))  # of a round that was still on its way
    assert [each.path for each in kept.results()] == [EPM]
    kept.follow([SQL, EPM], SHORTEST)
    assert kept.snapshot()[0].judgement is PENDING
    assert not kept.snapshot()[0].attempts


async def test_what_was_counted_of_the_others_goes_on() -> None:
    kept, clock = ledger()
    kept.record(found(EPM, V.REACHABLE, State.OPEN, State.OPEN))
    kept.record(found(EPM, V.BLOCKED, State.FILTERED, started=STARTED + 60))
    await clock.advance(40.0)
    (_, before, _), known = kept.snapshot(), kept.known()[1]
    assert before.unreachable_seconds == 40.0
    kept.follow([EPM], SHORTEST)
    assert kept.snapshot() == [before]
    (still,) = kept.known()
    assert replace(still, latency=known.latency) == known
    assert len(still.attempts) == 3
    await clock.advance(2.0)
    (after,) = kept.snapshot()
    assert after.unreachable_seconds == 42.0
    assert after.attempts == {State.OPEN: 2, State.FILTERED: 1}
    assert sum(after.durations) == 2
    assert after.last_reachable == STARTED + 0.25


def test_the_order_is_that_of_the_new_plan() -> None:
    kept, _ = ledger()
    other = path(Check.SQL, peer="A-NEW-ONE")
    kept.follow([other, TOLD, EPM, SQL], SHORTEST)
    assert [each.path for each in kept.results()] == [other, TOLD, EPM, SQL]


async def test_a_path_that_leads_elsewhere_is_pending_and_its_counters_go_on() -> None:
    kept, clock = ledger()
    kept.record(found(SQL, V.REACHABLE, State.OPEN))
    kept.record(found(SQL, V.BLOCKED, State.FILTERED))
    await clock.advance(30.0)
    kept.follow([MOVED, EPM], SHORTEST)
    await clock.advance(100.0)
    moved = kept.snapshot()[0]
    assert moved.path == MOVED
    assert moved.judgement is PENDING
    assert (moved.last_run, moved.last_reachable, kept.since(MOVED)) == (None, None, None)
    assert (moved.unreachable_seconds, sum(moved.attempts.values())) == (30.0, 2)
    assert (kept.found_at(MOVED), kept.asked_at(MOVED), kept.newest(MOVED)) == (None, None, None)


def test_how_quick_it_was_where_a_path_led_before_is_not_drawn_beside_where_it_leads_now() -> None:
    kept, _ = ledger()
    kept.record(found(SQL, V.REACHABLE, State.OPEN))
    newest = STARTED + 60
    assert any(kept.known()[0].latency.read(newest))
    kept.follow([MOVED, EPM], SHORTEST)
    assert not any(kept.known()[0].latency.read(newest))


def test_what_was_found_where_a_path_led_before_says_nothing_of_where_it_leads_now() -> None:
    kept, _ = ledger()
    kept.follow([MOVED, EPM], SHORTEST)
    for verdict in (V.REACHABLE, V.BLOCKED):
        kept.record(found(SQL, verdict, State.OPEN))  # of a round that ends in these moments
        assert kept.verdict(MOVED) is V.PENDING
    assert not kept.has(SQL)
    assert kept.has(MOVED)
    assert not kept.snapshot()[0].attempts
    kept.record(found(MOVED, V.REACHABLE, State.OPEN))
    assert kept.verdict(MOVED) is V.REACHABLE


def test_so_does_a_range_with_other_ports() -> None:
    before = path(Check.RPC_RANGE)
    after = replace(before, ports=PortSet.parse("5000-5020"), port="5000-5020")
    kept, _ = ledger(before)
    kept.record(found(before))
    kept.follow([after], SHORTEST)
    assert [each.verdict for each in kept.results()] == [V.PENDING]


async def test_what_a_peer_told_stands_until_it_can_have_heard_of_a_shorter_interval() -> None:
    """Nobody has fallen silent who tells as often as he was asked to."""
    kept, clock = ledger(silent_after=3 * 3600.0)
    kept.record(found(TOLD, V.REACHABLE, started=clock.time() - 0.25))
    await clock.advance(3000.0)
    kept.follow([TOLD], SHORTEST)
    assert kept.verdict(TOLD) is V.REACHABLE
    kept.record(found(TOLD, V.REACHABLE, started=clock.time() - 0.25))
    await clock.advance(SHORTEST + 1)
    assert kept.results()[0].judgement.cause is Cause.AGENT_SILENT


async def test_and_longer_under_a_longer_one() -> None:
    kept, clock = ledger()
    kept.record(found(TOLD, V.REACHABLE, started=clock.time() - 0.25))
    kept.follow([TOLD], 3 * 3600.0)
    await clock.advance(3000.0)
    assert kept.verdict(TOLD) is V.REACHABLE
    await clock.advance(3 * 3600.0)
    assert kept.verdict(TOLD) is V.INCONCLUSIVE


def test_a_peer_that_may_tell_from_now_on_has_told_nothing_yet() -> None:
    kept, _ = ledger(SQL)
    kept.follow([SQL, TOLD], SHORTEST)
    assert kept.results()[1] == not_told(TOLD)


def test_skipped_rounds_stay_counted() -> None:
    kept, _ = ledger()
    kept.skipped["overrun"] += 3
    kept.follow([EPM], SHORTEST)
    assert kept.skipped == {"overrun": 3}
