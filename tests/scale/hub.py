"""A router with many hosts around it, each behind a link of its own and in stealth mode, as in `tests.lab.star`.

One master secret server, whose second address is the database's, and as many processing servers as wanted.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from tests.lab import wiring
from tests.lab.namespace import Namespace, namespaces
from tests.lab.rules import Rule, ruleset
from tests.lab.star import STEALTH

MASTER = "MSS"
ROUTER, HOST, DATABASE = 1, 2, 3  # the last part of addresses
SUBNET = "198.18.{}.{}"  # for measuring (RFC 2544)


class Hub:
    """The network. `hosts` by name, the master first."""

    def __init__(self, router: Namespace, hosts: dict[str, Namespace]) -> None:
        self.router = router
        self.hosts = hosts

    def block(self, rules: Sequence[Rule]) -> None:
        """The router does this from now on."""
        self.router.nft(ruleset(list(rules)))


def names(count: int) -> list[str]:
    """Of so many processing servers."""
    return [f"BTS{number:02}" for number in range(1, count + 1)]


def address(host: str, last: int = HOST) -> str:
    """One of a host's."""
    return SUBNET.format(_number(host), last)


def link(host: str) -> str:
    """The name of the router's end of the link to a host, as `tests.lab.tapping` looks for it."""
    return host.lower()


@contextmanager
def hub(count: int) -> Iterator[Hub]:
    """With so many processing servers. Raises LabUnavailableError where there can be no lab."""
    with namespaces(count + 2) as (router, *others):
        made = Hub(router, dict(zip([MASTER, *names(count)], others, strict=True)))
        for each in (router, *others):
            each.sysctl(wiring.AT_ONCE | wiring.NO_ICMP_LIMITS)
        router.sysctl(wiring.FORWARDING)
        ends = {host: each.descriptor for host, each in made.hosts.items()}
        router.ip("\n".join(_router_end(ends)) + "\n", [*ends.values()])
        for host, each in made.hosts.items():
            each.ip("\n".join(_host_end(host)) + "\n")
            each.nft(f"flush ruleset\ntable inet lab {{\n{STEALTH}}}\n")
        yield made


def _router_end(ends: dict[str, int]) -> Iterator[str]:
    yield "link set lo up"
    for host, end in ends.items():
        yield f"link add {link(host)} type veth peer name eth0 netns /proc/self/fd/{end}"
        yield f"address add {SUBNET.format(_number(host), ROUTER)}/24 dev {link(host)}"
        yield f"link set {link(host)} up"


def _host_end(host: str) -> Iterator[str]:
    yield "link set lo up"
    for last in (HOST, DATABASE) if host == MASTER else (HOST,):
        yield f"address add {address(host, last)}/24 dev eth0"
    yield "link set eth0 up"
    yield f"route add default via {SUBNET.format(_number(host), ROUTER)}"


def _number(host: str) -> int:
    return 0 if host == MASTER else int(host.removeprefix("BTS"))
