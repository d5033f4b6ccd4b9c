"""A bounded run of every target: what is right, what once was a finding, and some thousand inputs made up from those.

A failure names the seed and the input. FUZZ_SEED=… makes up the same ones again; `make fuzz` is the long run.
"""

import ast
import os
import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

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


# Of a packet that is as long as one may be; and of how the server is built, once.
RARE = {"assert len(data) > tds_packet.MAX_PACKET - 2", "assert server is not None"}


def test_what_must_hold_is_looked_at_by_seeds_alone() -> None:
    """A target whose inputs are all refused at once would find nothing, and say so of what is broken, too."""
    with lines_of(FOUND.parent) as reached:
        for name, target in TARGETS.items():
            for data in (b"", *target.seeds()):
                borne(name, data, "a seed")
    idle = {said for at, said in assertions(FOUND.parent) if at not in reached}
    assert idle <= RARE


def assertions(folder: Path) -> Iterator[tuple[tuple[str, int], str]]:
    """Where each stands, and what it says."""
    for file in folder.glob("[!_]*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Assert) and not file.name.startswith("test_"):
                yield (str(file), node.lineno), ast.unparse(node)


@contextmanager
def lines_of(folder: Path) -> Iterator[set[tuple[str, int]]]:
    """What of the files of a folder is run in this thread until the end of the block."""
    reached: set[tuple[str, int]] = set()

    def line(frame: FrameType, event: str, _: object) -> Any:
        reached.add((frame.f_code.co_filename, frame.f_lineno))
        return line

    def call(frame: FrameType, event: str, _: object) -> Any:
        return line if frame.f_code.co_filename.startswith(str(folder)) else None

    before = sys.gettrace()
    sys.settrace(call)
    try:
        yield reached
    finally:
        sys.settrace(before)


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
