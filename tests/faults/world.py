"""What is true between one agent and its peers, as the rules and links in force have it, and what may be published.

Pure: nothing here knows how a rule is loaded. `exact` is what a path has to come to once a whole round or two were made
in that world; `may_say` is what nobody may ever break, not even in a round in which the world changes.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import NamedTuple

from tests.fakes.table import SSO_PORT

Verdicts = frozenset[str]  # each as "verdict" or "verdict/cause"


class Means(NamedTuple):
    """What the router does with SYNs to a door, and what the asker has to make of that."""

    statement: str
    says: Verdicts


def _says(*verdicts: str) -> Verdicts:
    return frozenset(verdicts)


class Way(Enum):
    """A firewall on the way to one door."""

    OPEN = Means("", _says("reachable"))
    DROP = Means("drop", _says("unreachable/no-answer", "blocked/silent-drop"))
    PROHIBIT = Means("reject with icmp admin-prohibited", _says("blocked/icmp-reject"))
    REFUSE = Means("reject with icmp port-unreachable", _says("blocked/icmp-reject"))
    NO_HOST = Means("reject with icmp host-unreachable", _says("unreachable/host-down"))
    RESET = Means("reject with tcp reset", _says("unreachable/refused", "blocked/injected-reset"))


class Holder(StrEnum):
    """Who has the address of the master."""

    SERVER = "server"
    ELSEWHERE = "elsewhere"  # another host, which serves the same; no agent of ours is there
    EMPTY = "empty"  # another host, which serves nothing
    NOBODY = "nobody"


DOWN = _says("unreachable/host-down", "unreachable/no-answer")
REFUSED = _says("unreachable/refused")
NOT_TOLD = _says("inconclusive/no-known-listener")
LOCAL = _says("inconclusive/local-fault")
UNSURE = _says("inconclusive")
SQL, EPM, ENDPOINT, RANGE = CHECKS = ("sql", "epm", "rpc-endpoint", "rpc-range")


@dataclass(frozen=True, slots=True)
class World:
    """`can_ask`: this host can send; `held`: the master's agent can be met; `link`: the peers' own link is up.

    `named`: whose address the name service gives for the master, if it is not the master's own.
    """

    mapper: Way = Way.OPEN
    service: Way = Way.OPEN
    database: Way = Way.OPEN
    master: Holder = Holder.SERVER
    named: Holder | None = None
    link: bool = True
    can_ask: bool = True
    held: bool = False

    def statements(self, master: str, database: str) -> Iterator[str]:
        """The router's rules that make it so."""
        doors = ((master, 135, self.mapper), (master, SSO_PORT, self.service), (database, 1433, self.database))
        for address, port, way in doors:
            if way is not Way.OPEN:
                yield f"ip daddr {address} tcp dport {port} {way.value.statement}"

    def exact(self, check: str) -> Verdicts:
        """What the path of this check has to come to."""
        if not self.can_ask:
            return LOCAL if check in (SQL, EPM) else UNSURE
        if check == SQL:
            return self.database.value.says if self.link else DOWN
        if check == EPM:
            return self._there() or self.mapper.value.says
        if check == ENDPOINT:
            asked = not self._there() and self.mapper is Way.OPEN
            return self.service.value.says if asked else NOT_TOLD
        return self._of_range()

    def _of_range(self) -> Verdicts:
        """No rule here shuts a port of it but the service's. Its agent says so; one end alone may not know."""
        if self.held and self.service is Way.OPEN and not self._there():
            return _says("reachable")
        shut = frozenset() if self.service is Way.OPEN else self.service.value.says
        partly = {f"partly-{each}" for each in shut if each.startswith("blocked/")}
        return _says("reachable", "inconclusive", *shut, *partly) | (self._there() or frozenset())

    def _there(self) -> Verdicts | None:
        """What keeps everything at the master's address from answering; None: nothing does."""
        who = self.named or self.master
        if who is Holder.NOBODY or (not self.link and who is Holder.SERVER):
            return DOWN
        return REFUSED if who is Holder.EMPTY else None

    def is_cut(self, check: str) -> bool:
        """Whether something does keep this path from working, whoever is told what of it."""
        if check == SQL:
            return not self.link or self.database is not Way.OPEN
        door = self.mapper if check == EPM else self.service
        return self._there() is not None or door is not Way.OPEN


def fits(said: str, allowed: Collection[str]) -> bool:
    """`said` is "verdict/cause", or "verdict" alone."""
    return said in allowed or said.partition("/")[0] in allowed


def may_say(said: str, check: str, worlds: Collection[World], *, ours: bool) -> bool:
    """Whether a verdict may come from a round that saw these worlds, one after the other.

    `ours`: this host or its agent had a fault meanwhile. Not to know is always right; everything else needs a reason.
    """
    verdict = said.partition("/")[0]
    if verdict in ("inconclusive", "pending"):
        return True
    if verdict == "unreachable":
        return any(world.is_cut(check) for world in worlds)
    return any(fits(said, world.exact(check)) for world in worlds if world.can_ask) or (
        ours and verdict == "reachable" and any(world.can_ask and not world.is_cut(check) for world in worlds)
    )
