"""Faults at random for as long as one likes: `make faults`, or python -m tests.faults --minutes 30 --seats 8 --seed 7.

The counts go into docs/faults.md with --write. Exit code 1: something was published that must not be.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from .play import Part, play
from .story import Story
from .table import FAULTS, SLOW, Fault, Lasts

DOCUMENT = Path(__file__).parents[2] / "docs" / "faults.md"
BEGIN, END = "<!-- counts -->", "<!-- end of counts -->"
ALL = (*FAULTS, SLOW)
# About so long is a fault, with the two rounds after it; a dropped port beside one that answers is asked for longer.
SECONDS = {Lasts.ROUNDS: 46, Lasts.A_WHILE: 36, Lasts.NOT: 32}
SLOW_SECONDS = 140


def sequence(chance: Random, seconds: float, *, both: bool) -> list[Fault]:
    """Faults that fill so much time, as a rule."""
    possible = [fault for fault in ALL if (fault.both if both else fault.alone)]
    found: list[Fault] = []
    while seconds > 0:
        found.append(chance.choice(possible))
        seconds -= SLOW_SECONDS if found[-1] is SLOW else SECONDS[found[-1].lasts]
    return found


def parts(seats: int, seconds: float, seed: int) -> list[Part]:
    """Every second seat has a key and an agent on the other side, which is its own."""
    return [
        Part(sequence(Random(f"{seed} {number} sequence"), seconds, both=both), both=both, own_far=both, again=True)
        for number, both in enumerate(bool(number % 2) for number in range(seats))
    ]


def counts(stories: list[Story], took: float, seed: int) -> str:
    """A table for people: how often each fault was, and what was found wrong."""
    times = Counter(name for story in stories for _, name in story.began)
    wrong = Counter(violation.fault.removesuffix(", meanwhile") for story in stories for violation in story.violations)
    rows = [f"| {fault.name} | {times[fault.name]} | {wrong[fault.name]} |" for fault in ALL]
    checked, late = sum(story.checked for story in stories), sum(story.busy for story in stories)
    when = datetime.now(UTC).date().isoformat()
    text = (
        f"{when}, seed {seed}: {sum(times.values())} faults at {len(stories)} seats in {took / 60:.0f} minutes;"
        f" {checked} published results held beside the truth, {sum(wrong.values())} wrong. Without any fault an agent"
        f" said {late} times that it had been too late to know: the machine was busy."
    )
    return "\n".join([text, "", "| fault | times | wrong |", "|---|---|---|", *rows])


def write(text: str) -> None:
    """Into the document, in place of the counts of the run before."""
    head, _, rest = DOCUMENT.read_text("utf-8").partition(BEGIN)
    tail = rest.partition(END)[2]
    DOCUMENT.write_text(f"{head}{BEGIN}\n{text}\n{END}{tail}", "utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(prog="make faults ARGS=", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--seats", type=int, default=8, help="agents that are probed with faults at the same time")
    parser.add_argument("--seed", type=int, default=int(time.time()) % 1_000_000)
    parser.add_argument("--write", action="store_true", help="the counts, into docs/faults.md")
    given = parser.parse_args()
    print(f"seed {given.seed}", flush=True)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        stories = play(parts(given.seats, given.minutes * 60, given.seed), Path(folder), given.seed)
    text = counts(stories, time.monotonic() - began, given.seed)
    print(text)
    for story in stories:
        for violation in story.violations:
            print(f"\n{violation}")
    if given.write:
        write(text)
    return int(any(story.violations for story in stories))


if __name__ == "__main__":
    sys.exit(main())
