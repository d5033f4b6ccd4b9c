"""Runs, gaps and edges of a map, against the plainest way to find them."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.dynamic.observed import ANSWERS, Observed
from agent.dynamic.runs import Gap, Kind, Landscape, Run, largest_untested
from agent.ground.ports import PortSet

RANGES = (PortSet.parse("5000-5039"), PortSet.parse("5000-5009,6000,7000-7028"))
LETTERS = {".": 0, "o": 1, "c": 2, "s": 3, "r": 4}

LANDSCAPES = st.tuples(
    st.sampled_from(RANGES),
    st.lists(st.sampled_from(list(Observed) + [Observed.UNTESTED] * 3), min_size=40, max_size=40).map(bytes),
    st.sets(st.integers(0, 39), max_size=6),
    st.booleans(),
)
Drawn = tuple[PortSet, bytes, set[int], bool]


def states(text: str) -> bytes:
    return bytes(LETTERS[letter] for letter in text)


def landscape(drawn: Drawn) -> Landscape:
    ports, seen, exempt, credible = drawn
    return Landscape(ports, seen, [ports[index] for index in exempt], credible=credible)


def kind(seen: int, *, is_exempt: bool, credible: bool) -> Kind | None:
    """None: nothing is shown by it."""
    if seen == Observed.UNTESTED or (is_exempt and seen == Observed.CLOSED):
        return None
    if seen == Observed.REFUSED:
        return Kind.REFUSED
    if not credible:
        return Kind.UNSHOWN
    return Kind.SILENT if seen == Observed.SILENT else Kind.PASSES


def plain_runs(drawn: Drawn) -> list[Run]:
    _, seen, exempt, credible = drawn
    found: list[Run] = []
    for index, each in enumerate(seen):
        what = kind(each, is_exempt=index in exempt, credible=credible)
        if what is not None and found and found[-1].kind is what:
            found[-1] = Run(what, found[-1].first, index)
        elif what is not None:
            found.append(Run(what, index, index))
    return found


def plain_gaps(drawn: Drawn) -> list[Gap]:
    _, seen, exempt, _ = drawn
    gaps = []
    for one, other in pairwise(plain_runs(drawn)):
        between = range(one.last + 1, other.first)
        untested = [index for index in between if not seen[index] and index not in exempt]
        if untested:
            gaps.append(Gap(one, other, untested))
    return gaps


@given(LANDSCAPES)
def test_runs_are_what_behaves_alike_with_nothing_else_in_between(drawn: Drawn) -> None:
    assert landscape(drawn).runs == plain_runs(drawn)


@given(LANDSCAPES)
def test_gaps_are_what_is_untested_between_unlike_runs(drawn: Drawn) -> None:
    assert landscape(drawn).gaps() == plain_gaps(drawn)


@given(LANDSCAPES)
def test_edges_are_both_ends_of_what_is_shut_and_what_lies_next_to_them(drawn: Drawn) -> None:
    runs = plain_runs(drawn)
    shut = [run.kind in (Kind.SILENT, Kind.REFUSED) for run in runs]
    expected = set()
    for number, run in enumerate(runs):
        if shut[number] or (number and shut[number - 1]):
            expected.add(run.first)
        if shut[number] or (number + 1 < len(runs) and shut[number + 1]):
            expected.add(run.last)
    assert landscape(drawn).edges() == expected


@given(LANDSCAPES, st.integers(0, 39))
def test_a_run_is_found_by_each_of_its_ports(drawn: Drawn, index: int) -> None:
    within = [run for run in plain_runs(drawn) if run.first <= index <= run.last]
    assert landscape(drawn).run_at(index) == (within[0] if within else None)


@given(LANDSCAPES, st.integers(1, 12))
def test_a_port_is_alone_if_its_tested_neighbours_are_far_apart(drawn: Drawn, width: int) -> None:
    _, seen, exempt, credible = drawn
    expected = set()
    for run in plain_runs(drawn):
        tested = [
            index
            for index in range(run.first, run.last + 1)
            if kind(seen[index], is_exempt=index in exempt, credible=credible) is Kind.SILENT
        ]
        expected |= {tested[at] for at in range(1, len(tested) - 1) if tested[at + 1] - tested[at - 1] > width}
    assert landscape(drawn).alone(width) == expected


@given(LANDSCAPES)
def test_intervals_are_the_ports_from_a_runs_first_to_its_last(drawn: Drawn) -> None:
    found = landscape(drawn)
    for each in Kind:
        indexes = {index for run in plain_runs(drawn) if run.kind is each for index in range(run.first, run.last + 1)}
        assert set(found.intervals(found.of(each))) == {drawn[0][index] for index in indexes}


@pytest.mark.parametrize(
    ("text", "credible", "runs"),
    [
        ("ocss", True, "P0-1 S2-3"),
        ("ocss", False, "U0-3"),
        ("c.rr.c", True, "P0-0 R2-3 P5-5"),
        ("s.rr.s", False, "U0-0 R2-3 U5-5"),
        ("s..s", True, "S0-3"),
        ("....", True, ""),
        ("srs", True, "S0-0 R1-1 S2-2"),
    ],
)
def test_some_landscapes_in_pictures(text: str, credible: bool, runs: str) -> None:
    found = Landscape(PortSet.of(range(1, len(text) + 1)), states(text), credible=credible)
    assert " ".join(f"{run.kind.value.decode()}{run.first}-{run.last}" for run in found.runs) == runs


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("sscss", "S0-4"),  # stopped, or an RST of a device: it belongs to what is around it
        ("ss.ss", "S0-4"),
        ("ssoss", "S0-1 P2-2 S3-4"),  # it answers: that is a hole
        ("ccscc", "P0-1 S2-2 P3-4"),
        ("ccrcc", "P0-1 R2-2 P3-4"),
    ],
)
def test_an_exempt_port_joins_its_surroundings_unless_it_shows_something(text: str, runs: str) -> None:
    found = Landscape(PortSet.parse("5000-5004"), states(text), [5002], credible=True)
    assert " ".join(f"{run.kind.value.decode()}{run.first}-{run.last}" for run in found.runs) == runs


@given(LANDSCAPES)
def test_the_largest_untested_run(drawn: Drawn) -> None:
    ports, seen, exempt, _ = drawn
    lengths, length = [0], 0
    for index, each in enumerate(seen):
        length = 0 if each or index in exempt else length + 1
        lengths.append(length)
    assert largest_untested(seen, ports, [ports[index] for index in exempt]) == max(lengths)


def test_a_full_range_is_read_in_no_time() -> None:
    """What alternates at every port has the most runs; what is known at the ends only, the longest gap."""
    dynamic = PortSet.parse("49152-65535")
    busy = Landscape(dynamic, states("cs" * 8192), credible=True)
    assert len(busy.runs) == len(busy.edges()) == 16384
    assert busy.gaps() == []
    empty = Landscape(dynamic, states("c" + "." * 16382 + "s"), credible=True)
    assert [len(gap.untested) for gap in empty.gaps()] == [16382]


def test_answers_are_what_passes() -> None:
    for seen in Observed:
        run = Landscape(PortSet.parse("7"), bytes([seen]), credible=True).of(Kind.PASSES)
        assert bool(run) == (seen in ANSWERS)
