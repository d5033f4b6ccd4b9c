"""Documents as a program would write them that sees everything: what tests of the comparison begin with."""

import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from agent.ground.path import Check
from agent.ground.ports import PortSet

from .case import MAPPER, SQL, Case, Fate, Machine, Peer
from .doors import near
from .rules import RENDEZVOUS

CAUSES = {
    Fate.DROP: "silent-drop",
    Fate.HOST_DROP: "silent-drop",
    Fate.ONE_WAY: "return-path",
    Fate.REFUSE: "icmp-reject",
    Fate.HOST_REFUSE: "host-firewall",
    Fate.RESET: "injected-reset",
    Fate.HOST_RESET: "injected-reset",
    Fate.DIVERT: "middlebox",
}
FIELDS = {"direction": "outbound", "evidence": "held", "suspect": [], "largest_untested": 0}
Path = dict[str, Any]


def told(case: Case) -> dict[str, Any]:
    """All that is so. Where the case has an agent at the far end; otherwise it says more than one could know."""
    return {"paths": [*itertools.chain.from_iterable(_paths(case, peer) for peer in case.peers)]}


def path_of(document: dict[str, Any], check: Check) -> Path:
    """The first path of a check. Raises StopIteration."""
    return next(path for path in document["paths"] if path["check"] == check)


def change(path: Path, **fields: object) -> None:
    """In the path and in all its addresses."""
    path.update(fields)
    for entry in path["addresses"]:
        entry.update({key: value for key, value in fields.items() if key in entry})


def _paths(case: Case, peer: Peer) -> Iterable[Path]:
    if peer.is_database:
        yield _path(peer, Check.SQL, lambda machine: _door(case, machine, SQL))
    if peer.is_master:
        yield _path(peer, Check.EPM, lambda machine: _door(case, machine, MAPPER))
        yield _path(peer, Check.RPC_ENDPOINT, lambda machine: _endpoint(case, machine))
        yield _path(peer, Check.RPC_RANGE, lambda machine: _ranged(case, machine))


def _path(peer: Peer, check: Check, look: Callable[[Machine], Path]) -> Path:
    """Its first reachable address stands for it, or its first one."""
    seen = [look(machine) for machine in peer.machines]
    best = next((each for each in seen if each["verdict"] == "reachable"), seen[0])
    entries = [{key: each[key] for key in ("address", "verdict", "cause", "rejected_by")} for each in seen]
    empty: Path = {"blocked": [], "passes": [], "confirmed": False}
    return {**FIELDS, **empty, **best, "peer": peer.name, "check": str(check), "addresses": entries}


def _door(case: Case, machine: Machine, port: int) -> Path:
    if machine.dead:
        return _said(machine, "unreachable", "host-down", near(case))
    return _fate(case, machine, machine.fate(port), is_served=port in machine.services)


def _endpoint(case: Case, machine: Machine) -> Path:
    if machine.dead or machine.fate(MAPPER) is not Fate.OPEN:
        return _said(machine, "inconclusive", "no-known-listener")
    return _door(case, machine, case.service)


def _fate(case: Case, machine: Machine, fate: Fate, *, is_served: bool) -> Path:
    if fate is Fate.OPEN:
        return _said(machine, "reachable", None) if is_served else _said(machine, "service-down", "no-listener")
    if fate in (Fate.OWN_DROP, Fate.OWN_REFUSE):
        return _said(machine, "inconclusive", "local-fault")
    if fate is Fate.NO_WAY:
        return _said(machine, "unreachable", "host-down", near(case))
    senders = {Fate.REFUSE: near(case), Fate.HOST_REFUSE: machine.address}
    return _said(machine, "blocked", CAUSES[fate], senders.get(fate))


def _ranged(case: Case, machine: Machine) -> Path:
    """Every port of it, and who shuts most of it."""
    if machine.dead:
        return _said(machine, "inconclusive", "agent-silent")
    fate = _seen(case, machine)
    shut = [port for port in fate if fate[port] in CAUSES]
    passes = [port for port in fate if fate[port] is Fate.OPEN]
    if not shut:
        own = len(passes) < len(fate)
        return _said(machine, *(("inconclusive", "local-fault") if own else ("reachable", None))) | {
            "passes": _texts(passes)
        }
    fates = [fate[port] for port in shut]
    most = max(sorted(set(fates)), key=fates.count)
    verdict = "partly-blocked" if passes else "blocked"
    intervals = {"blocked": _texts(shut), "passes": _texts(passes), "confirmed": True}
    return _fate(case, machine, most, is_served=True) | intervals | {"verdict": verdict}


def _seen(case: Case, machine: Machine) -> dict[int, Fate]:
    """What is never asked, as services or agents are there, goes by what is before it."""
    exempt = {case.service, RENDEZVOUS, MAPPER, SQL}
    found: dict[int, Fate] = {}
    for port in range(case.first, case.last + 1):
        found[port] = found.get(port - 1, Fate.OPEN) if port in exempt else machine.fate(port)
    return found


def _said(machine: Machine, verdict: str, cause: str | None, sender: str | None = None) -> Path:
    return {"address": machine.address, "verdict": verdict, "cause": cause, "rejected_by": sender}


def _texts(ports: Sequence[int]) -> list[str]:
    return list(PortSet.of(ports).texts()) if ports else []
