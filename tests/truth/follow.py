"""A case as an agent sees it, round after round, while the firewalls around it change."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.lab.agents import KEY, Agent, running_in
from tests.lab.machine import seconds

from .case import Case
from .compare import Judged, compare
from .draw import changed
from .grade import Grade
from .site import write
from .stage import NoAnswerError, staged, wall

ROUNDS = 3  # that have begun since a firewall changed; what is asked at intervals of 10 s takes as many
PATIENCE = 240.0  # seconds for them
LOOK = 1.0  # seconds between two looks
# A round has little room for the range, so what was seen before the change stands there for a while, with its age.
FIRST, LATER = "agent", "agent, changed"


def follow(case: Case, folder: Path) -> list[Judged]:
    """What its agent published before and after a change, graded. Raises NoAnswerError if rounds do not end."""
    other = changed(case)
    with staged(case, folder) as star:
        config = write(case, folder / "seat", key=KEY if case.key else None)
        with running_in(star["BTS01"], "BTS01", config) as agent:
            before = compare(case, _settled(agent))
            wall(other, star)
            after = compare(other, _settled(agent), intervals=False)
    return [_of_agent(each, FIRST) for each in before] + [_of_agent(each, LATER) for each in after]


def _of_agent(judged: Judged, when: str) -> Judged:
    """It asks silence again at its own pace: what it leaves open now may be found in later rounds."""
    grade = Grade.LATER if judged.grade is Grade.UNFOUNDED else judged.grade
    return Judged(judged.case, judged.path, f"{when}: {judged.situation}", judged.said, grade, judged.why)


def _settled(agent: Agent) -> Mapping[str, Any]:
    """Its document, once every path was asked so many times from now on."""
    until, begun = time.monotonic() + PATIENCE, dict[tuple[str, str], set[str]]()
    now = time.time()
    while time.monotonic() < until:
        document = agent.document()
        outbound = [path for path in document["paths"] if path["direction"] == "outbound"]
        for path in outbound:
            rounds = begun.setdefault((path["peer"], path["check"]), set())
            if path["started"] is not None and seconds(path["started"]) > now:
                rounds.add(path["started"])
        if all(len(rounds) >= ROUNDS for rounds in begun.values()):
            return document
        time.sleep(LOOK)
    raise NoAnswerError(f"rounds do not end: { {key: len(rounds) for key, rounds in begun.items()} }")
