"""A bounded run of every target: what is right, what once was a finding, and some thousand inputs made up from those.

A failure names the seed and the input. FUZZ_SEED=… makes up the same ones again; `make fuzz` is the long run.
"""

import os
import random

import pytest
from hypothesis import Phase, given, seed, settings

from tests.fuzz.making import made_up
from tests.fuzz.sites import is_borne, sites
from tests.fuzz.target import FOUND, found
from tests.fuzz.targets import TARGETS

DRAW = (Phase.generate, Phase.shrink)


def borne(name: str, data: bytes, origin: str) -> None:
    """Names the input if it is not."""
    try:
        TARGETS[name].one(data)
    except BaseException as error:
        error.add_note(f"{origin}: {data!r}")
        raise


@pytest.mark.parametrize("name", TARGETS)
def test_whatever_comes_is_borne(name: str) -> None:
    target = TARGETS[name]
    begun = int(os.environ.get("FUZZ_SEED") or random.getrandbits(32))
    print(f"FUZZ_SEED={begun}")
    seeds = list(target.seeds())
    kept = [path.read_bytes() for path in found(name)]
    for data in (b"", *seeds, *kept):
        borne(name, data, "a seed, or a finding that is kept")
    chance = random.Random(begun)
    for number in range(target.times):
        data = made_up(chance, (*seeds, *kept), target.words, target.longest)
        borne(name, data, f"FUZZ_SEED={begun}, input {number}")


def test_any_site_that_is_accepted_can_be_planned_asked_for_measured_and_shown() -> None:
    number = int(os.environ.get("FUZZ_SEED") or random.getrandbits(32))
    print(f"FUZZ_SEED={number}")
    drawn = given(sites())(is_borne)
    settings(max_examples=25, deadline=None, database=None, phases=DRAW)(seed(number)(drawn))()


def test_what_is_kept_is_of_a_target() -> None:
    assert {path.name for path in FOUND.iterdir() if path.is_dir()} <= TARGETS.keys()


def test_the_same_seed_makes_up_the_same_inputs() -> None:
    made = [[made_up(random.Random(seed), [b"abcdef" * 9], [b"xy"], 80) for _ in range(9)] for seed in (1, 1, 2)]
    assert made[0] == made[1]
    assert made[0] != made[2]


@pytest.mark.parametrize("name", [name for name, target in TARGETS.items() if target.longest < 2000])
def test_what_is_made_up_is_no_longer_than_its_target_takes(name: str) -> None:
    target, chance = TARGETS[name], random.Random(1)
    assert all(len(made_up(chance, target.seeds(), target.words, target.longest)) <= target.longest for _ in range(50))
