"""The ports that are held, or that are just being opened, and for which leases."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from agent.rendezvous.holder.leases import Lease
from agent.rendezvous.orders import Close, Place
from probes.wire.rendezvous.messages import Grant, Holding
from probes.wire.rendezvous.proof import MOST as MOST_PROOFS

MOST_LISTENERS = 1_024

Port = tuple[str, int]  # an address of ours, and a port of it


@dataclass(slots=True)
class _Held:
    """`is_open`: it is not just being opened."""

    is_open: bool = False
    leases: list[Lease] = field(default_factory=list)


class HeldPorts:
    """Every port that is held, or just being opened, at each of our addresses."""

    def __init__(self) -> None:
        self._ports: dict[Port, _Held] = {}

    @property
    def open(self) -> int:
        """How many are held right now."""
        return sum(held.is_open for held in self._ports.values())

    def has_room(self, local: str, port: int) -> bool:
        """For one lease more: a listener says a proof for each."""
        held = self._ports.get((local, port))
        return len(self._ports) < MOST_LISTENERS if held is None else len(held.leases) < MOST_PROOFS

    def join(self, lease: Lease, port: int) -> bool:
        """Have a port held for a lease, too. Whether it has to be opened for that."""
        is_new = (lease.local, port) not in self._ports
        held = self._ports.setdefault((lease.local, port), _Held())
        held.leases.append(lease)
        lease.joined.add(port)
        if held.is_open:
            lease.settle(Grant(port, Holding.HELD))
        else:
            lease.missing.add(port)
        return is_new

    def opened(self, local: str, grant: Grant) -> tuple[list[Lease], bool]:
        """What became of a port that was being opened: whom that concerns, and whether it is open in vain."""
        held = self._ports[local, grant.port]
        held.is_open = grant.holding is Holding.HELD
        if not (held.is_open and held.leases):
            del self._ports[local, grant.port]
        for lease in held.leases:
            lease.settle(grant)
        return held.leases, held.is_open and not held.leases

    def leave(self, lease: Lease) -> list[Port]:
        """A lease is over. The ports that nobody needs any more; those that are being opened come later."""
        free = []
        for port in sorted(lease.joined):
            held = self._ports[lease.local, port]
            held.leases.remove(lease)
            if held.is_open and not held.leases:
                del self._ports[lease.local, port]
                free.append((lease.local, port))
        return free

    def leases(self, local: str, port: int) -> list[Lease]:
        held = self._ports.get((local, port))
        return held.leases if held else []

    def accepted(self, local: str, port: int, remote: Place) -> bool:
        """Whether it was at a port that is held."""
        leases = self.leases(local, port)
        explained = any(lease.explains(port, remote) for lease in leases)
        for lease in leases:
            lease.accepted(port, remote, explained=explained)
        return bool(leases)


def closes(ports: Iterable[Port]) -> list[Close]:
    """One order for each address."""
    by_address: dict[str, list[int]] = {}
    for local, port in ports:
        by_address.setdefault(local, []).append(port)
    return [Close(local, tuple(each)) for local, each in by_address.items()]
