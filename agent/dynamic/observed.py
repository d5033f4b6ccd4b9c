"""What one attempt shows of its port."""

from enum import IntEnum

from probes.icmp import refuses
from probes.outcome import Outcome
from probes.state import Sent, State


class Observed(IntEnum):
    """One byte of the map, and of its file: numbers are never given a new meaning."""

    UNTESTED = 0
    OPEN = 1  # a SYN-ACK
    CLOSED = 2  # an RST
    SILENT = 3
    REFUSED = 4  # an ICMP error whose code says that somebody decided so


ANSWERS = frozenset({Observed.OPEN, Observed.CLOSED})

_OF = {State.OPEN: Observed.OPEN, State.CLOSED: Observed.CLOSED, State.FILTERED: Observed.SILENT}


def observed(outcome: Outcome) -> Observed | None:
    """None: it says nothing of the port. A fault of ours, or no way to the host at all."""
    if outcome.state is State.REJECTED:
        return Observed.REFUSED if refuses(outcome.icmp) else None
    if outcome.sent is Sent.HELD and outcome.state is State.FILTERED:
        return None
    return _OF.get(outcome.state)
