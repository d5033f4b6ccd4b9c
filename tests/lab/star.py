"""A router with four hosts around it, each behind a link of its own: two processing servers, the master, a stranger.

    with Star() as star:
        with star.between(drop(address("BTS01"), address("MSS"), "20000-20499")):
            star["BTS01"].python("-m", "agent.cli", "once", ...)

Every host is in stealth mode: it resets nobody. The master has many addresses, for as many tests at once.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import TracebackType
from typing import Self

from . import wiring
from .namespace import Namespace, namespaces
from .rows import NO_RST
from .rules import Rule, ruleset

# Addresses for documentation and for measuring (RFC 5737, RFC 2544, RFC 3849): the subnet of each host, by IP version.
NETS = {
    "BTS01": {4: "198.51.100.{}/24", 6: "2001:db8:1::{:x}/64"},
    "BTS02": {4: "192.0.2.{}/24", 6: "2001:db8:2::{:x}/64"},
    "MSS": {4: "203.0.113.{}/24", 6: "2001:db8:3::{:x}/64"},
    "STRANGER": {4: "198.18.0.{}/24", 6: "2001:db8:4::{:x}/64"},
}
ROUTER, HOST = 1, 2  # the last part of their addresses
ADDRESSES = {"MSS": 16}  # of a host; the others have one
STEALTH = f"chain stealth {{\ntype filter hook output priority 0;\n{NO_RST}\n}}\n"


class Star:
    """The lab. Entering raises LabUnavailableError where this machine or this user may not have one."""

    router: Namespace

    def __init__(self) -> None:
        self._hosts: dict[str, Namespace] = {}
        self._rules: list[Rule] = []
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self.router, *hosts = stack.enter_context(namespaces(1 + len(NETS)))
            self._hosts = dict(zip(NETS, hosts, strict=True))
            self._wire()
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def __getitem__(self, host: str) -> Namespace:
        return self._hosts[host]

    @contextmanager
    def between(self, *rules: Rule) -> Iterator[None]:
        """The router does this for as long as the block lasts, beside what blocks around it have it do."""
        before = self._rules
        self._load([*rules, *before])
        try:
            yield
        finally:
            self._load(before)

    def guard(self, host: str, statements: str = "", hook: str = "input") -> None:
        """The host's own firewall on what comes in, or goes out: nft statements, a line each; none takes it away."""
        chain = f"chain guard {{\ntype filter hook {hook} priority 0;\n{statements}\n}}\n" if statements else ""
        self[host].nft(f"flush ruleset\ntable inet lab {{\n{STEALTH}{chain}}}\n")

    def _load(self, rules: list[Rule]) -> None:
        self.router.nft(ruleset(rules))
        self._rules = rules

    def _wire(self) -> None:
        for namespace in (self.router, *self._hosts.values()):
            namespace.sysctl(wiring.AT_ONCE | wiring.NO_ICMP_LIMITS)
        self.router.sysctl(wiring.FORWARDING)
        ends = {host: namespace.descriptor for host, namespace in self._hosts.items()}
        self.router.ip(_router_links(ends), list(ends.values()))
        for host, namespace in self._hosts.items():
            namespace.ip(_host_links(host))
            self.guard(host)


def address(host: str, number: int = 0, version: int = 4) -> str:
    """One of a host's addresses, the first one by default."""
    return NETS[host][version].format(HOST + number).partition("/")[0]


def link(host: str) -> str:
    """The name of the router's end of the link to a host."""
    return host.lower()


def _router_links(ends: dict[str, int]) -> str:
    lines = []
    for host, end in ends.items():
        lines.append(f"link add {link(host)} type veth peer name eth0 netns /proc/self/fd/{end}")
        lines += [_assign(link(host), NETS[host][version].format(ROUTER)) for version in (4, 6)]
    return _batch(lines, *map(link, ends))


def _host_links(host: str) -> str:
    numbers = range(HOST, HOST + ADDRESSES.get(host, 1))
    lines = [_assign("eth0", NETS[host][version].format(number)) for number in numbers for version in (4, 6)]
    return _batch(lines, "eth0", routes=[*_routes(host)])


def _routes(host: str) -> Iterator[str]:
    """To the others' subnets, and no further."""
    for other in NETS.keys() - {host}:
        for version in (4, 6):
            subnet, bits = NETS[other][version].format(0).split("/")
            via = NETS[host][version].format(ROUTER).partition("/")[0]
            yield f"route add {subnet}/{bits} via {via}"


def _assign(device: str, where: str) -> str:
    return f"address add {where} dev {device}{' nodad' if ':' in where else ''}"


def _batch(lines: list[str], *links: str, routes: list[str] | None = None) -> str:
    return "\n".join([*lines, *(f"link set {each} up" for each in ("lo", *links)), *(routes or [])]) + "\n"
