"""The two records in which an operating system hands over an ICMP error that answered a TCP connect.

Linux: `struct sock_extended_err` and the offender's `sockaddr`, from the error queue (ip(7), IP_RECVERR).
Windows: `ICMP_ERROR_INFO`, from the socket option TCP_ICMP_ERROR_INFO (Windows SDK, ws2tcpip.h).
"""

import struct
from ipaddress import IPv4Address, IPv6Address
from typing import NamedTuple


class Icmp(NamedTuple):
    """An ICMP (version 4) or ICMPv6 (version 6) error, and the address of the machine that sent it, where known."""

    version: int
    type: int
    code: int
    sender: str | None = None

    def __str__(self) -> str:
        return f"{self.type}/{self.code}"


SOCK_EXTENDED_ERR = struct.Struct("=IBBBBII")  # errno, origin, type, code, pad, info, data
SO_EE_ORIGIN = {2: 4, 3: 6}  # ICMP, ICMPv6: the only origins that came over the network
LINUX_AF = {2: 4, 10: 6}
WINDOWS_AF = {2: 4, 23: 6}

ICMP_ERROR_INFO = struct.Struct("<28sIBB2x")  # source address, protocol, type, code
IPPROTO_ICMPV6 = 58


def decode_extended_error(data: bytes) -> Icmp | None:
    """One control message of the Linux error queue; None when it is no ICMP error."""
    if len(data) < SOCK_EXTENDED_ERR.size:
        return None
    _, origin, kind, code, *_ = SOCK_EXTENDED_ERR.unpack_from(data)
    version = SO_EE_ORIGIN.get(origin)
    if version is None:
        return None
    return Icmp(version, kind, code, _sockaddr(data[SOCK_EXTENDED_ERR.size :], LINUX_AF))


def decode_error_info(data: bytes) -> Icmp | None:
    """Windows' ICMP_ERROR_INFO; None when there is none, which Windows says with a record of zeros."""
    if len(data) < ICMP_ERROR_INFO.size or not any(data):
        return None
    source, protocol, kind, code = ICMP_ERROR_INFO.unpack_from(data)
    return Icmp(6 if protocol == IPPROTO_ICMPV6 else 4, kind, code, _sockaddr(source, WINDOWS_AF))


def _sockaddr(data: bytes, families: dict[int, int]) -> str | None:
    """The address in a `sockaddr_in` or `sockaddr_in6`; None when it is neither, or cut short."""
    version = families.get(int.from_bytes(data[:2], "little"))
    if version == 4 and len(data) >= 8:
        return str(IPv4Address(data[4:8]))
    if version == 6 and len(data) >= 24:
        return str(IPv6Address(data[8:24]))
    return None
