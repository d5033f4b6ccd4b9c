"""From what the operating system said about a connect to a state. The only error tables of the project.

Windows is classified by `winerror`: its `errno` and exception class are ambiguous (ERROR_CONNECTION_REFUSED, 1225,
arrives as errno 22). Numbers of 10000 and up are Winsock's; those below are Win32's, which the Proactor loop reports.
"""

import errno
import os
import socket
import sys
from typing import NamedTuple

from probes.icmp import NEIGHBOUR_SILENT, words
from probes.outcome import Endpoint, Outcome, Target
from probes.state import Phase, Sent, State
from probes.wire.icmp import Icmp

CONNECTED = 0
DEADLINE = -1  # no error of any system: our own deadline passed first
UNNUMBERED = -2  # an error that came without a number of the system's

# Our own firewall answers at once. Our own stack gives up on a silent neighbour after three tries a second apart, but
# it may have begun for somebody else before we came.
NEIGHBOUR_SECONDS = 0.2
UNPLUGGED = "the network interface of this host that leads there has no link"
LATE_SHARE = 0.1  # a loop later than this share of the deadline may have missed or misdated the answer


class Errors(NamedTuple):
    """What a system's error numbers mean for a connect. Whatever is in none of these is a fault of our own."""

    refused: frozenset[int]
    reset: frozenset[int]  # an RST too, but on a connection that stood already
    silent: frozenset[int]
    unreachable: frozenset[int]  # by the call itself: no route here; later: somebody on the way said so
    local: dict[int, str]


POSIX = Errors(
    refused=frozenset({errno.ECONNREFUSED}),
    reset=frozenset({errno.ECONNRESET, errno.EPIPE}),
    silent=frozenset({errno.ETIMEDOUT}),
    unreachable=frozenset({errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN}),
    local={
        errno.EMFILE: "this process is out of descriptors",
        errno.ENFILE: "this host is out of descriptors",
        errno.ENOBUFS: "this host is out of network buffers",
        errno.ENOMEM: "this host is out of memory",
        errno.EADDRNOTAVAIL: "no local address or port is free to speak from",
        errno.EADDRINUSE: "the local port to speak from is in use",
        errno.EACCES: "this host's own routing or security policy refuses the attempt",
        errno.EPERM: "this host's own firewall or security policy refuses the attempt",
        errno.EINVAL: "this host's own routing throws the attempt away (blackhole route)",
        errno.EAFNOSUPPORT: "this host does not speak this address family",
        errno.ENETUNREACH: "this host has no route to the address",
        errno.EHOSTUNREACH: "this host's own routing calls the address unreachable",
    },
)

WINDOWS = Errors(
    refused=frozenset({1225, 10061}),
    reset=frozenset({64, 1236, 10053, 10054}),
    silent=frozenset({121, 1460, 10060}),
    unreachable=frozenset({1231, 1232, 1233, 1234, 10051, 10065}),
    local={
        1231: "this host has no route to the address",
        1232: "this host has no route to the address",
        10013: "this host's own firewall or security policy refuses the attempt",
        10024: "this process is out of descriptors",
        10047: "this host does not speak this address family",
        10048: "no local port is free to speak from",
        10049: "no local address or port is free to speak from",
        10051: "this host has no route to the address",
        10055: "this host is out of network buffers or ephemeral ports",
        10065: "this host has no route to the address",
    },
)

NATIVE = WINDOWS if sys.platform == "win32" else POSIX


class Evidence(NamedTuple):
    """All that is known about a connect when it ended.

    `code` is CONNECTED, DEADLINE, UNNUMBERED or the system's error number; `seconds` since the connect began; `late` is
    what the event loop overslept meanwhile; `at_once`: the error came too soon for any packet to have come back;
    `ours`: the sender of the ICMP error is an address of this machine, perhaps another one than we spoke from;
    `unplugged`: the interface that leads to the target has no carrier, now that the attempt has ended.
    """

    target: Target
    source: Endpoint | None
    seconds: float
    code: int
    icmp: Icmp | None = None
    sent: Sent = Sent.UNKNOWN
    late: float = 0.0
    at_once: bool = False
    ours: bool = False
    unplugged: bool = False


def number(error: OSError) -> int:
    """The error number to classify by: Windows' own where there is one. Never CONNECTED."""
    if isinstance(error, socket.gaierror):  # an address that does not parse; its numbers are the resolver's own
        return UNNUMBERED
    nameless = DEADLINE if isinstance(error, TimeoutError) else UNNUMBERED
    return getattr(error, "winerror", None) or error.errno or nameless


def conclude(seen: Evidence, started: float, errors: Errors = NATIVE) -> Outcome:
    """The outcome of a connect that has ended; `started` is UTC."""
    state, detail = _state(seen, errors)
    phase = Phase.DONE if state is State.OPEN else Phase.CONNECT
    sent = Sent.HELD if state is State.REJECTED and _own(seen) else seen.sent
    return Outcome(seen.target, state, phase, started, seen.seconds, seen.source, seen.icmp, sent, detail)


def _state(seen: Evidence, errors: Errors) -> tuple[State, str]:
    if seen.icmp is not None and seen.code != CONNECTED:
        return _by_icmp(seen, seen.icmp)
    if seen.code in errors.refused:
        return State.CLOSED, "RST"
    if seen.code == CONNECTED:
        return _connected(seen)
    if seen.code in errors.reset:
        return State.RESET, "SYN-ACK, then RST"
    if seen.code == DEADLINE or seen.code in errors.silent:
        return _silent(seen)
    if seen.code in errors.unreachable and not seen.at_once:
        return State.REJECTED, "unreachable, and the operating system does not say who said so"
    return State.LOCAL_FAULT, errors.local.get(seen.code) or _unlisted(seen.code, errors)


def _unlisted(code: int, errors: Errors) -> str:
    if code == UNNUMBERED:
        return "the attempt could not be made: an address of another IP version, or an interface that is not there"
    words = f", {os.strerror(code)}" if errors is POSIX else ""  # strerror knows other numbers than Windows has
    return f"the attempt could not be made: error {code}{words}"


def _connected(seen: Evidence) -> tuple[State, str]:
    """To itself if the kernel chose the very port that was asked for as the one to speak from (RFC 9293, 3.5)."""
    if seen.source == (seen.target.address.partition("%")[0], seen.target.port):
        return State.LOCAL_FAULT, "connected to itself: the port spoken from is the port that was asked for"
    return State.OPEN, "SYN-ACK"


def _silent(seen: Evidence) -> tuple[State, str]:
    """The deadline passed. What left this host, and whether we were awake, decides if that means anything."""
    if _overslept(seen):
        return State.LOCAL_FAULT, f"this agent was not running for {seen.late:.2f} s while it should have listened"
    if seen.sent is Sent.REFUSED:
        reason = "or its own queue was full because too much was sent at once"
        return State.LOCAL_FAULT, f"this host's own firewall refuses to send to this address and port, {reason}"
    if seen.unplugged:
        return State.LOCAL_FAULT, f"no answer: {UNPLUGGED}"
    if seen.sent is Sent.HELD:
        reason = "the next hop does not answer address resolution (ARP or ND), or the link or its queue is stuck"
        return State.FILTERED, f"no answer, and our SYN is still here: {reason}"
    if seen.code != DEADLINE:
        return State.FILTERED, f"no answer; the operating system gave up after {seen.seconds:.1f} s"
    return State.FILTERED, f"no answer within {seen.target.timeout:g} s"


def _by_icmp(seen: Evidence, icmp: Icmp) -> tuple[State, str]:
    """An ICMP error from our own address is our own firewall, unless it is our stack giving up on a neighbour."""
    if not _own(seen):
        return State.REJECTED, words(icmp)
    if _overslept(seen):
        return State.LOCAL_FAULT, f"{words(icmp)}, our own, at a time that a late event loop could not tell"
    if icmp[:3] in NEIGHBOUR_SILENT and seen.unplugged:
        return State.LOCAL_FAULT, f"{words(icmp)}, our own: {UNPLUGGED}"
    if icmp[:3] in NEIGHBOUR_SILENT and seen.seconds - seen.late >= NEIGHBOUR_SECONDS:
        return State.REJECTED, f"{words(icmp)}: ourselves, after the next hop did not answer address resolution"
    or_so = ", or a next hop that it has been asking for in vain" if icmp[:3] in NEIGHBOUR_SILENT else ""
    return State.LOCAL_FAULT, f"{words(icmp)}: this host's own firewall{or_so}"


def _own(seen: Evidence) -> bool:
    """Whether the ICMP error came from this machine."""
    sender = seen.icmp.sender if seen.icmp is not None else None
    return seen.ours or (seen.source is not None and sender == seen.source.address)


def _overslept(seen: Evidence) -> bool:
    return seen.late > LATE_SHARE * seen.target.timeout
