"""A whole field of seats, each with a story of its own, all at the same time."""

import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from random import Random
from typing import NamedTuple

from tests.lab.standin import sso_name, standing_in

from .far import Far, far_agent
from .field import Field
from .scene import Scene
from .seat import Seat, seated
from .story import Story
from .table import Fault


class Part(NamedTuple):
    """The faults of one seat. `both`: it has the site's key; `own_far`: its master's agent is no other seat's.

    `again`: in the end its agent is ended in order, and has to know then what it knew.
    """

    faults: Sequence[Fault]
    both: bool = False
    own_far: bool = False
    again: bool = False


def play(parts: Sequence[Part], folder: Path, seed: int) -> list[Story]:
    """The stories, when all of them are over."""
    with ExitStack() as stack:
        field = stack.enter_context(Field(len(parts)))
        service = stack.enter_context(standing_in(folder / "services", sso_name())).name
        fars = _fars(stack, field, parts, folder, service)
        seats = [
            stack.enter_context(seated(field, number, folder / str(number), service, held=part.both))
            for number, part in enumerate(parts)
        ]
        _wait([*seats, *{id(far): far for far in fars.values()}.values()])
        stories = [Story(Scene(seat, fars.get(seat.number), Random(f"{seed} {seat.number}"))) for seat in seats]
        with ThreadPoolExecutor(len(parts)) as pool:
            list(pool.map(_one, stories, parts))
        return stories


def _one(story: Story, part: Part) -> None:
    began = time.monotonic()
    story.play(part.faults)
    if part.again:
        story.read_again()
    story.review()
    story.seconds = time.monotonic() - began


def _fars(stack: ExitStack, field: Field, parts: Sequence[Part], folder: Path, service: str) -> dict[int, Far]:
    """By seat."""
    shared = [number for number, part in enumerate(parts) if part.both and not part.own_far]
    groups = [*([shared] if shared else []), *([number] for number, part in enumerate(parts) if part.own_far)]
    made: dict[int, Far] = {}
    for group in groups:
        far = stack.enter_context(far_agent(field, group, folder / f"far{group[0]}", service))
        made |= dict.fromkeys(group, far)
    return made


def _wait(agents: Iterable[Seat | Far]) -> None:
    for each in agents:
        each.wait()
