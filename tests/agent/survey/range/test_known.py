"""What is remembered of a range: how long, how much of it, and when all of it has been seen."""

import math

import pytest

from agent.dynamic.observed import Observed
from agent.ground.ports import PortSet
from agent.judge.coverage import RangeState
from agent.judge.held import Shows
from agent.judge.silence import Loss
from agent.survey.range.counted import coverage, coverage_of_both, exempt_from
from agent.survey.range.known import MOST_NEVER_HELD, MOST_SHUT, PAUSE, RangeMemory, window_for
from probes.outcome import Outcome
from probes.state import State
from tests.agent.seen import outcome

DAY, NOW = 86_400.0, 1_800_000_000.0
PORTS = PortSet.parse("50000-50009")


def known(**seen: str) -> RangeMemory:
    """`silent="50000-50001"` and the like."""
    memory = RangeMemory.new(PORTS, Loss(), DAY, NOW)
    for state, ports in seen.items():
        for port in PortSet.parse(ports):
            memory.search.map.observe(port, Observed[state.upper()], NOW)
    return memory


@pytest.mark.parametrize(
    ("size", "samples", "interval", "configured", "expected"),
    [
        (16_384, 16, 60.0, None, 1.5 * 1024 * 60),
        (16_384, 38, 60.0, None, DAY),
        (16_384, 16, 3600.0, None, 1.5 * 1024 * 3600),
        (16_384, 16, 60.0, 7200.0, 7200.0),
        (1, 16, 60.0, None, DAY),
    ],
)
def test_the_window(size: int, samples: int, interval: float, configured: float | None, expected: float) -> None:
    assert window_for(size, samples, interval, configured) == expected


def test_every_port_is_counted_once() -> None:
    memory = known(open="50000", closed="50001-50002", silent="50003", refused="50004-50005")
    memory.search.exempt = exempt_from(frozenset({50000, 50009, 60000}), PORTS)
    found = coverage(memory.chart, lambda states: 60.0 * states.count(0))
    assert found.ports == {
        RangeState.OPEN: 0,
        RangeState.BLOCKED: 2,
        RangeState.INCONCLUSIVE: 3,
        RangeState.UNTESTED: 3,
        RangeState.EXEMPT: 2,
    }
    assert (found.size, found.tested, found.largest_untested) == (8, 5, 3)
    assert found.ratio == 5 / 8
    assert found.complete_in == 240.0


def test_an_rst_counts_as_passing_only_where_it_is_the_host_s_own() -> None:
    memory = known(closed="50001-50002")
    memory.search.credible = True
    assert coverage(memory.chart, None).ports[RangeState.OPEN] == 2


def test_a_registered_port_that_is_refused_is_blocked_all_the_same() -> None:
    memory = known(refused="50004")
    memory.search.exempt = frozenset({50004})
    found = coverage(memory.chart, None).ports
    assert (found[RangeState.BLOCKED], found[RangeState.EXEMPT]) == (1, 0)


def test_a_host_that_registers_everything_has_nothing_exempt() -> None:
    large = PortSet.parse("49152-65535")
    assert len(exempt_from(frozenset(range(49_152, 49_152 + 1024)), large)) == 1024
    assert exempt_from(frozenset(range(49_152, 49_152 + 1025)), large) == frozenset()
    assert len(exempt_from(frozenset(range(5000, 5021)), PortSet.parse("5000-5020"))) == 21


def test_a_full_pass_is_one_since_the_last_one() -> None:
    memory = known(closed="50000-50008")
    memory.count_round([], NOW + 60)
    assert memory.last_full_pass is None
    memory.search.map.observe(50009, Observed.CLOSED, NOW + 120)
    memory.count_round([], NOW + 120)
    assert memory.last_full_pass == NOW + 120
    memory.count_round([], NOW + 300)
    assert memory.last_full_pass == NOW + 120


def test_what_is_older_than_the_window_is_untested_again() -> None:
    memory = known(closed="50000-50009")
    memory.search.map.observe(50004, Observed.CLOSED, NOW + DAY / 2)
    memory.count_round([], NOW + DAY + 120)
    assert coverage(memory.chart, None).tested == 1


def sampled(*states: State) -> list[Outcome]:
    return [outcome(state) for state in states]


def test_three_silent_rounds_make_it_thin_and_an_answer_ends_that() -> None:
    memory = known()
    for _ in range(3):
        assert not memory.is_thin
        memory.count_round(sampled(State.FILTERED, State.FILTERED, State.LOCAL_FAULT), NOW)
    assert memory.is_thin
    memory.count_round(sampled(State.LOCAL_FAULT), NOW)  # says nothing
    assert memory.is_thin
    memory.count_round(sampled(State.FILTERED, State.CLOSED), NOW)
    assert not memory.is_thin


def test_a_pause_lasts_an_hour() -> None:
    memory = known()
    assert not memory.is_paused(0.0)
    memory.pause(1000.0)
    assert memory.is_paused(1000.0 + PAUSE - 1)
    assert not memory.is_paused(1000.0 + PAUSE)
    assert not memory.is_paused(999.0)  # the clock was set back


GOOD = known(closed="50000-50003").state()


@pytest.mark.parametrize(
    "damage",
    [
        {"map": {}},
        {"map": 5},
        {"credible": None},
        *({"pass_began": time} for time in ("x", True, -1.0, math.nan, math.inf, 10**400)),
        *({"last_full_pass": time} for time in ("x", math.nan, -math.inf, -(10**400))),
        {"paused_until": math.nan},
    ],
)
def test_what_is_not_a_state_is_refused(damage: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        known().restore({**GOOD, **damage}, NOW)


def test_a_pause_outlives_a_restart() -> None:
    memory, other = known(), known()
    memory.pause(NOW)
    other.restore(memory.state(), NOW + 60)
    assert other.is_paused(NOW + 60)


@pytest.mark.parametrize("credible", [False, True])
def test_silence_outlives_a_restart_for_what_it_was(credible: bool) -> None:
    """Seen where RSTs were the host's own, it is still where to look for edges."""
    memory, other = known(closed="50000-50003", silent="50004-50009"), known()
    memory.search.credible = credible
    other.restore(memory.state(), NOW + 60)
    other.search.trust(credible)
    assert other.search.map.states == memory.search.map.states


def test_a_state_comes_back() -> None:
    memory = known(closed="50000-50003", refused="50008-50009")
    other = known()
    other.restore(memory.state(), NOW + 60)
    assert other.search.map.states == memory.search.map.states


# What both ends saw.


def both(**seen: str) -> RangeMemory:
    memory = RangeMemory.new(PORTS, Loss(), DAY, NOW)
    for state, ports in seen.items():
        for port in PortSet.parse(ports):
            memory.chart_of_both.search.map.observe(port, Observed[state.upper()], NOW)
    return memory


def test_what_both_ends_saw_comes_back_and_stands_apart_from_what_one_saw() -> None:
    memory, other = both(open="50000-50003", silent="50004-50009"), known()
    memory.reached_at = NOW
    other.restore(memory.state(), NOW + 60)
    assert other.held is not None
    assert other.held.search.map.states == memory.chart_of_both.search.map.states
    assert other.held.search.credible
    assert other.alone is None
    assert other.reached_at == NOW


def test_a_file_of_before_there_were_agents_to_ask_is_understood() -> None:
    old = {
        key: value for key, value in known(closed="50000-50003").state().items() if key not in ("held", "reached_at")
    }
    memory = known()
    memory.restore(old, NOW + 60)
    assert memory.held is None
    assert memory.search.map.states.count(0) == 6
    assert not memory.was_reached(NOW + 60)


def test_what_both_ends_saw_is_doubted_as_all_else_is() -> None:
    memory, later = both(open="50000-50003"), known()
    later.restore(memory.state(), NOW + DAY + 120)
    assert later.held is not None
    assert later.held.is_empty


@pytest.mark.parametrize("damage", [{"held": 5}, {"held": {}}, {"held": {"map": 5}}, {"reached_at": "x"}])
def test_what_is_not_a_state_of_both_is_refused(damage: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        known().restore({**both(open="50000").state(), **damage}, NOW)


def test_a_reach_is_remembered_for_a_day() -> None:
    memory = known()
    memory.reached_at = NOW
    assert memory.was_reached(NOW)
    assert memory.was_reached(NOW + DAY)
    assert not memory.was_reached(NOW + DAY + 1)
    assert not memory.was_reached(NOW - 1)  # the clock was set back


def test_what_is_remembered_of_single_ports_is_bounded() -> None:
    memory = known()
    for port in range(1, 5000):
        memory.note_never_held(port)
        memory.remember(port, Shows.DROPPED)
    memory.note_never_held(4990)
    assert len(memory.never_held) == MOST_NEVER_HELD
    assert list(memory.never_held)[-1] == 4990
    assert len(memory.how) == MOST_SHUT
    assert min(memory.how) == 5000 - MOST_SHUT


def test_held_ports_are_counted_once_and_shut_ones_are_blocked_when_they_are_certain() -> None:
    memory = both(open="50000-50001", silent="50002-50003", refused="50005")
    found = coverage_of_both(
        memory.chart_of_both,
        PortSet.parse("50002-50003"),
        frozenset({50008, 50001, 50005}),
        lambda states: states.count(0),
    )
    assert found.ports == {
        RangeState.OPEN: 1,
        RangeState.BLOCKED: 2,
        RangeState.INCONCLUSIVE: 1,  # refused, and not certain
        RangeState.UNTESTED: 4,
        RangeState.EXEMPT: 2,
    }
    assert (found.size, found.tested, found.largest_untested) == (8, 4, 2)
    assert found.complete_in == 4


def test_a_full_pass_of_held_ports_leaves_out_what_is_never_held() -> None:
    memory = both(open="50000-50008")
    memory.chart_of_both.count_round(NOW + 60, {50009})
    assert memory.chart_of_both.last_full_pass == NOW + 60
    assert both(open="50000-50008").chart_of_both.last_full_pass is None
