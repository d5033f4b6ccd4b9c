"""Whether the interface through which an address is asked has a link: an unplugged cable is no fault of a peer's."""

import socket
import struct
import sys

from probes.classify import Evidence
from probes.outcome import Target
from probes.state import Sent


def looked_at(seen: Evidence) -> Evidence:
    """The same, and where the SYN did not get beyond this host, whether that is for want of a link."""
    if seen.sent is not Sent.HELD and not seen.ours:
        return seen
    return seen._replace(unplugged=is_unplugged(seen.target))


if sys.platform == "linux":
    import fcntl

    # linux/rtnetlink.h: what route an address has. The answer names the interface in an attribute.
    GET_ROUTE, REQUEST, OUT_INTERFACE = 26, 1, 4
    DESTINATION, SOURCE = 1, 2
    HEADER = struct.Struct("=IHHII")  # nlmsghdr: length, type, flags, sequence, sender
    ROUTE = struct.Struct("=8BI")  # rtmsg: family, bits of the destination and of the source, and what is 0 here
    ATTRIBUTE = struct.Struct("=HH")  # rtattr: length, type
    SIOCGIFFLAGS, RUNNING = 0x8913, 0x40  # RUNNING: it is up and has a carrier, or cannot tell
    LONGEST = 4096

    def is_unplugged(target: Target) -> bool:
        """Whether the interface that leads there has no carrier. False where nobody can say; sends nothing."""
        try:
            with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as kernel:
                kernel.send(_question(target))
                index = _interface(kernel.recv(LONGEST))
            return index is not None and not _runs(socket.if_indextoname(index))
        except (OSError, ValueError, struct.error):
            return False

    def _question(target: Target) -> bytes:
        address = target.address.partition("%")[0]
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        ends = [(DESTINATION, address), *([(SOURCE, target.source)] if target.source else [])]
        packed = [(kind, socket.inet_pton(family, end)) for kind, end in ends]
        attributes = b"".join(ATTRIBUTE.pack(ATTRIBUTE.size + len(end), kind) + end for kind, end in packed)
        bits = [len(end) * 8 for _, end in packed]
        route = ROUTE.pack(family, bits[0], bits[1] if len(bits) > 1 else 0, 0, 0, 0, 0, 0, 0)
        return HEADER.pack(HEADER.size + len(route + attributes), GET_ROUTE, REQUEST, 1, 0) + route + attributes

    def _interface(answer: bytes) -> int | None:
        """Its number; None: there is no route."""
        length, kind, _, _, _ = HEADER.unpack_from(answer)
        if kind != GET_ROUTE - 2:  # RTM_NEWROUTE; anything else is an error
            return None
        place = HEADER.size + ROUTE.size
        while place + ATTRIBUTE.size <= length:
            size, name = ATTRIBUTE.unpack_from(answer, place)
            if name == OUT_INTERFACE:
                return int.from_bytes(answer[place + ATTRIBUTE.size : place + size], sys.byteorder)
            place += max(ATTRIBUTE.size, size + -size % 4)
        return None

    def _runs(name: str) -> bool:
        request = struct.pack("16sH22x", name.encode(), 0)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
            found: tuple[int] = struct.unpack_from("16xH", fcntl.ioctl(any_socket, SIOCGIFFLAGS, request))
        return bool(found[0] & RUNNING)

else:

    def is_unplugged(target: Target) -> bool:
        """Elsewhere an interface without a carrier has no route either, which the connect says at once."""
        del target
        return False
