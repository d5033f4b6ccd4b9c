"""What a map of ports remembers, how much room that takes, and what clocks do to it."""

import math
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.dynamic.observed import Observed
from agent.dynamic.portmap import AGES, LEAST_UNIT, PortMap, unit_for
from agent.ground.ports import PortSet

DYNAMIC = PortSet.parse("49152-65535")
SEVERAL = PortSet.parse("5000-5020,20000,30000-30010")
ONE = PortSet.parse("5000")
NOON = 1_800_000_000.0
DAY = 86_400.0

SEEN = st.sampled_from([each for each in Observed if each])


def test_a_port_costs_three_bytes_at_most() -> None:
    full = PortMap(DYNAMIC)
    for port in DYNAMIC:
        full.observe(port, Observed.SILENT, NOON)
    buffers = [value for value in vars(full).values() if isinstance(value, bytearray) or hasattr(value, "itemsize")]
    assert sum(map(sys.getsizeof, buffers)) <= 3 * len(DYNAMIC) + 256
    others = [value for value in vars(full).values() if not any(value is each for each in buffers)]
    assert sum(map(sys.getsizeof, others)) <= 512


def test_nothing_is_known_of_a_new_map() -> None:
    new = PortMap(SEVERAL)
    assert new.states == bytes(len(SEVERAL))
    assert [new.seen_at(port) for port in SEVERAL] == [None] * len(SEVERAL)
    assert (new.is_complete, new.oldest(), list(new.rows())) == (False, None, [])


def test_a_port_of_another_range_is_refused() -> None:
    with pytest.raises(ValueError, match="6000"):
        PortMap(SEVERAL).observe(6000, Observed.OPEN, NOON)


@given(st.dictionaries(st.sampled_from(list(SEVERAL)), st.tuples(SEEN, st.floats(0, 20 * DAY)), max_size=33))
def test_several_ranges_are_one_map(seen: dict[int, tuple[Observed, float]]) -> None:
    known = PortMap(SEVERAL)
    for port, (what, later) in seen.items():
        known.observe(port, what, NOON + later)
    assert {port: known[port] for port in SEVERAL if known[port]} == {port: what for port, (what, _) in seen.items()}
    assert known.states == bytes(known[port] for port in SEVERAL)
    assert [(port, what) for port, what, _ in known.rows()] == [(port, seen[port][0]) for port in sorted(seen)]
    for port, _, when in known.rows():
        assert known.seen_at(port) == when
        assert when - 0.001 <= NOON + seen[port][1] < when + known.unit


def test_the_newest_is_what_counts() -> None:
    known = PortMap(ONE)
    known.observe(5000, Observed.OPEN, NOON)
    known.observe(5000, Observed.SILENT, NOON + 3 * LEAST_UNIT)
    assert (known[5000], known.seen_at(5000)) == (Observed.SILENT, NOON + 3 * LEAST_UNIT)


def test_a_range_of_one_port() -> None:
    known = PortMap(ONE)
    assert not known.is_complete
    known.observe(5000, Observed.CLOSED, NOON)
    assert (known.is_complete, known.oldest()) == (True, NOON)
    assert list(known.rows()) == [(5000, Observed.CLOSED, NOON)]


def test_the_oldest_is_known_when_all_is() -> None:
    known = PortMap(SEVERAL)
    for number, port in enumerate(reversed(SEVERAL.intervals)):
        assert known.oldest() is None
        for each in range(port[0], port[1] + 1):
            known.observe(each, Observed.OPEN, NOON + number * DAY)
    assert known.oldest() == NOON
    known.forget([SEVERAL.index(20000)])
    assert known.oldest() is None
    assert known[20000] is Observed.UNTESTED
    assert known.seen_at(20000) is None


def test_ports_that_are_never_asked_need_not_be_known() -> None:
    known = PortMap(SEVERAL)
    never = [SEVERAL[0], SEVERAL[7]]
    assert known.oldest(SEVERAL) is None
    for number, port in enumerate(port for port in SEVERAL if port not in never):
        known.observe(port, Observed.OPEN, NOON + number)
    assert known.oldest() is None
    assert known.oldest(never[:1]) is None
    assert known.oldest([*never, never[0]]) == NOON
    known.observe(never[0], Observed.OPEN, NOON - DAY)
    assert known.oldest(never) == NOON - DAY


# Time.


def test_stamps_hold_for_months() -> None:
    """One port a day for two years: those of the window are as exact as the unit, the others at least that old."""
    known = PortMap(DYNAMIC)
    days = 730
    for day in range(days):
        known.observe(DYNAMIC[day], Observed.OPEN, NOON + day * DAY)
    now = NOON + (days - 1) * DAY
    for day in range(days):
        when, truth = known.seen_at(DYNAMIC[day]), NOON + day * DAY
        assert when is not None
        if truth >= now - (AGES - 1) * known.unit:
            assert when <= truth < when + known.unit
        else:
            assert when <= now - (AGES - 1) * known.unit


def test_forgetting_leaves_just_the_window_however_long_it_goes_on() -> None:
    known, window = PortMap(DYNAMIC), 10 * DAY
    for day in range(400):
        now = NOON + day * DAY
        known.observe(DYNAMIC[day], Observed.CLOSED, now)
        known.forget_before(now - window, now)
        assert [port for port, _, _ in known.rows()] == list(DYNAMIC.between(max(0, day - 10), day))


def test_what_is_older_by_a_minute_is_forgotten_and_no_more() -> None:
    known = PortMap(SEVERAL)
    for number, port in enumerate(range(5000, 5021)):
        known.observe(port, Observed.CLOSED, NOON + 60.0 * number)
    known.forget_before(NOON + 600.0, NOON + 1200.0)
    assert [port for port, _, _ in known.rows()] == [*range(5010, 5021)]
    known.forget_before(NOON + 601.0, NOON + 1200.0)
    assert [port for port, _, _ in known.rows()] == [*range(5011, 5021)]


@pytest.mark.parametrize("back", [61.0, DAY, 26 * DAY, 45 * DAY, 10_000 * DAY])
def test_what_a_clock_set_back_leaves_in_the_future_is_forgotten(back: float) -> None:
    known = PortMap(SEVERAL)
    known.observe(5000, Observed.SILENT, NOON)
    known.observe(5001, Observed.OPEN, NOON - back)
    assert known.seen_at(5001) == pytest.approx(NOON - back, abs=known.unit)
    known.forget_before(NOON - back - DAY, NOON - back)
    assert [port for port, _, _ in known.rows()] == [5001]


@pytest.mark.parametrize("ahead", [DAY, 17 * DAY, 45 * DAY, 10_000 * DAY])
def test_a_clock_set_forward_and_back_again_leaves_no_port_of_the_future(ahead: float) -> None:
    known = PortMap(SEVERAL)
    for port, when in ((5000, NOON), (5001, NOON + ahead), (5002, NOON + 120)):
        known.observe(port, Observed.OPEN, when)
    known.forget_before(NOON - DAY, NOON + 120)
    left = {port: when for port, _, when in known.rows()}
    assert 5001 not in left
    assert left[5002] == pytest.approx(NOON + 120, abs=known.unit)
    assert all(when <= NOON + 120 for when in left.values())


def test_a_clock_set_forward_makes_all_before_it_old() -> None:
    known = PortMap(SEVERAL)
    known.observe(5000, Observed.OPEN, NOON)
    known.observe(5001, Observed.OPEN, NOON + 400 * DAY)
    known.forget_before(NOON + 399 * DAY, NOON + 400 * DAY)
    assert [port for port, _, _ in known.rows()] == [5001]


@given(st.lists(st.tuples(st.sampled_from(list(SEVERAL)), SEEN, st.floats(0, 4e9)), min_size=1, max_size=40))
def test_whatever_the_clock_does_the_last_port_seen_has_its_time(steps: list[tuple[int, Observed, float]]) -> None:
    known = PortMap(SEVERAL)
    for port, seen, now in steps:
        known.observe(port, seen, now)
        when = known.seen_at(port)
        assert known[port] is seen
        assert when is not None
        assert when - 0.001 <= now < when + known.unit + 0.001
    assert sum(1 for _ in known.rows()) == len({port for port, _, _ in steps})


def test_nothing_to_forget_is_no_trouble() -> None:
    known = PortMap(SEVERAL)
    known.forget_before(NOON, NOON)
    known.observe(5000, Observed.OPEN, NOON)
    known.forget_before(0.0, NOON)
    assert known[5000] is Observed.OPEN


@pytest.mark.parametrize("window", [0.0, DAY, 1.5 * 1024 * 60, 30 * DAY, 365 * DAY])
def test_the_unit_is_a_minute_or_so_that_the_window_fits(window: float) -> None:
    unit = unit_for(window)
    assert unit >= LEAST_UNIT
    assert window / unit <= AGES
    assert unit == LEAST_UNIT or window / unit == pytest.approx(AGES)


# Its parts.


def test_its_parts_make_it_again() -> None:
    known = PortMap(SEVERAL, 90.0)
    known.observe(20000, Observed.REFUSED, NOON)
    again = PortMap.of(SEVERAL, 90.0, known.parts())
    assert list(again.rows()) == list(known.rows())
    again.observe(20000, Observed.OPEN, NOON)
    assert known[20000] is Observed.REFUSED


@pytest.mark.parametrize("unit", [0.0, -60.0, math.inf, math.nan])
def test_a_unit_that_is_none_is_refused(unit: float) -> None:
    with pytest.raises(ValueError, match="another size"):
        PortMap.of(SEVERAL, unit, PortMap(SEVERAL).parts())


def test_parts_of_another_range_are_refused() -> None:
    with pytest.raises(ValueError, match="another size"):
        PortMap.of(SEVERAL, 60.0, PortMap(ONE).parts())
