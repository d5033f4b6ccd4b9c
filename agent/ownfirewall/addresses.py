"""What the names of those who may come lead to, now: a firewall's rule knows addresses only."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from agent.ground.text import plain
from probes.resolve import Resolver, literal


@dataclass(frozen=True, slots=True)
class Addresses:
    """`of`: of each name that has some now, in the order given. `missing`: why the others have none."""

    of: Mapping[str, tuple[str, ...]]
    missing: Mapping[str, str]

    def behind(self, names: Iterable[str]) -> tuple[str, ...]:
        """Each address once; a name without one gives none."""
        found = (address for name in names for address in self.of.get(_without_scope(name), ()))
        return tuple(dict.fromkeys(found))

    @property
    def named(self) -> Mapping[str, tuple[str, ...]]:
        """Those of names: they may have others tomorrow."""
        return {name: found for name, found in self.of.items() if literal(name) is None}


async def look_up(names: Iterable[str], timeout: float, resolver: Resolver | None = None) -> Addresses:
    """`timeout` in seconds, for each."""
    answers = await (resolver or Resolver()).look_up_all(map(_without_scope, names), timeout)
    return Addresses(
        {answer.asked: tuple(map(_without_scope, answer.found)) for answer in answers if answer.found},
        {answer.asked: plain(answer.detail) for answer in answers if not answer.found},
    )


def _without_scope(address: str) -> str:
    """fe80::1%eth0: a rule has no word for it."""
    return address.partition("%")[0]
