"""What a published verdict is worth beside the truth, and what the oracle says of one door."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from agent.judge.verdict import Cause, Verdict


class Grade(StrEnum):
    RIGHT = "right"
    HONEST = "honest"  # it says less than the rules do, and the evidence for more was not there
    KNOWN = "beyond one end"  # wrong by the rules, in a way that the documents say nobody can see from there
    LATER = "left to later rounds"  # by an agent, which asks at its own pace: nobody looked whether it could be told
    OWN = "own machine"  # it says that this machine was too busy to tell
    FALSE_BLOCKED = "false blocked"
    FALSE_REACHABLE = "false reachable"
    UNFOUNDED = "unfounded"  # inconclusive though the evidence was there, or a reason that is not so


WRONG = frozenset({Grade.FALSE_BLOCKED, Grade.FALSE_REACHABLE, Grade.UNFOUNDED})
FALSE = frozenset({Grade.FALSE_BLOCKED, Grade.FALSE_REACHABLE})
ACCUSING = frozenset({Verdict.BLOCKED, Verdict.PARTLY_BLOCKED})


class Said(NamedTuple):
    """A verdict and its cause."""

    verdict: Verdict
    cause: Cause | None

    def __str__(self) -> str:
        return f"{self.verdict}/{self.cause}" if self.cause else str(self.verdict)

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> "Said":
        """Of a path, or of an address of one, in the document. Raises KeyError, ValueError."""
        return cls(Verdict(entry["verdict"]), None if entry["cause"] is None else Cause(entry["cause"]))


def said(text: str) -> Said:
    """From `blocked/silent-drop`, or `reachable`."""
    verdict, _, cause = text.partition("/")
    return Said(Verdict(verdict), Cause(cause) if cause else None)


def sayings(*texts: str) -> frozenset[Said]:
    return frozenset(map(said, texts))


@dataclass(frozen=True, slots=True)
class Truth:
    """Of one path at one address: what is so, what may be said for lack of evidence, and what nobody can know there."""

    situation: str
    right: frozenset[Said]
    honest: frozenset[Said] = frozenset()
    known: frozenset[Said] = frozenset()
    rejected_by: frozenset[str | None] = field(default_factory=frozenset)

    def grade(self, found: Said) -> Grade:
        for grade, sayings in ((Grade.RIGHT, self.right), (Grade.HONEST, self.honest), (Grade.KNOWN, self.known)):
            if found in sayings:
                return grade
        return worst_of(found)


def worst_of(found: Said) -> Grade:
    """Of what is neither right nor excused."""
    if found.cause is Cause.LOCAL_FAULT:
        return Grade.OWN
    if found.verdict in ACCUSING:
        return Grade.FALSE_BLOCKED
    return Grade.FALSE_REACHABLE if found.verdict is Verdict.REACHABLE else Grade.UNFOUNDED
