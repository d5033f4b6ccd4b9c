"""The lab's one table: a row an address, what happens to a TCP connect towards it, and what the caller is told."""

import errno
from enum import StrEnum
from typing import NamedTuple


class Place(StrEnum):
    """Where a row's statement stands; it is an nft statement but for ROUTE (a kind of route) and the last three."""

    ROUTER = "the router, on what is forwarded to the address"
    REPLIES = "the router, on what the address answers"
    SERVER_INPUT = "the server's own firewall, on what comes in"
    SERVER_OUTPUT = "the server's own firewall, on what goes out"
    OWN_OUTPUT = "the prober's own firewall, on what goes out"
    ROUTE = "the prober's routes"
    DEAD_HOST = "nowhere: nobody has the address, in the server's subnet"
    DEAD_NEIGHBOUR = "nowhere: nobody has the address, in the prober's own subnet"
    NO_ROUTE = "nowhere: no route leads to the address"


class Seen(StrEnum):
    """What a connect is told."""

    OPEN = "SYN-ACK"
    CLOSED = "RST"
    REJECTED = "an ICMP error"
    SILENT = "nothing"
    LOCAL = "an error of this host, at once: nothing was sent"


class Sender(StrEnum):
    """Who sends the ICMP error."""

    ROUTER = "the router"
    SERVER = "the address that was asked"
    OWN = "the prober itself"
    NOBODY = "nobody"


class Row(NamedTuple):
    """`seen`, `errno`, `icmp` (type, code) and `sender` are for a port without a listener.

    `passes`: SYN and SYN-ACK get through, so a listener is seen as open; otherwise it makes no difference.
    """

    name: str
    version: int
    place: Place
    statement: str
    seen: Seen
    errno: int
    icmp: tuple[int, int] | None = None
    sender: Sender = Sender.NOBODY
    passes: bool = False

    def __str__(self) -> str:
        return f"{self.name}-v{self.version}"


P, S, W = Place, Seen, Sender
TIMEOUT, REFUSED, NO_HOST, NO_NET = errno.ETIMEDOUT, errno.ECONNREFUSED, errno.EHOSTUNREACH, errno.ENETUNREACH
DENIED, NO_PROTO, INVALID = errno.EACCES, errno.ENOPROTOOPT, errno.EINVAL
NO_RST = "tcp flags & rst == rst drop"

# ETIMEDOUT stands for the caller's own deadline: the kernel itself gives up after minutes only.
# fmt: off
ROWS = (
    Row("accept", 4, P.ROUTER, "accept", S.CLOSED, REFUSED, passes=True),
    Row("drop", 4, P.ROUTER, "drop", S.SILENT, TIMEOUT),
    Row("tcp-reset", 4, P.ROUTER, "reject with tcp reset", S.CLOSED, REFUSED),
    Row("port-unreachable", 4, P.ROUTER, "reject with icmp port-unreachable", S.REJECTED, REFUSED, (3, 3), W.ROUTER),
    Row("admin-prohibited", 4, P.ROUTER, "reject with icmp admin-prohibited", S.REJECTED, NO_HOST, (3, 13), W.ROUTER),
    Row("return-drop", 4, P.REPLIES, "drop", S.SILENT, TIMEOUT),
    Row("host-drop", 4, P.SERVER_INPUT, "drop", S.SILENT, TIMEOUT),
    Row("host-reject", 4, P.SERVER_INPUT, "reject with icmp admin-prohibited", S.REJECTED, NO_HOST, (3, 13), W.SERVER),
    Row("stealth", 4, P.SERVER_OUTPUT, NO_RST, S.SILENT, TIMEOUT, passes=True),
    Row("own-drop", 4, P.OWN_OUTPUT, "drop", S.SILENT, TIMEOUT),
    Row("own-reset", 4, P.OWN_OUTPUT, "reject with tcp reset", S.CLOSED, REFUSED),
    Row("own-reject", 4, P.OWN_OUTPUT, "reject with icmp port-unreachable", S.REJECTED, REFUSED, (3, 3), W.OWN),
    Row("own-prohibit", 4, P.OWN_OUTPUT, "reject with icmp admin-prohibited", S.REJECTED, NO_HOST, (3, 13), W.OWN),
    Row("route-unreachable", 4, P.ROUTE, "unreachable", S.LOCAL, NO_HOST),
    Row("route-prohibit", 4, P.ROUTE, "prohibit", S.LOCAL, DENIED),
    Row("route-blackhole", 4, P.ROUTE, "blackhole", S.LOCAL, INVALID),
    Row("dead-host", 4, P.DEAD_HOST, "", S.REJECTED, NO_HOST, (3, 1), W.ROUTER),
    Row("dead-neighbour", 4, P.DEAD_NEIGHBOUR, "", S.REJECTED, NO_HOST, (3, 1), W.OWN),
    Row("no-route", 4, P.NO_ROUTE, "", S.LOCAL, NO_NET),
    Row("net-unreachable", 4, P.ROUTER, "reject with icmp net-unreachable", S.REJECTED, NO_NET, (3, 0), W.ROUTER),
    Row("host-unreachable", 4, P.ROUTER, "reject with icmp host-unreachable", S.REJECTED, NO_HOST, (3, 1), W.ROUTER),
    Row("prot-unreachable", 4, P.ROUTER, "reject with icmp prot-unreachable", S.REJECTED, NO_PROTO, (3, 2), W.ROUTER),
    Row("net-prohibited", 4, P.ROUTER, "reject with icmp net-prohibited", S.REJECTED, NO_NET, (3, 9), W.ROUTER),
    Row("host-prohibited", 4, P.ROUTER, "reject with icmp host-prohibited", S.REJECTED, NO_HOST, (3, 10), W.ROUTER),

    Row("accept", 6, P.ROUTER, "accept", S.CLOSED, REFUSED, passes=True),
    Row("drop", 6, P.ROUTER, "drop", S.SILENT, TIMEOUT),
    Row("tcp-reset", 6, P.ROUTER, "reject with tcp reset", S.CLOSED, REFUSED),
    Row("port-unreachable", 6, P.ROUTER, "reject with icmpv6 port-unreachable", S.REJECTED, REFUSED, (1, 4), W.ROUTER),
    Row("admin-prohibited", 6, P.ROUTER, "reject with icmpv6 admin-prohibited", S.REJECTED, DENIED, (1, 1), W.ROUTER),
    Row("return-drop", 6, P.REPLIES, "drop", S.SILENT, TIMEOUT),
    Row("host-drop", 6, P.SERVER_INPUT, "drop", S.SILENT, TIMEOUT),
    Row("host-reject", 6, P.SERVER_INPUT, "reject with icmpv6 admin-prohibited", S.REJECTED, DENIED, (1, 1), W.SERVER),
    Row("stealth", 6, P.SERVER_OUTPUT, NO_RST, S.SILENT, TIMEOUT, passes=True),
    Row("own-drop", 6, P.OWN_OUTPUT, "drop", S.SILENT, TIMEOUT),
    Row("own-reset", 6, P.OWN_OUTPUT, "reject with tcp reset", S.CLOSED, REFUSED),
    Row("own-reject", 6, P.OWN_OUTPUT, "reject with icmpv6 port-unreachable", S.REJECTED, REFUSED, (1, 4), W.OWN),
    Row("own-prohibit", 6, P.OWN_OUTPUT, "reject with icmpv6 admin-prohibited", S.REJECTED, DENIED, (1, 1), W.OWN),
    Row("route-unreachable", 6, P.ROUTE, "unreachable", S.LOCAL, NO_HOST),
    Row("route-prohibit", 6, P.ROUTE, "prohibit", S.LOCAL, DENIED),
    Row("route-blackhole", 6, P.ROUTE, "blackhole", S.LOCAL, INVALID),
    Row("dead-host", 6, P.DEAD_HOST, "", S.REJECTED, NO_HOST, (1, 3), W.ROUTER),
    Row("dead-neighbour", 6, P.DEAD_NEIGHBOUR, "", S.REJECTED, NO_HOST, (1, 3), W.OWN),
    Row("no-route", 6, P.NO_ROUTE, "", S.LOCAL, NO_NET),
    Row("unrouted", 6, P.ROUTER, "reject with icmpv6 no-route", S.REJECTED, NO_NET, (1, 0), W.ROUTER),
    Row("addr-unreachable", 6, P.ROUTER, "reject with icmpv6 addr-unreachable", S.REJECTED, NO_HOST, (1, 3), W.ROUTER),
    Row("policy-fail", 6, P.ROUTER, "reject with icmpv6 policy-fail", S.REJECTED, DENIED, (1, 5), W.ROUTER),
    Row("reject-route", 6, P.ROUTER, "reject with icmpv6 reject-route", S.REJECTED, DENIED, (1, 6), W.ROUTER),
)
# fmt: on

BY_NAME = {(row.name, row.version): row for row in ROWS}
