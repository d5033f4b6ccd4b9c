"""What a sweep found: its values, and the same as JSON, schema 1."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Any

from agent.dynamic.observed import Observed
from agent.ground.ports import NO_PORTS, PortSet
from agent.ground.text import plain, timestamp
from agent.report.document import SCHEMA
from probes.state import State
from probes.wire.icmp import Icmp


class Stopped(StrEnum):
    """Why a sweep ended early."""

    INTERRUPTED = "interrupted"  # by who started it
    OWN_PROBING = "own-probing"  # ports that answered before answered no more


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why ports are not known that were asked. `told`: somebody else said that there is no way there."""

    what: str
    told: bool
    ports: PortSet


@dataclass(frozen=True, slots=True)
class Swept:
    """One address. `states` has one byte of `Observed` a port, in the order of the range.

    `attempts` counts everything that was asked, edges and controls included. `edges`: the last known port before and
    the first behind each edge of what is silent or refused, which is somewhere in between if they are no neighbours;
    `confirmed`: there are such edges, and both sides of each were seen often enough. `forgotten`: ports that were asked
    when nothing answered any more, and are not counted.
    """

    address: str
    ports: PortSet
    states: bytes
    asked: int
    attempts: Mapping[State, int]
    refusals: Mapping[Icmp, int]
    obstacles: tuple[Obstacle, ...] = ()
    edges: tuple[tuple[int, int], ...] = ()
    confirmed: bool = False
    stopped: Stopped | None = None
    forgotten: int = 0

    def which(self, seen: Observed) -> PortSet:
        """The ports that were seen like that last."""
        found, index = NO_PORTS.intervals, 0
        for state, group in groupby(self.states):
            size = len(list(group))
            if state == seen:
                found += self.ports.between(index, index + size - 1).intervals
            index += size
        return PortSet(found)

    @property
    def answered(self) -> bool:
        """Whether anybody said anything of any port."""
        return any(seen in self.states for seen in (Observed.OPEN, Observed.CLOSED, Observed.REFUSED))

    @property
    def host_answers(self) -> bool:
        """Whether any port was open or closed."""
        return Observed.OPEN in self.states or Observed.CLOSED in self.states

    @property
    def alternations(self) -> int:
        """How often a silent port is next to a refused one."""
        silent, refused = bytes([Observed.SILENT]), bytes([Observed.REFUSED])
        return self.states.count(silent + refused) + self.states.count(refused + silent)

    @property
    def refusers(self) -> list[str]:
        """The senders of the refusals."""
        return sorted({icmp.sender for icmp in self.refusals if icmp.sender})


@dataclass(frozen=True, slots=True)
class Sweep:
    """`started` is UTC, `seconds` all of it."""

    peer: str
    started: float
    seconds: float
    addresses: tuple[Swept, ...]

    @property
    def stopped(self) -> Stopped | None:
        return next((each.stopped for each in self.addresses if each.stopped), None)


def document(sweep: Sweep) -> dict[str, Any]:
    """Ports are always text, intervals ascending."""
    return {
        "schema": SCHEMA,
        "peer": sweep.peer,
        "started": timestamp(sweep.started),
        "seconds": round(sweep.seconds, 3),
        "addresses": [_address(each) for each in sweep.addresses],
    }


def _address(swept: Swept) -> dict[str, Any]:
    return {
        "address": swept.address,
        "ports": str(swept.ports),
        "asked": swept.asked,
        **{str(seen.name).lower(): list(swept.which(seen).texts()) for seen in Observed},
        "rejected_by": swept.refusers,
        "obstacles": [_obstacle(each) for each in swept.obstacles],
        "edges": [[str(before), str(behind)] for before, behind in swept.edges],
        "confirmed": swept.confirmed,
        "stopped": swept.stopped and str(swept.stopped),
        "forgotten": swept.forgotten,
        "attempts": {str(state): count for state, count in sorted(swept.attempts.items())},
    }


def _obstacle(obstacle: Obstacle) -> dict[str, Any]:
    return {"what": plain(obstacle.what, 1000), "count": len(obstacle.ports), "ports": list(obstacle.ports.texts())}
