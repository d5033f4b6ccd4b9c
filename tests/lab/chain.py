"""Five network namespaces in a row, prober - three routers - server, and a fourth router beside the second.

    with Chain() as chain:
        chain.rule(2, "tcp dport 5001 drop")

IPv4 and IPv6. The server has one address of each, the routers two or more. `fork` has the first router choose between
the second and the fourth by addresses and ports.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import TracebackType
from typing import Self

from . import wiring
from .namespace import Namespace, namespaces

# The links and who is on them, by IP version; the part of an address that is a machine's is its place in the chain.
NETS = {
    "a": {4: "198.51.100.{}", 6: "2001:db8:a::{}"},  # prober 9, router 1
    "b": {4: "192.0.2.{}", 6: "2001:db8:b::{}"},  # routers 1 and 2
    "c": {4: "198.18.0.{}", 6: "2001:db8:c::{}"},  # routers 2 and 3
    "d": {4: "203.0.113.{}", 6: "2001:db8:d::{}"},  # router 3, server 8
    "e": {4: "198.18.1.{}", 6: "2001:db8:e::{}"},  # routers 1 and 4
    "f": {4: "198.18.2.{}", 6: "2001:db8:f::{}"},  # routers 4 and 3
}
PROBER, SERVER = 9, 8
LINKS = {"a": (PROBER, 1), "b": (1, 2), "c": (2, 3), "d": (3, SERVER), "e": (1, 4), "f": (4, 3)}
# Where a machine sends what is for a link: to whom, over which link.
ROUTES = {
    PROBER: {"bcdef": ("a", 1)},
    1: {"cdf": ("b", 2)},
    2: {"ae": ("b", 1), "df": ("c", 3)},
    3: {"abe": ("c", 2)},
    4: {"ab": ("e", 1), "cd": ("f", 3)},
    SERVER: {"abcef": ("d", 3)},
}
BITS = {4: 24, 6: 64}
EMPTY = "flush ruleset\ntable inet lab {\n"
HOOKS = ("forward", "input", "output", "prerouting")


class Chain:
    """The lab. With `icmp_limits` the routers answer as seldom as Linux has it by default.

    Entering raises LabUnavailableError where this machine or this user may not have one.
    """

    def __init__(self, *, icmp_limits: bool = False) -> None:
        self._settings = wiring.AT_ONCE | ({} if icmp_limits else wiring.NO_ICMP_LIMITS)
        self._machines: dict[int, Namespace] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        places = list(ROUTES)
        with ExitStack() as stack:
            self._machines = dict(zip(places, stack.enter_context(namespaces(len(places))), strict=True))
            self._wire()
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def __getitem__(self, place: int) -> Namespace:
        return self._machines[place]

    @property
    def prober(self) -> Namespace:
        return self[PROBER]

    @property
    def server(self) -> Namespace:
        return self[SERVER]

    @contextmanager
    def rules(self, rules: dict[int, dict[str, str]]) -> Iterator[None]:
        """For as long as the block lasts: for a machine, by nft's hook, a statement."""
        try:
            for place, chains in rules.items():
                self[place].nft(_ruleset(chains))
            yield
        finally:
            for place in rules:
                self[place].nft("flush ruleset\n")

    def fork(self) -> None:
        """The first router has two ways to the server from now on, the third one has both back."""
        for version in BITS:
            near, far = NETS["d"][version].format(0), NETS["a"][version].format(0)
            there = [f"nexthop via {address(link, hop, version)}" for link, hop in (("b", 2), ("e", 4))]
            back = [f"nexthop via {address(link, hop, version)}" for link, hop in (("c", 2), ("f", 4))]
            self[1].ip(f"route replace {near}/{BITS[version]} {' '.join(there)}\n")
            self[3].ip(f"route replace {far}/{BITS[version]} {' '.join(back)}\n")

    def _wire(self) -> None:
        for place, machine in self._machines.items():
            machine.sysctl(self._settings)
            if place not in (PROBER, SERVER):
                by_ports = {"ipv4/fib_multipath_hash_policy": 1, "ipv6/fib_multipath_hash_policy": 1}
                machine.sysctl(wiring.FORWARDING | by_ports)
        for link, (one, other) in LINKS.items():
            end = self[other].descriptor
            self[one].ip(f"link add link-{link} type veth peer name link-{link} netns /proc/self/fd/{end}\n", [end])
        for place, machine in self._machines.items():
            machine.ip("\n".join(_own(place)) + "\n")


def address(link: str, place: int, version: int = 4) -> str:
    """Of a machine on a link."""
    return NETS[link][version].format(place)


def server_address(version: int = 4) -> str:
    return address("d", SERVER, version)


def router_address(hop: int, version: int = 4) -> str:
    """The one that it answers the prober from."""
    return address("abc"[hop - 1], hop, version)


def _own(place: int) -> Iterator[str]:
    links = [link for link, ends in LINKS.items() if place in ends]
    yield "link set lo up"
    for link in links:
        for version, bits in BITS.items():
            at_once = " nodad" if version == 6 else ""
            yield f"address add {address(link, place, version)}/{bits} dev link-{link}{at_once}"
        yield f"link set link-{link} up"
    for targets, (link, via) in ROUTES[place].items():
        for target in targets:
            for version, bits in BITS.items():
                yield f"route add {NETS[target][version].format(0)}/{bits} via {address(link, via, version)}"


def _ruleset(chains: dict[str, str]) -> str:
    parts = [
        f"chain {hook} {{\ntype filter hook {hook} priority 0; policy accept;\n{statement}\n}}"
        for hook, statement in chains.items()
    ]
    return "\n".join([EMPTY, *parts, "}"]) + "\n"
