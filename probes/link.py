"""Whether the interface through which an address is asked has a link: an unplugged cable is no fault of a peer's."""

import socket
import struct
import sys
from collections.abc import Callable

from probes.classify import DEADLINE, Evidence
from probes.outcome import Target

FRESH = 0.2  # seconds: a whole wave of silence asks once
MOST = 256  # targets


class Links:
    """`now` in seconds, of any clock that never goes back."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._known: dict[tuple[str, str | None], tuple[float, bool]] = {}

    def looked_at(self, seen: Evidence) -> Evidence:
        """The same, and where it may be for want of a link that nothing came back, whether that is so.

        Not only where the SYN is known to be here still: a link without a carrier may seem to take it.
        """
        if seen.code != DEADLINE and not seen.ours:
            return seen
        return seen._replace(unplugged=self._is_unplugged(seen.target))

    def _is_unplugged(self, target: Target) -> bool:
        which, now = (target.address, target.source), self._now()
        if len(self._known) >= MOST:
            self._known.clear()
        if which not in self._known or now - self._known[which][0] >= FRESH:
            self._known[which] = now, is_unplugged(target)
        return self._known[which][1]


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
        address, _, scope = target.address.partition("%")
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        ends = [(DESTINATION, address), *([(SOURCE, target.source)] if target.source else [])]
        packed = [(kind, socket.inet_pton(family, end)) for kind, end in ends]
        attributes = b"".join(_attribute(kind, end) for kind, end in packed)
        if scope:  # every interface has a route to link-local addresses
            index = int(scope) if scope.isdigit() else socket.if_nametoindex(scope)
            attributes += _attribute(OUT_INTERFACE, struct.pack("=I", index))
        bits = [len(end) * 8 for _, end in packed]
        route = ROUTE.pack(family, bits[0], bits[1] if len(bits) > 1 else 0, 0, 0, 0, 0, 0, 0)
        return HEADER.pack(HEADER.size + len(route + attributes), GET_ROUTE, REQUEST, 1, 0) + route + attributes

    def _attribute(kind: int, value: bytes) -> bytes:
        return ATTRIBUTE.pack(ATTRIBUTE.size + len(value), kind) + value

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
