"""The oracle for the dynamic range: which of the intervals that were published are so, and which ports were missed.

An interval reaches from one tested port to another. So a run of ports that none of the tests met may be missed, and the
document says how long one could be; a longer one is wrong. Edges that are called confirmed have to be exact.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from agent.ground.ports import NO_PORTS, PortSet
from agent.judge.verdict import Cause, Proof, Verdict

from .case import MAPPER, SQL, Case, Device, Far, Fate, Machine, Peer
from .doors import DOWN, MINE, SHUT, near, noise
from .grade import ACCUSING, Grade, Said
from .rules import RENDEZVOUS

BLAMED = {
    Cause.SILENT_DROP: {Fate.DROP, Fate.HOST_DROP},
    Cause.RETURN_PATH: {Fate.ONE_WAY},
    Cause.ICMP_REJECT: {Fate.REFUSE},
    Cause.HOST_FIREWALL: {Fate.HOST_REFUSE, Fate.HOST_DROP},
    Cause.INJECTED_RESET: {Fate.RESET, Fate.HOST_RESET},
    Cause.MIDDLEBOX: {Fate.DIVERT},
}
REFUSALS = frozenset({Fate.REFUSE, Fate.HOST_REFUSE})
RESETS = frozenset({Fate.RESET, Fate.HOST_RESET})
BEYOND_ONE_END = RESETS | {Fate.DIVERT}  # whose answer it is cannot be told from here
MANY = 3  # cuts; more of them than the attempts may suffice for


class Range:
    """The rules' view of the range at one address."""

    def __init__(self, case: Case, peer: Peer, machine: Machine) -> None:
        self._case = case
        self._machine = machine
        self._peer = peer
        exempt = {case.service, RENDEZVOUS, MAPPER, SQL}
        self.ports = [port for port in range(case.first, case.last + 1) if port not in exempt]
        self.fates = {port: machine.fate(port) for port in self.ports}
        self._all = frozenset(machine.fate(port) for port in range(case.first, case.last + 1))  # the service's own, too
        self.both_ends = case.key and peer.far is Far.AGENT and not machine.dead

    @property
    def situation(self) -> str:
        """For the table."""
        if self._machine.dead:
            return "nobody has the address"
        kinds = sorted({fate for fate in self.fates.values() if fate is not Fate.OPEN})
        what = [str(Fate.OPEN)] if not kinds else [str(kinds[0])] if len(kinds) == 1 else ["several"]
        proxy = ["behind a SYN proxy"] if self._machine.device is Device.SYN_PROXY else []
        ends = "both ends" if self.both_ends else "one end, stealth" if self._machine.stealth else "one end"
        return ", ".join([*what, *proxy, *noise(self._machine), ends])

    def grade(self, found: Said, path: Mapping[str, Any] | None) -> tuple[Grade, str]:
        """Of what was said, and why it is wrong. `path`: with the intervals, if they are this address'."""
        if self._machine.dead:
            right = found in DOWN or found.verdict is Verdict.INCONCLUSIVE
            return (Grade.RIGHT, "") if right else (Grade.FALSE_BLOCKED, "nobody has the address")
        for why, grade in self._faults(found, path):
            return grade, why
        missed = path["largest_untested"] if path else len(self.ports)
        if found.verdict in (Verdict.INCONCLUSIVE, Verdict.UNREACHABLE):
            return self._open(found, missed)
        if found.verdict is Verdict.REACHABLE and self._is_beyond(path):
            return Grade.KNOWN, ""
        return Grade.RIGHT, ""

    def _faults(self, found: Said, path: Mapping[str, Any] | None) -> Iterator[tuple[str, Grade]]:
        if found.verdict in ACCUSING and found.cause is not None and not self._all & BLAMED.get(found.cause, set()):
            yield f"nothing of it is {found.cause}", Grade.FALSE_BLOCKED
        if found.verdict is Verdict.REACHABLE and not self._any(Fate.OPEN, *BEYOND_ONE_END):
            yield "nothing of it passes", Grade.FALSE_REACHABLE
        if path is not None:
            yield from self._wrong_intervals(found, path)

    def _wrong_intervals(self, found: Said, path: Mapping[str, Any]) -> Iterator[tuple[str, Grade]]:
        missed, held = path["largest_untested"], path["evidence"] == Proof.HELD
        blocked, passes, suspect = (_ports(path[word]) for word in ("blocked", "passes", "suspect"))
        if wrong := self._runs(blocked, SHUT if held else REFUSALS, missed):
            yield f"said to be blocked: {wrong}", Grade.FALSE_BLOCKED
        open_or_alike = {Fate.OPEN} if held else {Fate.OPEN} | BEYOND_ONE_END
        if wrong := self._runs(passes, open_or_alike, missed):
            yield f"said to pass: {wrong}", Grade.FALSE_REACHABLE
        if bool(blocked) != (found.verdict in ACCUSING):
            yield "its intervals and its verdict differ", Grade.FALSE_BLOCKED
        if path["confirmed"] and (inexact := [*self._inexact((*blocked.intervals, *suspect.intervals))]):
            yield f"confirmed, and not an edge: {inexact}", Grade.FALSE_BLOCKED
        senders = {Cause.ICMP_REJECT: near(self._case), Cause.HOST_FIREWALL: self._machine.address}
        accused = senders.get(found.cause) if found.cause and found.verdict in ACCUSING else None
        if accused is not None and path["rejected_by"] != accused:
            yield f"refused by {accused}, and not by {path['rejected_by']}", Grade.FALSE_BLOCKED

    def _runs(self, claimed: PortSet, so: Iterable[Fate], missed: int) -> list[str]:
        """Runs of claimed ports that are not so, longer than what could have been missed."""
        runs, right = list[list[int]](), frozenset(so)
        inside = False
        for port in self.ports:
            wrong = port in claimed and self.fates[port] not in right
            if wrong and inside:
                runs[-1].append(port)
            elif wrong:
                runs.append([port])
            inside = wrong
        return [f"{run[0]}-{run[-1]} {self.fates[run[0]]}" for run in runs if len(run) > missed]

    def _inexact(self, intervals: Sequence[tuple[int, int]]) -> Iterator[str]:
        """Edges on both sides of which the rules do the same."""
        for first, last in intervals:
            inside = [port for port in range(first, last + 1) if port in self.fates]
            if not inside and self._machine.fate(first) not in SHUT:
                yield f"{first}-{last}"
            for inner, beyond in ((0, range(first - 1, first - 5, -1)), (-1, range(last + 1, last + 5))):
                beside = next((port for port in beyond if port in self.fates), None)
                if inside and beside is not None and self._alike(inside[inner]) == self._alike(beside):
                    yield f"{inside[inner]}|{beside}"

    def _alike(self, port: int) -> tuple[Fate, str]:
        return self.fates[port], self._machine.code(port)

    def _any(self, *fates: Fate) -> bool:
        return bool(self._all & set(fates))

    def _is_beyond(self, path: Mapping[str, Any] | None) -> bool:
        """Whether what was said to pass is what a device answered for."""
        passes = _ports(path["passes"] if path else [f"{self._case.first}-{self._case.last}"])
        return any(port in passes and self.fates[port] in BEYOND_ONE_END for port in self.ports)

    def _open(self, found: Said, missed: int) -> tuple[Grade, str]:
        """Of what says that it cannot tell: whether that is so."""
        excuses = set(self._excuses(missed))
        if found in excuses:
            return Grade.HONEST, ""
        if found.cause is Cause.LOCAL_FAULT:
            return Grade.OWN, ""
        return Grade.UNFOUNDED, f"the evidence was there, or its reason is not so; it may be: {_listed(excuses)}"

    def _excuses(self, missed: int) -> Iterator[Said]:
        lossy, both = self._machine.is_lossy, self.both_ends
        if both:
            causes = [*self._excuses_of_both(lossy)]
        if not both or (lossy and not self._machine.loss.tcp_only):
            causes = [*(causes if both else []), *self._excuses_of_one(missed, lossy)]
        if lossy:
            causes += [Cause.LOSSY_PATH, Cause.OWN_PROBING]
        if self._any(*MINE):
            causes += [Cause.LOCAL_FAULT]
        if self._any(Fate.NO_WAY):
            causes += [Cause.ICMP_REJECT]
            if self._longest(lambda fate: fate is not Fate.NO_WAY) <= missed or lossy:
                yield from DOWN
        yield from (Said(Verdict.INCONCLUSIVE, cause) for cause in causes)

    def _excuses_of_both(self, lossy: bool) -> Iterator[Cause]:
        if lossy or sum(shut.last > shut.first for shut in self._machine.shuts) > MANY:
            yield from (cause for cause, fates in BLAMED.items() if lossy or self._any(*fates))
        if lossy:
            yield from (Cause.AGENT_SILENT, Cause.NO_KNOWN_LISTENER)
        if self._any(Fate.HOST_DROP):
            yield Cause.HOST_FIREWALL
        if self._any(*MINE, Fate.NO_WAY):
            yield Cause.NO_KNOWN_LISTENER

    def _excuses_of_one(self, missed: int, lossy: bool) -> Iterator[Cause]:
        refused = self._longest(lambda fate: fate in REFUSALS) > missed and not lossy
        if not refused and not self._shows_itself(lossy):
            yield Cause.AGENT_SILENT if self._case.key else Cause.NO_KNOWN_LISTENER
        if self._machine.device is Device.SYN_PROXY or self._any(Fate.DIVERT):
            yield Cause.MIDDLEBOX

    def _shows_itself(self, lossy: bool) -> bool:
        """Whether all of it answers, and it can be known that the host itself does."""
        machine, service = self._machine, self._case.service
        at_home = self._case.first <= service <= self._case.last and machine.fate(service) is Fate.OPEN
        told = at_home and machine.fate(MAPPER) is Fate.OPEN and not machine.stealth
        return told and not lossy and machine.device is Device.NONE and set(self.fates.values()) == {Fate.OPEN}

    def _longest(self, wanted: Any) -> int:
        longest = now = 0
        for port in self.ports:
            now = now + 1 if wanted(self.fates[port]) else 0
            longest = max(longest, now)
        return longest


def _ports(texts: Sequence[str]) -> PortSet:
    return PortSet.parse(list(texts)) if texts else NO_PORTS


def _listed(sayings: Iterable[Said]) -> str:
    return ", ".join(sorted(map(str, sayings))) or "nothing"
