"""One port that the far end held for us: what our attempt saw and what the far end found, together, show of it.

Silence of a port says nothing as long as nobody need listen there. Here somebody does, and tells whether anything
arrived: that is what makes silence mean something, and tells a device's answer from the host's own.
"""

from enum import Enum, auto
from ipaddress import ip_address
from typing import NamedTuple

from agent.judge.verdict import Cause
from probes.icmp import refuses
from probes.outcome import Outcome
from probes.state import Sent, State
from probes.wire.rendezvous.messages import Found, Reported


class Saw(Enum):
    """What our attempt saw, as far as it matters here."""

    PROOF = auto()  # accepted, and the proof of our own lease was said
    ACCEPTED = auto()  # accepted, and that proof was not said
    SILENCE = auto()
    RST = auto()
    REFUSAL = auto()  # an ICMP error whose code says that somebody decided so
    NOTHING = auto()  # we could not try, our SYN did not leave, or somebody says that there is no way there


class Shows(Enum):
    """What it shows of the port."""

    PASSES = auto()
    DROPPED = auto()  # what we send does not arrive, and nobody says so
    RETURN_PATH = auto()  # it arrives, and the answers do not come back
    STRANGER = auto()  # somebody else accepts in the listener's place
    INJECTED = auto()  # somebody else resets in its place
    REFUSED = auto()  # somebody refuses to pass it, and says so
    NOTHING = auto()


class Row(NamedTuple):
    """`translated`: it holds also where the listener is bound to another address than the one that was asked."""

    saw: Saw
    found: frozenset[Found]
    shows: Shows
    translated: bool = False


_CAME = frozenset({Found.MINE, Found.HALF_OPEN})
_SOMEBODY_CAME = _CAME | {Found.OTHER}
_NOBODY = frozenset({Found.NONE})

# What is in no row shows nothing. Beside each row: what else could have produced it, and why it is not that.
TABLE = (
    # Nothing else: only the listener of this very lease can say its proof. Who came may look like somebody else where
    # our source port is translated, or is not known here. That nobody came contradicts the proof, and shows nothing.
    Row(Saw.PROOF, _SOMEBODY_CAME, Shows.PASSES, translated=True),
    # A lost SYN, twice: hence k times. A firewall of that host: hence `whose firewall`. A limit on connections: hence
    # a control. Behind a translated address the device may know of our UDP alone, and drops nobody's TCP.
    Row(Saw.SILENCE, _NOBODY, Shows.DROPPED),
    # Lost SYN-ACKs: hence k times. Somebody else's SYN is not taken for ours: it comes from another port, and is OTHER.
    Row(Saw.SILENCE, _CAME, Shows.RETURN_PATH),
    # A proof that got lost, or a listener that was too slow to say it: hence k times. That the connection arrived does
    # not show that what was said there is what we heard, so both count; OTHER may have been the listener after all.
    Row(Saw.ACCEPTED, _NOBODY | {Found.MINE}, Shows.STRANGER),
    # The host itself, had nobody listened: but the lease was unbroken. Another host behind a translated address: hence
    # not there. A firewall of that host that resets: the sentence names it.
    Row(Saw.RST, _NOBODY, Shows.INJECTED),
    # The answer to somebody else's packet: the system matches an ICMP error with our SYN. On the way back it would have
    # come after our SYN arrived, and that would be told.
    Row(Saw.REFUSAL, _NOBODY, Shows.REFUSED),
)

CAUSES = {
    Shows.DROPPED: Cause.SILENT_DROP,
    Shows.RETURN_PATH: Cause.RETURN_PATH,
    Shows.STRANGER: Cause.MIDDLEBOX,
    Shows.INJECTED: Cause.INJECTED_RESET,
    Shows.REFUSED: Cause.ICMP_REJECT,
}

_SAW = {
    State.OPEN: Saw.PROOF,
    State.MUTE: Saw.ACCEPTED,
    State.HUNG_UP: Saw.ACCEPTED,
    State.RESET: Saw.ACCEPTED,
    State.GARBLED: Saw.ACCEPTED,
    State.FILTERED: Saw.SILENCE,
    State.CLOSED: Saw.RST,
}


def look_up(saw: Saw, found: Found, *, translated: bool) -> Shows:
    """The row for it, or that it shows nothing."""
    rows = (row for row in TABLE if row.saw is saw and found in row.found and (row.translated or not translated))
    return next((row.shows for row in rows), Shows.NOTHING)


def held(outcome: Outcome, reported: Reported | None, *, in_time: bool) -> Shows:
    """Of a port that was held. `reported`: after the attempt; None: the far end did not. `in_time`: while it was."""
    if reported is None or not reported.unbroken or not in_time:
        return Shows.NOTHING
    found = reported.found.get(outcome.target.port, Found.NOTHING_KNOWN)
    return look_up(saw(outcome), found, translated=not is_same(reported.bound, outcome.target.address))


def natural(outcome: Outcome) -> Shows:
    """Of a port at which somebody else listens there, by the far end's word. Who that is may be silent for reasons."""
    return Shows.PASSES if outcome.state is State.OPEN else Shows.NOTHING


def saw(outcome: Outcome) -> Saw:
    """What an attempt to hear a proof saw."""
    if outcome.state is State.REJECTED:
        return Saw.REFUSAL if refuses(outcome.icmp) else Saw.NOTHING
    if outcome.sent is Sent.HELD:
        return Saw.NOTHING
    return _SAW.get(outcome.state, Saw.NOTHING)


def is_same(one: str, other: str) -> bool:
    """Whether both are the same address, however they are written; what is none is like no other."""
    found = address(one)
    return found is not None and found == address(other)


def address(written: str) -> str | None:
    """In its shortest spelling and without a scope; None if it is none."""
    try:
        literal = ip_address(written.partition("%")[0])
    except ValueError:
        return None
    mapped = getattr(literal, "ipv4_mapped", None)
    return str(mapped or literal)
