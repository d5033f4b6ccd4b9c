"""Which address is whose in the lab, and the ip(8) commands that make it so."""

from collections.abc import Iterator

from .rows import ROWS, Place, Row

# Documentation addresses (RFC 5737, RFC 3849), by IP version.
NEAR = {4: "198.51.100.{}", 6: "2001:db8:1::{:x}"}  # prober and router
FAR = {4: "203.0.113.{}", 6: "2001:db8:2::{:x}"}  # router and server
BEYOND = {4: "192.0.2.{}", 6: "2001:db8:3::{:x}"}  # no route leads there
SUBNET_BITS = {4: 24, 6: 64}
ROUTER_HOST, PROBER_HOST, FIRST_ROW_HOST = 1, 2, 10
NOT_ON_SERVER = {Place.DEAD_HOST: FAR, Place.DEAD_NEIGHBOUR: NEAR, Place.NO_ROUTE: BEYOND}

# Without them, ICMP rate limits turn most rejects of a burst into silence, as they do on real routers.
NO_ICMP_LIMITS = {
    "ipv4/icmp_ratelimit": 0,
    "ipv4/icmp_msgs_per_sec": 1_000_000,
    "ipv4/icmp_msgs_burst": 1_000_000,
    "ipv6/icmp/ratelimit": 0,
}
# IPv6 addresses are good as soon as they are there, and nobody asks for routers.
AT_ONCE = {
    "ipv6/conf/all/accept_dad": 0,
    "ipv6/conf/default/accept_dad": 0,
    "ipv6/conf/default/accept_ra": 0,
    "ipv6/conf/default/router_solicitations": 0,
}
FORWARDING = {"ipv4/ip_forward": 1, "ipv6/conf/all/forwarding": 1}


def _row_addresses() -> Iterator[tuple[Row, str]]:
    for version in SUBNET_BITS:
        rows = (row for row in ROWS if row.version == version)
        for host, row in enumerate(rows, FIRST_ROW_HOST):
            yield row, NOT_ON_SERVER.get(row.place, FAR)[version].format(host)


ADDRESSES = dict(_row_addresses())
SERVER_ADDRESSES = [address for row, address in ADDRESSES.items() if row.place not in NOT_ON_SERVER]


def prober_address(version: int) -> str:
    return NEAR[version].format(PROBER_HOST)


def router_address(version: int) -> str:
    """The router's address on the prober's side."""
    return NEAR[version].format(ROUTER_HOST)


def router_links(prober: int, server: int) -> str:
    """Cables and the router's ends of them; the arguments are descriptors of the others' namespaces."""
    lines = [
        f"link add near type veth peer name eth0 netns /proc/self/fd/{prober}",
        f"link add far type veth peer name eth0 netns /proc/self/fd/{server}",
        *(_assign("near", NEAR[version].format(ROUTER_HOST)) for version in SUBNET_BITS),
        *(_assign("far", FAR[version].format(ROUTER_HOST)) for version in SUBNET_BITS),
    ]
    return _batch(lines, "near", "far")


def prober_links() -> str:
    lines = [_assign("eth0", prober_address(version)) for version in SUBNET_BITS]
    refused = [f"route add {row.statement} {address}" for row, address in ADDRESSES.items() if row.place is Place.ROUTE]
    return _batch(lines, "eth0", routes=[*_routes(FAR, NEAR), *refused])


def server_links() -> str:
    return _batch([_assign("eth0", address) for address in SERVER_ADDRESSES], "eth0", routes=_routes(NEAR, FAR))


def _assign(link: str, address: str) -> str:
    version = 6 if ":" in address else 4
    return f"address add {address}/{SUBNET_BITS[version]} dev {link}{' nodad' if version == 6 else ''}"


def _routes(subnet: dict[int, str], via: dict[int, str]) -> list[str]:
    return [
        f"route add {subnet[version].format(0)}/{bits} via {via[version].format(ROUTER_HOST)}"
        for version, bits in SUBNET_BITS.items()
    ]


def _batch(lines: list[str], *links: str, routes: list[str] | None = None) -> str:
    up = [f"link set {link} up" for link in ("lo", *links)]
    return "\n".join([*lines, *up, *(routes or [])]) + "\n"
