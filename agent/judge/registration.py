"""What an endpoint mapper said in a round about the services that are looked for."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Registration:
    """`named`: the TCP ports of each service that is there; `still`: the same when asked again after an attempt failed.

    `required` must be there; the absence of one that is `known` here (it was there before, or the operator says how it
    is registered) is no matter of what was looked for. `natural` are all TCP ports in the mapper's table.
    """

    named: Mapping[str, tuple[int, ...]]
    required: tuple[str, ...] = ()
    known: frozenset[str] = frozenset()
    still: Mapping[str, tuple[int, ...]] | None = None
    natural: frozenset[int] = frozenset()

    @property
    def absent(self) -> tuple[str, ...]:
        """The required ones that are not registered."""
        return tuple(service for service in self.required if not self.named.get(service))

    @property
    def gone(self) -> tuple[str, ...]:
        """Those of them that are known here."""
        return tuple(service for service in self.absent if service in self.known)

    def still_named(self, port: int) -> bool:
        """Whether the mapper named a port before an attempt and, where it was asked again, after it."""
        if self.still is None:
            return any(port in ports for ports in self.named.values())
        return any(port in ports for ports in self.still.values())
