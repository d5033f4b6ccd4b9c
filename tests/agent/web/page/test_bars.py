"""A range as cells and intervals: bounded, and nothing that accuses is lost on the way."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.dynamic.chart import Chart, Shown
from agent.dynamic.observed import Observed
from agent.ground.path import Check, Direction
from agent.ground.ports import NO_PORTS, PortSet
from agent.judge.verdict import Cause, Verdict
from agent.web.page.bars import CELLS, HEIGHT, NARROWEST, areas, asked, bars, cells, told
from tests.agent.seen import path
from tests.agent.sso.standing import NOW

from .everything import BLOCKED, FOUND, IN, OUT, RANGE, SUSPECT, Is, everything, known

WHOLE = len(RANGE)


def runs(blocked: str = "", suspect: str = "", states: bytes = bytes(WHOLE)) -> list[tuple[int, int, Shown]]:
    chart = Chart("192.0.2.21", RANGE, states, credible=True)
    ports = [PortSet.parse(text) if text else NO_PORTS for text in (blocked, suspect)]
    return [*chart.runs(*ports)]


@pytest.mark.parametrize("port", [49152, 49153, 57344, 60_001, 65_534, 65_535])
def test_a_single_blocked_port_is_seen_among_all_others(port: int) -> None:
    """Every other port of the range passes, and a cell stands for 33 of them."""
    drawn = cells(runs(str(port), states=bytes([Observed.OPEN]) * WHOLE), RANGE)
    assert len(drawn) == CELLS
    assert drawn.count(Shown.BLOCKED) == 1
    assert drawn.index(Shown.BLOCKED) == RANGE.index(port) * CELLS // WHOLE


@given(
    ports=st.lists(st.tuples(st.integers(1, 65_535), st.integers(0, 3_000)), min_size=1, max_size=4),
    share=st.data(),
)
def test_no_blocked_port_vanishes_and_no_other_is_accused(ports: list[tuple[int, int]], share: st.DataObject) -> None:
    within = PortSet(tuple((first, min(65_535, first + more)) for first, more in ports))
    at = share.draw(st.integers(0, len(within) - 1))
    blocked = within.between(at, share.draw(st.integers(at, len(within) - 1)))
    drawn = cells(Chart("", within, bytes(len(within))).runs(blocked), within)
    count = min(CELLS, len(within))
    assert len(drawn) == count
    hit = {within.index(port) * count // len(within) for port in blocked}
    assert {cell for cell, shown in enumerate(drawn) if shown is Shown.BLOCKED} == hit


def test_what_accuses_is_never_too_thin_to_be_seen() -> None:
    for port in ("49152", "57344", "65535"):
        drawn = areas(cells(runs(port), RANGE))
        shape = next(area.drawn for area in drawn if area.shown == "blocked")
        left, _, right = shape.removeprefix("M").partition(" 0H")
        width = float(right.partition("V")[0]) - float(left)
        assert width == pytest.approx(NARROWEST)
        assert 0 <= float(left) <= CELLS - NARROWEST
        assert shape.endswith(f"V{HEIGHT}H{left}z")


@pytest.mark.parametrize(
    ("tested", "tops"),
    [
        ((), {}),
        ((0,), {"untested": 0, "open": HEIGHT - 2}),
        (range(16), {"untested": 0, "open": HEIGHT - 8}),
        (range(33), {"open": 0}),
    ],
)
def test_what_passes_is_as_high_as_the_share_that_was_asked(tested: Sequence[int], tops: Mapping[str, int]) -> None:
    """Green from edge to edge after a sixteenth of the ports would say more than is known."""
    states = bytearray(WHOLE)
    for port in tested:
        states[port] = Observed.OPEN
    seen = runs(states=bytes(states))
    first = {
        area.shown: int(area.drawn.partition("z")[0].split()[1].partition("H")[0])
        for area in areas(cells(seen, RANGE), asked(seen, RANGE))
        if area.drawn.startswith("M0 ")
    }
    assert first == (tops or {"untested": 0})


def test_of_each_cell_it_is_known_how_much_was_asked() -> None:
    ports = PortSet.parse("100-109")
    seen = [(100, 100, Shown.OPEN), (101, 104, Shown.UNTESTED), (105, 109, Shown.EXEMPT)]
    assert asked(seen, ports, 2) == [0.2, 1.0]
    assert asked(seen, ports, 4) == [1 / 3, 0.0, 1.0, 1.0]
    assert sum(asked(seen, ports, 10)) == 6


def test_what_accuses_lies_on_top() -> None:
    drawn = areas(cells(runs(BLOCKED, SUSPECT), RANGE))
    assert [area.shown for area in drawn] == ["untested", "suspect", "blocked"]


def test_a_drawing_is_small_however_many_runs_there_are() -> None:
    states = bytes([Observed.OPEN, Observed.UNTESTED, Observed.SILENT, Observed.UNTESTED]) * (WHOLE // 4)
    drawn = areas(cells(runs(states=states), RANGE))
    assert sum(len(area.drawn) for area in drawn) < 20_000


def test_every_state_is_drawn_apart() -> None:
    ports = PortSet.parse("100-105")
    seen = [Observed.UNTESTED, Observed.OPEN, Observed.SILENT, Observed.OPEN, Observed.OPEN, Observed.OPEN]
    chart = Chart("", ports, bytes(seen), credible=True, exempt=frozenset({105}))
    drawn = cells(chart.runs(PortSet.parse("103"), PortSet.parse("104")), ports)
    states = [Shown.UNTESTED, Shown.OPEN, Shown.INCONCLUSIVE, Shown.BLOCKED, Shown.SUSPECT, Shown.EXEMPT]
    assert drawn == states


def test_what_is_listed_beside_a_range() -> None:
    world = everything()
    at = world.find("MSS", Check.RPC_RANGE)
    (bar,) = bars(world.known[at], world.charts["MSS"], 12, 0)
    assert [(each.ports, each.shown, each.size) for each in bar.intervals] == [
        (BLOCKED, "blocked", "4,096"),
        ("49152-57343", "open", "8,192"),
        ("61440-65535", "open", "4,096"),
    ]
    assert sum(int(each.size.replace(",", "")) for each in bar.counts) == WHOLE
    assert BLOCKED in bar.title
    assert bar.coverage.startswith("412 of 16,383 ports tested")
    assert bar.runs == ()


@pytest.mark.parametrize(("most", "listed", "left_out"), [(2, 2, "1 more"), (3, 3, "")])
def test_lists_end_and_say_so(most: int, listed: int, left_out: str) -> None:
    world = everything()
    (bar,) = bars(world.known[world.find("MSS", Check.RPC_RANGE)], world.charts["MSS"], most, 10)
    assert len(bar.intervals) == listed
    assert bar.left_out.startswith(left_out)
    assert bool(bar.left_out) == bool(left_out)
    assert len(bar.runs) == 10
    assert bar.runs_said.startswith("the first 10 of ")


def test_a_range_that_a_peer_told_of_is_drawn_from_its_intervals() -> None:
    inwards = replace(path(Check.RPC_RANGE), direction=Direction.INBOUND)
    told_of = known(inwards, FOUND["NODE1", Check.RPC_RANGE, IN], NOW)
    assert told(inwards, told_of.result.judgement) == [
        (49152, 59999, Shown.OPEN),
        (60000, 65535, Shown.BLOCKED),
    ]
    (bar,) = bars(told_of, (), 12, 0)
    assert (bar.address, [area.shown for area in bar.areas]) == ("", ["open", "blocked"])
    assert [each.ports for each in bar.intervals] == ["60000-65535", "49152-59999"]


def test_no_port_of_a_range_that_was_told_is_counted_as_seen() -> None:
    """Of 16,384 ports a few hundred may have been asked; the intervals span all of them."""
    inwards = replace(path(Check.RPC_RANGE), direction=Direction.INBOUND)
    (bar,) = bars(known(inwards, FOUND["NODE1", Check.RPC_RANGE, IN], NOW), (), 12, 1_000)
    assert (bar.counts, bar.runs, bar.runs_said) == ((), (), "")
    assert bar.left_out.endswith("which of the ports between were tested was not told.")


def test_a_range_of_which_nothing_is_named_is_not_drawn() -> None:
    inwards = replace(path(Check.RPC_RANGE), direction=Direction.INBOUND)
    assert bars(known(inwards, Is(Verdict.INCONCLUSIVE, Cause.AGENT_SILENT), NOW), (), 12, 0) == ()


def test_each_address_is_drawn_as_it_was_judged_itself() -> None:
    world = everything()
    of = world.known[world.find("MSS", Check.RPC_RANGE, OUT)]
    other = replace(world.charts["MSS"][0], address="203.0.113.99")
    free = replace(
        of.result.addresses[0], address="203.0.113.99", judgement=replace(of.result.judgement, blocked=NO_PORTS)
    )
    both = replace(of, result=replace(of.result, addresses=(*of.result.addresses, free)))
    first, second = bars(both, [*world.charts["MSS"], other], 12, 0)
    assert "blocked" in [area.shown for area in first.areas]
    assert "blocked" not in [area.shown for area in second.areas]
