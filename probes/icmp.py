"""What an ICMP error says about the path: somebody refuses, or there is no way there."""

from enum import Enum, auto

from probes.wire.icmp import Icmp


class Meaning(Enum):
    """A refusal is a decision of a device; no way there is a state of the network or of the host."""

    REFUSAL = auto()
    NO_WAY = auto()


# (version, type, code): RFC 792, RFC 1122 3.2.2.1, RFC 1812 5.2.7.1; RFC 4443 3.1.
# Port unreachable counts as a refusal: no TCP stack answers a SYN with it, firewalls do ("reject" in nftables).
CODES: dict[tuple[int, int, int], tuple[Meaning, str]] = {
    (4, 3, 0): (Meaning.NO_WAY, "network unreachable"),
    (4, 3, 1): (Meaning.NO_WAY, "host unreachable"),
    (4, 3, 2): (Meaning.REFUSAL, "protocol unreachable"),
    (4, 3, 3): (Meaning.REFUSAL, "port unreachable"),
    (4, 3, 6): (Meaning.NO_WAY, "destination network unknown"),
    (4, 3, 7): (Meaning.NO_WAY, "destination host unknown"),
    (4, 3, 9): (Meaning.REFUSAL, "network administratively prohibited"),
    (4, 3, 10): (Meaning.REFUSAL, "host administratively prohibited"),
    (4, 3, 11): (Meaning.NO_WAY, "network unreachable for this type of service"),
    (4, 3, 12): (Meaning.NO_WAY, "host unreachable for this type of service"),
    (4, 3, 13): (Meaning.REFUSAL, "communication administratively prohibited"),
    (4, 11, 0): (Meaning.NO_WAY, "time to live exceeded on the way"),
    (6, 1, 0): (Meaning.NO_WAY, "no route to destination"),
    (6, 1, 1): (Meaning.REFUSAL, "communication administratively prohibited"),
    (6, 1, 3): (Meaning.NO_WAY, "address unreachable"),
    (6, 1, 4): (Meaning.REFUSAL, "port unreachable"),
    (6, 1, 5): (Meaning.REFUSAL, "source address failed policy"),
    (6, 1, 6): (Meaning.REFUSAL, "reject route to destination"),
    (6, 3, 0): (Meaning.NO_WAY, "hop limit exceeded on the way"),
}

# What a host's own stack sends to itself when the next hop stays silent to ARP or neighbour discovery.
NEIGHBOUR_SILENT = {(4, 3, 0), (4, 3, 1), (6, 1, 0), (6, 1, 3)}

# What whoever passes packets on says when one has come as far as it may.
TOO_FAR = {(4, 11, 0), (6, 3, 0)}


def meaning(icmp: Icmp) -> Meaning:
    """An unlisted error is taken as no way there: only what is known to be a refusal may accuse a firewall."""
    return CODES.get(icmp[:3], (Meaning.NO_WAY, ""))[0]


def refuses(icmp: Icmp | None) -> bool:
    """Whether it says that somebody decided so."""
    return icmp is not None and meaning(icmp) is Meaning.REFUSAL


def words(icmp: Icmp) -> str:
    """For example `ICMP 3/13, communication administratively prohibited, from 192.0.2.1`."""
    name = CODES.get(icmp[:3], (Meaning.NO_WAY, "an unlisted error"))[1]
    protocol = "ICMP" if icmp.version == 4 else "ICMPv6"
    return f"{protocol} {icmp}, {name}, from {icmp.sender or 'an unknown sender'}"
