"""What a document says beside what the rules of its case do: every verdict graded, and every wrong one named."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from agent.ground.path import Check
from agent.judge.verdict import Verdict

from .case import Case, Peer
from .doors import truth
from .grade import Grade, Said
from .ranges import Range


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


def compare(case: Case, document: Mapping[str, Any]) -> list[Judged]:
    """Every verdict of every address of every outbound path. Raises KeyError where the document is none."""
    return [
        judged
        for path in document["paths"]
        if path["direction"] == "outbound"
        for judged in _compare(case, path, _peer(case, path["peer"]))
    ]


def _compare(case: Case, path: Mapping[str, Any], peer: Peer) -> Iterator[Judged]:
    check = Check(path["check"])
    for entry in path["addresses"]:
        machine, found = case.machine(entry["address"]), Said.of(entry)
        name = f"{peer.name} {check} {machine.address}"
        if check is Check.RPC_RANGE:
            ranged = Range(case, peer, machine)
            grade, why = ranged.grade(found, path if _is_of(path, entry) else None)
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
