"""The sample of a range: who is asked in which round, and what is not known yet."""

import itertools
import math
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.ground.ports import PortSet
from agent.survey.sampling import GOLDEN, round_at, rounds_left, sample, single, start, step, stratum_width
from tests.agent.gaps import largest_gap

DYNAMIC = PortSet.parse("49152-65535")

RANGES = st.one_of(
    st.tuples(st.integers(1, 65535), st.integers(1, 3000)).map(lambda at: ((at[0], min(65535, at[0] + at[1] - 1)),)),
    st.lists(st.tuples(st.integers(1, 65000), st.integers(0, 200)), min_size=1, max_size=6).map(
        lambda parts: tuple((first, min(65535, first + more)) for first, more in parts)
    ),
).map(PortSet)
SAMPLES = st.integers(1, 200)
NAMES = st.sampled_from(["MSS", "BTS01", "mss.contoso.test", "ÄÖÜ", ""])
ROUNDS = st.integers(0, 40_000_000)


def rounds(ports: PortSet, samples: int, name: str, first: int, count: int) -> list[tuple[int, ...]]:
    return [sample(ports, samples, name, first + number) for number in range(count)]


@given(RANGES, SAMPLES, NAMES, ROUNDS)
def test_a_sample_is_ascending_without_repeats_and_has_both_ends(
    ports: PortSet, samples: int, name: str, number: int
) -> None:
    asked = sample(ports, samples, name, number)
    assert list(asked) == sorted(set(asked))
    assert set(asked) <= set(ports)
    assert (asked[0], asked[-1]) == (ports[0], ports[len(ports) - 1])
    assert len(asked) <= samples + 2


@given(RANGES, SAMPLES, NAMES, ROUNDS)
def test_every_port_comes_up_exactly_once_in_a_pass(ports: PortSet, samples: int, name: str, first: int) -> None:
    width = stratum_width(len(ports), samples)
    asked = list(itertools.chain.from_iterable(rounds(ports, samples, name, first, width)))
    inner = set(ports) - {ports[0], ports[len(ports) - 1]}
    assert sorted(port for port in asked if port in inner) == sorted(inner)


@given(RANGES, SAMPLES, NAMES, ROUNDS)
def test_every_round_asks_in_every_stratum(ports: PortSet, samples: int, name: str, number: int) -> None:
    """In the last one, if it is short, at least its last port."""
    width = stratum_width(len(ports), samples)
    strata = {ports.index(port) // width for port in sample(ports, samples, name, number)}
    assert strata == set(range(math.ceil(len(ports) / width)))


@given(RANGES, st.integers(1, 40), NAMES, ROUNDS, st.data())
def test_what_is_untested_lies_in_short_runs_at_any_time(
    ports: PortSet, samples: int, name: str, first: int, data: st.DataObject
) -> None:
    """The largest run is at most 2.5 · w / r ports after r rounds, the last, short stratum included."""
    width = stratum_width(len(ports), samples)
    count = data.draw(st.integers(1, width))
    tested = PortSet.of(itertools.chain.from_iterable(rounds(ports, samples, name, first, count)))
    assert largest_gap(ports, tested) <= 2.5 * width / count


def largest_run(width: int, rounds: int) -> int:
    """In a circle of `width` ports of which every `step` was asked."""
    asked = sorted(number * step(width) % width for number in range(rounds))
    return max(after - before for before, after in itertools.pairwise([*asked, asked[0] + width])) - 1


@pytest.mark.parametrize("width", [*range(1, 130), 431, 1023, 1024, 1025, 4096, 8191, 16384])
def test_the_step_keeps_the_documented_promise_for_every_width(width: int) -> None:
    counts = range(1, width + 1) if width < 200 else [*range(1, 60), width // 3, width // 2, width - 1]
    for count in counts:
        assert largest_run(width, count) <= 2.5 * width / count, count


def test_the_step_of_the_usual_range() -> None:
    assert stratum_width(len(DYNAMIC), 16) == 1024
    assert step(1024) == 625


@pytest.mark.parametrize("width", [*range(1, 200), 1024, 5000, 16384, 65535])
def test_the_step_is_coprime(width: int) -> None:
    assert math.gcd(step(width), width) == 1
    assert 1 <= step(width) <= max(1, width - 1)


def quotients(numerator: int, denominator: int) -> list[int]:
    found = []
    while numerator:
        found.append(denominator // numerator)
        numerator, denominator = denominator % numerator, numerator
    return found


@pytest.mark.parametrize("width", [*range(2, 120), 1024])
def test_the_step_is_the_hardest_to_approximate(width: int) -> None:
    coprime = [each for each in range(1, width) if math.gcd(each, width) == 1]
    least = min(max(quotients(each, width)) for each in coprime)
    best = [each for each in coprime if max(quotients(each, width)) == least]
    assert step(width) == min(best, key=lambda each: abs(each - GOLDEN * width))


def test_the_usual_range_in_its_first_round_is_what_the_words_say() -> None:
    asked = sample(DYNAMIC, 16, "MSS", 0)
    assert 16 <= len(asked) <= 18
    assert largest_gap(DYNAMIC, PortSet.of(asked)) <= 1023


@pytest.mark.parametrize(
    ("ports", "samples", "expected"),
    [
        ("135", 16, (135,)),
        ("135,9000", 1, (135, 9000)),
        ("5000-5020", 21, tuple(range(5000, 5021))),
        ("5000-5003", 100, (5000, 5001, 5002, 5003)),
    ],
)
def test_small_ranges(ports: str, samples: int, expected: tuple[int, ...]) -> None:
    for number in range(5):
        assert sample(PortSet.parse(ports), samples, "MSS", number) == expected


def test_different_destinations_are_not_asked_the_same_ports() -> None:
    assert len({sample(DYNAMIC, 16, f"BTS{number:02}", 7) for number in range(40)}) > 30


def test_where_a_destination_begins_is_fixed_for_all_time() -> None:
    """Every source must come to the same ports, whatever its version, its system and its hash seed."""
    assert [start(name, 1024) for name in ("MSS", "BTS01", "mss.contoso.test")] == [88, 568, 739]


def test_another_process_comes_to_the_same_ports() -> None:
    code = "from agent.survey.sampling import *; print(sample(PortSet.parse('49152-65535'), 16, 'MSS', 29454360))"
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert outputs == {f"{sample(DYNAMIC, 16, 'MSS', 29454360)}\n".encode()}


@pytest.mark.parametrize(
    ("time", "interval", "number"),
    [(0, 60, 0), (59.999, 60, 0), (60, 60, 1), (1_767_261_600, 60, 29_454_360), (1_767_261_609.9, 10, 176_726_160)],
)
def test_the_round_that_all_agents_are_in(time: float, interval: float, number: int) -> None:
    assert round_at(time, interval) == number


@given(st.integers(1, 400), st.integers(1, 40), st.integers(0, 5000), st.data())
def test_how_many_rounds_are_left_is_what_counting_them_finds(
    size: int, samples: int, number: int, data: st.DataObject
) -> None:
    ports = PortSet(((10_000, 9_999 + size),))
    untested = set(data.draw(st.lists(st.sampled_from(list(ports)), max_size=20)))
    states = bytes(port not in untested for port in ports)
    left, rounds = untested - {ports[0], ports[size - 1]}, 0
    ends = untested - left
    while left:
        rounds += 1
        left -= set(sample(ports, samples, "MSS", number + rounds))
    found = rounds_left(states, samples, "MSS", number)
    assert found >= rounds
    assert ends or found == rounds


@given(st.integers(1, 400), st.integers(0, 5000))
def test_one_port_a_round_comes_to_all_of_them(size: int, number: int) -> None:
    ports = PortSet(((10_000, 9_999 + size),))
    assert len({single(ports, "MSS", number + each) for each in range(size)}) == size
