"""A router and many seats around it, each with a link of its own and a master and a database of its own.

An agent at one seat can be cut off, moved and lied to without any other noticing. What is behind the masters' addresses
is one namespace for all; two more stand where an address may move to: `ELSEWHERE` serves the same, `EMPTY` nothing.
"""

from collections.abc import Iterable
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from tests.fakes.table import SSO_PORT
from tests.lab import wiring
from tests.lab.listeners import listening
from tests.lab.mapping import mapping
from tests.lab.namespace import Namespace, namespaces

from .nameserver import NameService, naming_service
from .world import Holder

LIFETIME = 7200  # seconds of a listener
NEAR, FAR = "198.51.100.{}", "203.0.113.{}"  # eight addresses of each for every seat (RFC 5737)
MOST = 31  # seats
ANYWHERE = "0.0.0.0"
AWAY = {Holder.ELSEWHERE: "192.0.2.{}", Holder.EMPTY: "198.18.0.{}"}
ROUTER, HOST = 1, 2
PROMOTE = {"ipv4/conf/all/promote_secondaries": 1}  # of two addresses of a subnet either may go


class Field:
    """Entering raises LabUnavailableError where this machine or this user may not have one."""

    router: Namespace
    server: Namespace
    names: NameService

    def __init__(self, seats: int) -> None:
        assert seats <= MOST
        self._count = seats
        self._seats: list[Namespace] = []
        self._away: dict[Holder, Namespace] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            made = stack.enter_context(namespaces(2 + len(AWAY) + self._count))
            self.router, self.server, *rest = made
            self._away = dict(zip(AWAY, rest, strict=False))
            self._seats = rest[len(AWAY) :]
            self._wire()
            for namespace in (self.server, self._away[Holder.ELSEWHERE]):
                doors = [(ANYWHERE, SSO_PORT), (ANYWHERE, 1433)]
                stack.enter_context(listening(namespace, doors, lifetime=LIFETIME))
                stack.enter_context(mapping(namespace, ANYWHERE))
            self.names = stack.enter_context(naming_service(self.router))
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def seat(self, number: int) -> Namespace:
        """From 0."""
        return self._seats[number]

    def rules(self, number: int, statements: Iterable[str]) -> None:
        """What the router does from now on with packets between a seat and its own peers; nothing else changes."""
        lines = [
            f"flush chain inet lab seat{number}",
            *(f"add rule inet lab seat{number} {each}" for each in statements),
        ]
        self.router.nft("\n".join(lines) + "\n")

    def give(self, number: int, before: Holder, after: Holder) -> None:
        """The address of a seat's master goes from one host to another."""
        address = master(number)
        self._take(number, address, before)
        if after is Holder.SERVER:
            self.server.ip(f"address add {address}/29 dev eth{number}\n")
        elif after in AWAY:
            self._away[after].ip(f"address add {address}/32 dev eth0\n")
            self.router.ip(f"route add {address}/32 via {AWAY[after].format(HOST)}\n")

    def _take(self, number: int, address: str, before: Holder) -> None:
        if before is Holder.SERVER:
            self.server.ip(f"address del {address}/29 dev eth{number}\n")
        elif before in AWAY:
            self.router.ip(f"route del {address}/32\n")
            self._away[before].ip(f"address del {address}/32 dev eth0\n")

    def _wire(self) -> None:
        everybody = (self.router, self.server, *self._away.values(), *self._seats)
        for namespace in everybody:
            namespace.sysctl(wiring.AT_ONCE | wiring.NO_ICMP_LIMITS | PROMOTE)
        self.router.sysctl(wiring.FORWARDING)
        ends = [each.descriptor for each in (self.server, *self._away.values(), *self._seats)]
        self.router.ip(self._router_links(), ends)
        self.server.ip(_lines(["link set lo up", *(each for n in range(self._count) for each in _server_end(n))]))
        for holder, namespace in self._away.items():
            namespace.ip(_lines(_end("eth0", AWAY[holder], 24, 0)))
        for number, namespace in enumerate(self._seats):
            namespace.ip(_lines(_end("eth0", NEAR, 29, number)))
        self.router.nft(_chains(self._count))

    def _router_links(self) -> str:
        lines = ["link set lo up"]
        for holder, namespace in self._away.items():
            lines += [_cable(holder, namespace, "eth0"), *_own_end(holder, AWAY[holder].format(ROUTER), 24)]
        for number, namespace in enumerate(self._seats):
            near, far = near_link(number), far_link(number)
            lines += [_cable(near, namespace, "eth0"), *_own_end(near, NEAR.format(8 * number + ROUTER), 29)]
            lines += [_cable(far, self.server, f"eth{number}"), *_own_end(far, FAR.format(8 * number + ROUTER), 29)]
        return _lines(lines)


def seat_address(number: int, other: int = 0) -> str:
    """Of the agent at a seat; `other` than its first one: 1 to 4."""
    return NEAR.format(8 * number + HOST + other)


def gateway(number: int) -> str:
    """The router's address at a seat: its name server, too."""
    return NEAR.format(8 * number + ROUTER)


def master(number: int) -> str:
    return FAR.format(8 * number + HOST)


def database(number: int) -> str:
    return FAR.format(8 * number + HOST + 1)


def near_link(number: int) -> str:
    """The router's end of the link to a seat."""
    return f"near{number}"


def far_link(number: int) -> str:
    """And of the one to the peers of that seat."""
    return f"far{number}"


def _cable(name: str, to: Namespace, end: str) -> str:
    return f"link add {name} type veth peer name {end} netns /proc/self/fd/{to.descriptor}"


def _own_end(name: str, address: str, bits: int) -> list[str]:
    return [f"address add {address}/{bits} dev {name}", f"link set {name} up"]


def _end(device: str, subnet: str, bits: int, number: int) -> list[str]:
    lines = ["link set lo up", f"address add {subnet.format(8 * number + HOST)}/{bits} dev {device}"]
    way = f"route add default via {subnet.format(8 * number + ROUTER)}"
    return [*lines, f"link set {device} up", way]


def _server_end(number: int) -> list[str]:
    device = f"eth{number}"
    return [
        f"address add {database(number)}/29 dev {device}",
        f"address add {master(number)}/29 dev {device}",
        f"link set {device} up",
        f"route add {NEAR.format(8 * number)}/29 via {FAR.format(8 * number + ROUTER)} dev {device}",
    ]


def _chains(count: int) -> str:
    """One for each seat, so that two can be changed at the same time."""
    lines = ["flush ruleset", "table inet lab {", *(f"chain seat{number} {{\n}}" for number in range(count))]
    lines += ["chain forward {", "type filter hook forward priority 0; policy accept;"]
    for number in range(count):
        subnet = NEAR.format(8 * number)
        lines += [f"ip saddr {subnet}/29 jump seat{number}", f"ip daddr {subnet}/29 jump seat{number}"]
    return _lines([*lines, "}", "}"])


def _lines(lines: Iterable[str]) -> str:
    return "\n".join(lines) + "\n"
