"""This host's TCP table: who listens, and whose SYN is half-way in.

What is read here is for a thread: psutil takes some 15 ms, and more where there are thousands of connections or of
processes. None: the system did not tell, and nothing follows from that.
"""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from agent.rendezvous.orders import Place, place

_ANY4, _ANY6 = "0.0.0.0", "::"  # noqa: S104 - what others listen on


@dataclass(frozen=True, slots=True)
class TcpTable:
    """`listeners`: where somebody listens, ourselves included. `half_open`: (local, remote) ends of SYN_RECV.

    `used`: the local ends of everything else, TIME_WAIT included.
    """

    listeners: frozenset[Place] = frozenset()
    half_open: frozenset[tuple[Place, Place]] = frozenset()
    used: frozenset[Place] = frozenset()

    def listens(self, local: str, port: int) -> bool | None:
        """Whether somebody does, at this address or at a wildcard. None: see `covers`."""
        return place(local, port) in self.listeners or self.covers(local, port)

    def covers(self, local: str, port: int) -> bool | None:
        """Whether somebody listens at a wildcard.

        None: only at that of IPv6, for an address of IPv4; the table does not say whether that socket takes both.
        """
        if ":" not in local and Place(_ANY4, port) in self.listeners:
            return True
        if Place(_ANY6, port) in self.listeners:
            return True if ":" in local else None
        return False

    def is_used(self, local: str, port: int) -> bool:
        """Whether a connection, of whatever age, has this local end; or a wildcard, as some have on Windows."""
        wildcard = _ANY6 if ":" in local else _ANY4
        return not self.used.isdisjoint((place(local, port), Place(wildcard, port)))

    def half_open_at(self, local: str, ports: Iterable[int]) -> frozenset[tuple[int, Place]]:
        """At which of these ports of an address a SYN has come, and from where, and nothing after our answer to it."""
        wanted = {place(local, port) for port in ports}
        return frozenset((end.port, remote) for end, remote in self.half_open if end in wanted)


class Readings:
    """Reads once for all who wait while it is read: what each gets was begun after he asked. For threads."""

    def __init__(self, read: Callable[[], TcpTable | None]) -> None:
        self._read = read
        self._lock = threading.Lock()
        self._begun = self._done = 0
        self._last: TcpTable | None = None

    def fresh(self) -> TcpTable | None:
        asked = self._begun
        with self._lock:
            if self._done <= asked:
                self._begun += 1
                self._last = self._read()
                self._done = self._begun
            return self._last


def read() -> TcpTable | None:
    """Whatever goes wrong, such as a state that psutil does not know, the table is then not known."""
    import psutil  # only here: `probe --help` is to be quick

    listeners, half_open, used = set(), set(), set()
    try:
        for row in psutil.net_connections(kind="tcp"):
            if not row.laddr:
                continue
            local = place(*row.laddr)
            if row.status == psutil.CONN_LISTEN:
                listeners.add(local)
            elif row.status == psutil.CONN_SYN_RECV and row.raddr:
                half_open.add((local, place(*row.raddr)))
            else:
                used.add(local)
    except (psutil.Error, OSError, RuntimeError, LookupError, ValueError):
        return None
    return TcpTable(frozenset(listeners), frozenset(half_open), frozenset(used))


fresh = Readings(read).fresh  # one table a host, so one reading at a time
