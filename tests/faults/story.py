"""Faults at one seat, one after the other; what was published meanwhile and after them, held beside what was true."""

import json
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from tests.fakes.table import SSO_PORT
from tests.lab.fetch import Metrics

from .scene import Scene
from .seat import Seat
from .site import INTERVAL
from .table import Fault, Lasts
from .witness import Published
from .world import CHECKS, RANGE, fits, may_say

ROUNDS = 2
A_WHILE = 1.2 * INTERVAL  # seconds
PATIENCE = 180.0  # seconds for two rounds: a silent port takes four times as long as one, and so may a busy machine
TRACE = re.compile(r"Traceback \(most recent call last\)")
NO_ROOM = re.compile(r"error socket\.accept\(\) out of system resource")  # asyncio's own, and few: see agent.log
BUSY, SILENT = "inconclusive/local-fault", "inconclusive/agent-silent"
LAG = 3.0  # seconds for which a network may not know yet what has changed: a neighbour is asked for so long


class Violation(NamedTuple):
    """What was published and must not be, or was not kept."""

    seat: str
    fault: str
    what: str

    def __str__(self) -> str:
        return f"{self.seat}, {self.fault}: {self.what}"


@dataclass
class Story:
    """`began`: when each fault did. `busy`: rounds in which an agent without any fault said it was too late to know."""

    scene: Scene
    violations: list[Violation] = field(default_factory=list)
    began: list[tuple[float, str]] = field(default_factory=list)
    checked: int = 0
    seconds: float = 0.0
    busy: int = 0

    @property
    def _seat(self) -> Seat:
        return self.scene.seat

    def play(self, faults: Sequence[Fault]) -> None:
        """All of them. Whatever is wrong stands in `violations`."""
        self._settles("the beginning", rounds=1)
        for fault in faults:
            self._play(fault)

    def _play(self, fault: Fault) -> None:
        self.began.append((time.monotonic(), fault.name))
        known = Known.of(self._seat.metrics())
        fault.begin(self.scene)
        if fault.lasts is Lasts.ROUNDS:
            self._settles(f"{fault.name}, meanwhile")
        elif fault.lasts is Lasts.A_WHILE:
            time.sleep(A_WHILE)
        fault.end(self.scene)
        self._settles(fault.name)
        self._is_known(fault.name, known)

    def _settles(self, name: str, rounds: int = ROUNDS) -> None:
        """So many rounds that begin from now on, of every check, come to what is true."""
        moment = time.monotonic()

        def are_over() -> bool:
            return all(len(self._rounds(check, moment)) >= rounds for check in CHECKS)

        if not self._seat.witness.until(are_over, PATIENCE):
            newest = {check: [each.said for each in self._rounds(check, moment)] for check in CHECKS}
            self._violated(name, f"no {rounds} rounds within {PATIENCE:g} s: {newest}\n{self._seat.log}")
            return
        for check in CHECKS:
            said = self._rounds(check, moment)[rounds - 1]
            self.checked += 1
            if not fits(said.said, self._seat.world.exact(check)):
                self._violated(name, f"{said}\n  and not {sorted(self._seat.world.exact(check))}")

    def _rounds(self, check: str, moment: float) -> list[Published]:
        """Those of a check. One in which only this machine was too busy to know says so, and does not count."""
        allowed = self._seat.world.exact(check)
        found = [each for each in self._seat.witness.since(moment) if each.check == check]
        return [each for each in found if fits(each.said, allowed) or not _is_excused(each)]

    def _is_known(self, name: str, before: "Known") -> None:
        """Still; and the metrics say of every path what its pages say."""
        metrics = self._seat.metrics()
        after = Known.of(metrics)
        if after.contact < before.contact:
            self._violated(name, f"the last contact was {before.contact}, and is {after.contact}")
        for labels, value in metrics.rows("path_verdict", direction="outbound"):
            allowed = {each.partition("/")[0] for each in self._seat.world.exact(labels["check"])}
            self.checked += value == 1
            if value == 1 and labels["verdict"] not in allowed | {"inconclusive"}:
                self._violated(name, f"the metrics say {labels}")

    def read_again(self) -> None:
        """It ends, its file is spoiled, and it starts: from the last good one, and knows what it knew."""
        seat, name = self._seat, "the end"
        before = Known.of(seat.metrics())
        seat.change(ours=True)
        code = seat.stop()
        if code:
            self._violated(name, f"it ended with {code}:\n{seat.log}")
        for path in seat.state.glob("*.json"):
            json.loads(path.read_text("utf-8"))
        seat.config.write_text(seat.config.read_text("utf-8") + "nonsense: 1\n", "utf-8")
        began = time.monotonic()
        seat.restart()
        seat.change(ours=False)
        seat.witness.until(lambda: any(each.check == RANGE for each in seat.witness.since(began)), PATIENCE)
        after = Known.of(seat.metrics())
        if "started from the last good configuration" not in seat.log:
            self._violated(name, f"no last good configuration:\n{seat.log}")
        if after.contact < before.contact or after.tested < before.tested:
            self._violated(name, f"it knew {before}, and knows {after}")
        if len(TRACE.findall(seat.logs)) > len(NO_ROOM.findall(seat.logs)):
            self._violated(name, f"an exception:\n{seat.logs}")

    def review(self) -> None:
        """All that was ever published, by this seat's agent and of this seat by its master's."""
        for each in self._seat.witness.all():
            worlds, ours = self._seat.passed(each.begun - LAG, each.seen)
            self.checked += 1
            self.busy += each.said == BUSY and not ours and all(world.can_ask for world in worlds)
            shut = {*each.path["blocked"]} if each.check == RANGE else set()
            if not may_say(each.said, each.check, worlds, ours=ours) or shut - {str(SSO_PORT)}:
                self._violated(self._fault_at(each.seen), f"meanwhile {each}")
        for each in self._told():
            self.checked += 1
            if each.said.partition("/")[0] not in ("reachable", "inconclusive", "pending"):
                worlds, _ = self._seat.passed(each.begun - LAG, each.seen)
                if each.said.startswith(("blocked", "partly")) or all(world.can_ask for world in worlds):
                    self._violated(self._fault_at(each.seen), f"its master's agent said {each}")

    def _told(self) -> Iterator[Published]:
        far = self.scene.far
        if far is not None:
            yield from (each for each in far.witness.all() if each.check == RANGE and each.peer == self._seat.name)

    def _fault_at(self, moment: float) -> str:
        return next((name for at, name in reversed(self.began) if at <= moment), "the beginning")

    def _violated(self, fault: str, what: str) -> None:
        self.violations.append(Violation(self._seat.name, fault, what))


def _is_excused(each: Published) -> bool:
    return each.said == BUSY or (each.said == SILENT and each.busy)


class Known(NamedTuple):
    """What outlives an agent: the last contact with the master (UTC), and how many ports of the range were tested."""

    contact: float
    tested: float

    @classmethod
    def of(cls, metrics: Metrics) -> "Known":
        contact = metrics.value("master_secret_last_contact_timestamp_seconds") or 0.0
        rows = metrics.rows("rpc_range_ports", direction="outbound", peer="MSS")
        return cls(contact, sum(value for labels, value in rows if labels["state"] != "untested"))
