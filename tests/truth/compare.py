"""What a document says beside what the rules of its case do: every verdict graded, and every wrong one named."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from agent.ground.path import Check, Direction
from agent.judge.verdict import Cause, Verdict

from .case import Case, Far, Machine, Peer
from .doors import near, truth
from .grade import Grade, Said
from .ranges import Range
from .rules import seat


@dataclass(frozen=True, slots=True)
class Judged:
    """One published verdict. `why` is empty unless it is wrong."""

    case: str
    path: str
    situation: str
    said: Said
    grade: Grade
    why: str = ""

    def __str__(self) -> str:
        return f"{self.case} {self.path}: {self.said}, {self.situation}: {self.grade}; {self.why}"


def compare(case: Case, document: Mapping[str, Any], *, intervals: bool = True) -> list[Judged]:
    """Every verdict of every address of every path, and of the paths back. Raises KeyError where it is none.

    Without `intervals`, of a range its verdicts alone: what was seen of some of its ports may be old.
    """
    outbound = [path for path in document["paths"] if path["direction"] == Direction.OUTBOUND]
    back = [path for path in document["paths"] if path["direction"] == Direction.INBOUND]
    return [
        *(judged for path in outbound for judged in _compare(case, path, intervals=intervals)),
        *(
            judged
            for path in back
            if case.both and path["source"] == case.peers[0].name
            for judged in _back(case, path)
        ),
    ]


def _back(case: Case, path: Mapping[str, Any]) -> Iterator[Judged]:
    """What the first master's agent finds on the way to us, where nobody listens but `once` itself.

    It keeps its own pace and its word is old in the end: that it is not done or told is no reason to blame anybody.
    """
    if path["check"] != Check.RPC_RANGE:
        return
    here = Machine(seat(case), "BTS01", case.back, stealth=True, loss=case.peers[0].machines[0].loss)
    found, ranged = Said.of(path), Range(case, Peer("BTS01", ("processing",), (here,), Far.AGENT), here)
    grade, why = ranged.grade(found, {**path, "rejected_by": _unsaid(found, case, here)})
    if grade is Grade.UNFOUNDED and found.verdict is Verdict.INCONCLUSIVE:
        grade = Grade.LATER
    yield Judged(case.name, f"{path['source']} back {path['check']}", f"back: {ranged.situation}", found, grade, why)


def _unsaid(found: Said, case: Case, here: Machine) -> str | None:
    """An agent tells no addresses of what refuses it."""
    return near(case) if found.cause is Cause.ICMP_REJECT else here.address


def _compare(case: Case, path: Mapping[str, Any], *, intervals: bool) -> Iterator[Judged]:
    peer, check = _peer(case, path["peer"]), Check(path["check"])
    for entry in path["addresses"]:
        machine, found = case.machine(entry["address"]), Said.of(entry)
        name = f"{peer.name} {check} {machine.address}"
        if check is Check.RPC_RANGE:
            ranged = Range(case, peer, machine)
            grade, why = ranged.grade(found, path if intervals and _is_of(path, entry) else None)
            yield Judged(case.name, name, f"range: {ranged.situation}", found, grade, why)
            continue
        so = truth(case, peer, machine, check)
        grade, why = so.grade(found), ""
        if grade in (Grade.RIGHT, Grade.HONEST) and so.rejected_by and entry["rejected_by"]:
            if entry["rejected_by"] not in so.rejected_by:
                grade, why = Grade.FALSE_BLOCKED, f"{entry['rejected_by']} is blamed, and is not {so.rejected_by}"
        elif grade not in (Grade.RIGHT, Grade.HONEST, Grade.KNOWN):
            why = f"right is {', '.join(sorted(map(str, so.right | so.honest)))}"
        yield Judged(case.name, name, f"{check}: {so.situation}", found, grade, why)
    yield from _folded(case, path, peer)


def _folded(case: Case, path: Mapping[str, Any], peer: Peer) -> Iterator[Judged]:
    """A path is what one of its addresses is, and reachable if any is."""
    whole, parts = Said.of(path), [Said.of(entry) for entry in path["addresses"]]
    reachable = any(part.verdict is Verdict.REACHABLE for part in parts)
    if whole not in parts or reachable != (whole.verdict is Verdict.REACHABLE):
        grade = Grade.FALSE_REACHABLE if whole.verdict is Verdict.REACHABLE else Grade.FALSE_BLOCKED
        yield Judged(case.name, f"{peer.name} {path['check']}", "a path and its addresses", whole, grade, "they differ")


def _is_of(path: Mapping[str, Any], entry: Mapping[str, Any]) -> bool:
    """Whether the intervals of a path are those of this address, beyond doubt."""
    same = [each for each in path["addresses"] if Said.of(each) == Said.of(path)]
    return len(same) == 1 and same[0]["address"] == entry["address"]


def _peer(case: Case, name: str) -> Peer:
    return next(peer for peer in case.peers if peer.name == name)
