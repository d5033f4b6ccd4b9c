"""Every fault of the table, once in CI, at seats of one field at the same time; and a few more by a printed seed.

What has to hold stands in `story`, what is true in `world`. The long run, of hours if one likes, is `make faults`.
"""

import os
from collections.abc import Sequence
from random import Random

import pytest

from .play import Part, play
from .story import Story
from .table import FAULTS, Lasts, by_name

pytestmark = [pytest.mark.lab, pytest.mark.timeout(600)]

SEED = int(os.environ.get("SSOREACH_SEED", "9"))

# Of one seat each: what lasts for rounds alone, what is over at once together with another one.
ALONE = (
    ("the firewall shuts doors at random",),
    ("own firewall",),
    ("own cable unplugged",),
    ("the peers' link down",),
    ("the master moves to another host",),
    ("its address goes to nobody",),
    ("a name leads elsewhere",),
    ("no such name",),
    ("the clock goes forward",),
    ("no descriptors", "stopped for 5 s"),
    ("killed", "the loop blocked for 5 s"),
    ("disk full",),
)
BOTH = (
    ("the firewall drops everything",),
    ("own link down",),
    ("its address goes to a host that serves nothing",),
    ("own address changes",),
    ("names take too long",),
    ("the name service is gone",),
    ("the clock goes back",),
    ("no descriptors", "the loop blocked for 5 s"),
    ("killed", "stopped for 5 s"),
    ("agents cannot hear one another",),
)
AGAIN = {"own link down", "no such name", "the clock goes forward", "the clock goes back", "killed", "disk full"}
OF_FAR = ("the far agent stopped for 5 s", "the far agent killed")


def at_random() -> list[Part]:
    """One that lasts and one that does not, at a seat of each kind."""
    chance = Random(f"{SEED} at random")
    lasting = [each for each in FAULTS if each.alone and each.lasts is not Lasts.NOT]
    brief = [each for each in FAULTS if each.alone and each.lasts is Lasts.NOT]
    return [Part([chance.choice(brief), chance.choice(lasting)], both=both) for both in (False, True)]


def parts() -> list[Part]:
    alone = [part(names, both=False) for names in ALONE]
    both = [part(names, both=True) for names in BOTH]
    return [*alone, *both, part(OF_FAR, both=True)._replace(own_far=True), *at_random()]


def part(names: Sequence[str], *, both: bool) -> Part:
    return Part([by_name(name) for name in names], both=both, again=not AGAIN.isdisjoint(names))


def what(number: int) -> str:
    """The name of a story."""
    return ", ".join(fault.name for fault in parts()[number].faults)


@pytest.fixture(scope="module")
def stories(settled: None, tmp_path_factory: pytest.TempPathFactory) -> list[Story]:
    return play(parts(), tmp_path_factory.mktemp("faults"), SEED)


def test_every_fault_is_brought_about() -> None:
    assert {fault for part in parts() for fault in part.faults} == set(FAULTS)


@pytest.mark.parametrize("number", range(len(parts())), ids=what)
def test_it_tells_the_truth_again_within_two_rounds_and_accuses_nobody(stories: list[Story], number: int) -> None:
    story = stories[number]
    print(f"SSOREACH_SEED={SEED}: {what(number)}: {story.checked} checked, {story.busy} rounds in which it was late")
    assert story.checked > 20
    assert not story.violations, "\n".join(map(str, story.violations))
