"""How far a SYN comes: an ordinary connect that may take so many hops only, and what whoever ended it said.

The hop at which it dies says so with an ICMP error, which Linux queues for the socket. So this needs no rights, and a
firewall on the way treats it as it treats every other connect to that port.
"""

import contextlib
import socket
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from probes.engine.engine import Engine
from probes.icmp import TOO_FAR, refuses
from probes.outcome import Outcome, Target
from probes.state import Sent, State


class Said(StrEnum):
    """What one attempt was answered."""

    HOP = "hop"  # it came as far as it may, and who threw it away there says so
    OPEN = "open"  # SYN-ACK
    RESET = "reset"  # RST
    REFUSED = "refused"  # an ICMP error that refuses
    NO_WAY = "no-way"  # another ICMP error
    UNSENT = "unsent"  # our SYN is still here: the next hop has not answered address resolution yet
    SILENCE = "silence"  # nothing before the deadline
    FAULT = "fault"  # it could not be tried from here


class Answer(NamedTuple):
    """What one attempt was told, and by whom. `seconds`: how long it took; `detail` is plain English."""

    said: Said
    sender: str | None
    seconds: float
    detail: str


SAID = {
    State.OPEN: Said.OPEN,
    State.RESET: Said.OPEN,
    State.CLOSED: Said.RESET,
    State.FILTERED: Said.SILENCE,
    State.LOCAL_FAULT: Said.FAULT,
}


def answer_of(outcome: Outcome) -> Answer:
    """Of a connect."""
    sender = outcome.icmp.sender if outcome.icmp is not None else None
    return Answer(_said(outcome), sender, outcome.seconds, outcome.detail)


def _said(outcome: Outcome) -> Said:
    if outcome.state is State.FILTERED and outcome.sent is Sent.HELD:
        return Said.UNSENT
    if outcome.state in SAID:
        return SAID[outcome.state]
    if outcome.icmp is not None and outcome.icmp[:3] in TOO_FAR:
        return Said.HOP
    return Said.REFUSED if refuses(outcome.icmp) else Said.NO_WAY


async def ask(engine: Engine, target: Target) -> Answer:
    """One connect, closed in order again."""
    return answer_of(await engine.knock(target))


@contextlib.contextmanager
def held_port(target: Target) -> Iterator[Target]:
    """The same target, spoken to from a port that nobody else on this host is given meanwhile.

    Routers that know several ways choose by addresses and ports: from one port, every attempt takes the same way. Where
    no port can be held, the target comes back as it is, and the attempt itself will say why.
    """
    family = socket.AF_INET6 if ":" in target.address else socket.AF_INET
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):
            holder = stack.enter_context(socket.socket(family, socket.SOCK_STREAM))
            holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            holder.bind((target.source or "", 0))
            target = target._replace(source_port=holder.getsockname()[1])
        yield target
