"""The rest of the agent, to which verdicts are told, and which tells them. Synchronous and quick."""

from typing import Protocol

from agent.rendezvous.orders import Place
from probes.wire.rendezvous.states import Accepted, PathState


class Desk(Protocol):
    """`sender`: the name that asks, as it spells it; the configuration has it, in some spelling, at its address.

    Whatever is said here may be said again: whoever heard no answer does so.
    """

    def tell(self, sender: str, receiver: str, state: PathState) -> None:
        """The sender has found this out about a path from it to `receiver`: that of our names which it asked."""

    def probe_back(self, sender: str, at: Place) -> Accepted:
        """The sender wants to be probed, and holds listeners for that at this address and UDP port, if it does."""

    def state(self, sender: str, check: int) -> PathState | None:
        """What our own check of the sender came to. None: there is no such check."""


def not_planned(check: int) -> PathState:
    """What is said of a check that there is not: nothing is known, and nothing will be."""
    return PathState(check, verdict=0, cause=0, evidence=0, age=None, settled=True)
