"""TCP listeners at addresses and ports of this host, opened and closed on order, and what became of each port."""

import asyncio
import errno
from collections.abc import Callable, Iterable, Sequence, Set
from functools import partial

from agent.rendezvous.exclusive import BESIDE_WILDCARDS, listening_socket
from agent.rendezvous.listener import Listener
from agent.rendezvous.orders import Place
from agent.rendezvous.tcptable import TcpTable, fresh
from probes.wire.rendezvous.messages import Grant, Holding, Reason

Proofs = Callable[[str, int, Place], bytes]  # at a local address and port, to whom
Accepted = Callable[[str, int, Place], None]


class Listeners:
    """`accepted` is told of everybody who connects; `proofs` is then asked what to say. Belongs to one event loop."""

    def __init__(self, proofs: Proofs, accepted: Accepted) -> None:
        self._proofs = proofs
        self._accepted = accepted
        self._held: dict[Place, Listener] = {}  # each address as it was ordered, with its scope

    @property
    def count(self) -> int:
        return len(self._held)

    @property
    def ports(self) -> frozenset[int]:
        """Those that are held, at whatever address."""
        return frozenset(each.port for each in self._held)

    async def open(self, local: str, hold: Sequence[int], look: Sequence[int]) -> dict[int, Grant]:
        """What became of each port. What is held already stays; at those of `look` nothing is opened."""
        opened: list[int] = []
        try:
            return await self._open(local, hold, look, opened)
        except BaseException:  # cancelled: nobody will hear of these
            self.close(local, opened)
            raise

    def close(self, local: str, ports: Iterable[int]) -> None:
        """At once, and with the connections that stand; ports that are not held do not matter."""
        for port in ports:
            listener = self._held.pop(Place(local, port), None)
            if listener is not None:
                listener.close()

    def close_all(self) -> None:
        for local, port in [*self._held]:
            self.close(local, [port])

    async def others(self) -> frozenset[int] | None:
        """The ports at which somebody else listens, at whatever address; None: the system does not tell."""
        ours = self.ports
        table = await _read()
        ours |= self.ports  # opened or closed while the table was read
        return None if table is None else frozenset(each.port for each in table.listeners) - ours

    async def _open(self, local: str, hold: Sequence[int], look: Sequence[int], opened: list[int]) -> dict[int, Grant]:
        table = await _read() if BESIDE_WILDCARDS else None
        wanted = [port for port in hold if Place(local, port) not in self._held]
        barred = _barred(table, local, wanted) if BESIDE_WILDCARDS else {}
        errors: dict[int, int] = {}
        for port in wanted:
            if port not in barred:
                try:
                    self._listen(local, port)
                except OSError as error:
                    errors[port] = error.errno or 0
                else:
                    opened.append(port)
        ours = {*self._held}
        if errors or look or BESIDE_WILDCARDS:
            table = await _read()
        if BESIDE_WILDCARDS:  # somebody may have come meanwhile
            barred |= (come := _barred(table, local, opened))
            self.close(local, come)
        grants = {port: self._kept(local, port) for port in hold}
        grants |= {port: _refused(table, local, port, code) for port, code in errors.items()}
        ours |= self._held.keys()  # what is closed meanwhile may still be in the table
        return grants | barred | {port: _looked(table, local, port, ours) for port in look}

    def _listen(self, local: str, port: int) -> None:
        sock = listening_socket(local, port)
        self._held[Place(local, port)] = Listener(sock, partial(self._greet, local, port))

    def _greet(self, local: str, port: int, remote: Place) -> bytes:
        self._accepted(local, port, remote)
        return self._proofs(local, port, remote)

    def _kept(self, local: str, port: int) -> Grant:
        """It may have been closed while others were opened."""
        return Grant(port, Holding.HELD if Place(local, port) in self._held else Holding.FAILED)


async def _read() -> TcpTable | None:
    return await asyncio.to_thread(fresh)


_BARRED = {True: Holding.LISTENING, None: Holding.BUSY}


def _barred(table: TcpTable | None, local: str, ports: Iterable[int]) -> dict[int, Grant]:
    """Those that must not be taken from a listener at a wildcard: all of them, as long as it is not known."""
    if table is None:
        return {port: Grant(port, Holding.FAILED) for port in ports}
    found = {port: table.covers(local, port) for port in ports}
    return {port: Grant(port, _BARRED[covers]) for port, covers in found.items() if covers is not False}


def _refused(table: TcpTable | None, local: str, port: int, code: int) -> Grant:
    """`code`: why the system refused it, an errno. Windows says "no access" of other accounts' ports as well."""
    if code not in (errno.EADDRINUSE, errno.EACCES):
        return Grant(port, Holding.FAILED)
    if table is not None:
        listens, used = table.listens(local, port), table.is_used(local, port)
        # Whoever listens for IPv6 is in our way, so takes IPv4 as well, if nobody else is there.
        if listens or (listens is None and not used):
            return Grant(port, Holding.LISTENING)
        if used:
            return Grant(port, Holding.BUSY)
    return Grant(port, Holding.BUSY) if code == errno.EADDRINUSE else Grant(port, Holding.FAILED, Reason.EXCLUDED)


def _looked(table: TcpTable | None, local: str, port: int, ours: Set[Place]) -> Grant:
    listens = None if table is None else table.listens(local, port)
    if listens is None:
        return Grant(port, Holding.FAILED)
    return Grant(port, Holding.LISTENING if listens and Place(local, port) not in ours else Holding.VACANT)
