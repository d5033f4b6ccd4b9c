"""The rules of Windows' firewall that let the agent's peers in, and nobody else, to its program alone. Pure.

They are bound to the program and not to the service as well: a person's `once --both` is the same program and no
service, and what the agent asks Windows, whether it is let in, can name a program only.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from agent.ground.ports import PortSet
from agent.ownfirewall.doors import Door, Protocol

GROUP = "ssoreach"  # by this our rules are known, and nothing else is ever touched
# In one rule. A hundred of IPv6 are 4,000 characters, half of what a line of commands may have in Windows.
MOST_ADDRESSES = 100


@dataclass(frozen=True, slots=True)
class Rule:
    """Lets `remote` in to `program`, at these ports. `remote`: addresses, or networks as address/length."""

    name: str
    program: str
    protocol: Protocol
    ports: PortSet
    remote: tuple[str, ...]
    is_read: bool = False  # by whoever reads metrics

    def __str__(self) -> str:
        return f"{self.name} from {', '.join(self.remote)}"


def rules(doors: Iterable[Door], program: str, peers: Sequence[str], scrapers: Sequence[str] = ()) -> tuple[Rule, ...]:
    """`peers` and `scrapers`: addresses. Nobody to let in to a door: no rule for it."""
    return tuple(rule for door in doors for rule in _rules(door, program, peers, scrapers))


def _rules(door: Door, program: str, peers: Sequence[str], scrapers: Sequence[str]) -> Iterator[Rule]:
    remote = tuple(dict.fromkeys((*peers, *(scrapers if door.is_read else ()))))
    name = f"{GROUP}: {door.purpose} ({door})"
    for number, start in enumerate(range(0, len(remote), MOST_ADDRESSES)):
        more = f", {number + 1}" if number else ""
        part = remote[start : start + MOST_ADDRESSES]
        yield Rule(f"{name}{more}", program, door.protocol, door.ports, part, door.is_read)
