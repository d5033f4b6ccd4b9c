"""Who may speak, and from which addresses: the hosts of our own configuration, and nobody else."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Roster:
    """`own`: the names that we answer to. `hosts`: the addresses of everybody else's names. Names without case."""

    own: frozenset[str]
    hosts: Mapping[str, frozenset[str]]
    addresses: frozenset[str]

    @classmethod
    def of(cls, own: Iterable[str], hosts: Mapping[str, Iterable[str]]) -> Self:
        """Addresses in their shortest spelling."""
        folded = {name.casefold(): frozenset(addresses) for name, addresses in hosts.items()}
        return cls(frozenset(map(str.casefold, own)), folded, frozenset[str]().union(*folded.values()))

    def is_ours(self, name: str) -> bool:
        return name.casefold() in self.own

    def knows(self, address: str) -> bool:
        """Whether anybody is there."""
        return address in self.addresses

    def is_at(self, name: str, address: str) -> bool:
        """Whether the host of that name is there."""
        return address in self.hosts.get(name.casefold(), ())
