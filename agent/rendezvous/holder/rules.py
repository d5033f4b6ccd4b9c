"""Which ports may be held for others, and why the rest may not."""

from collections.abc import Callable, Container
from dataclasses import dataclass

from probes.wire.rendezvous.messages import Reason

# Never held; whether somebody listens there is found out and said.
LOOKED_AT = frozenset({Reason.FIXED, Reason.SEEN})


@dataclass(frozen=True, slots=True)
class Rules:
    """`dynamic`: the configured range; `services`: fixed ports of services, in the range or not; `own`: the agent's.

    `seen_lately`: whether something listened at a port of ours in the last 30 days. `held_from`: nothing is held before
    this moment (monotonic), as the host has only just started.
    """

    dynamic: Container[int]
    services: Container[int]
    own: Container[int]
    seen_lately: Callable[[int], bool]
    held_from: float

    def why_not(self, port: int, now: float) -> Reason:
        """NONE: it may be held. Nothing is found out about a port outside that is not a service's."""
        if port in self.own:
            return Reason.OWN
        if port in self.services:
            return Reason.FIXED
        if port not in self.dynamic:
            return Reason.OUTSIDE
        if self.seen_lately(port):
            return Reason.SEEN
        return Reason.BOOTED if now < self.held_from else Reason.NONE
