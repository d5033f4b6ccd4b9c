"""A program for inside a namespace: one plain TCP connect a door, all at once, and what the kernel told of each.

Reads JSON {"doors": [[address, port], ...], "seconds": N}, writes a list of `Told` in the doors' order. Shares nothing
with the project's own connects, which it is there to check. It imports nothing of the lab. Linux only.
"""

import errno
import json
import resource
import select
import socket
import struct
import sys
import time
from typing import NamedTuple

assert sys.platform == "linux"  # the type checker then leaves this file out elsewhere

IP_RECVERR, IPV6_RECVERR = 11, 25  # linux/in.h, linux/in6.h; the socket module has no names for them
ERROR_QUEUE = {
    socket.AF_INET: (socket.IPPROTO_IP, IP_RECVERR),
    socket.AF_INET6: (socket.IPPROTO_IPV6, IPV6_RECVERR),
}
EXTENDED_ERROR = struct.Struct("=IBBBBII")  # errno, origin, type, code, padding, info, data; then the sender's sockaddr
FROM_ICMP = (2, 3)  # SO_EE_ORIGIN_ICMP, SO_EE_ORIGIN_ICMP6
SENDER = {socket.AF_INET: slice(4, 8), socket.AF_INET6: slice(8, 24)}  # where a sockaddr has its address


class Told(NamedTuple):
    """As `connects.Told`."""

    error: int
    at_once: bool = False
    icmp: tuple[int, int] | None = None
    sender: str | None = None
    seconds: float = 0.0


def start(address: str, port: int) -> tuple[socket.socket, int]:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    caller = socket.socket(family)
    caller.setblocking(False)
    caller.setsockopt(*ERROR_QUEUE[family], 1)
    return caller, caller.connect_ex((address, port))


def outcome(caller: socket.socket, seconds: float) -> Told:
    error = caller.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)  # first: reading the queue clears it
    icmp, sender = queued_icmp(caller)
    return Told(error, icmp=icmp, sender=sender, seconds=seconds)


def queued_icmp(caller: socket.socket) -> tuple[tuple[int, int] | None, str | None]:
    """Type, code and sender of the ICMP error that stands in the error queue, if any."""
    try:
        _, queued, _, _ = caller.recvmsg(1, 512, socket.MSG_ERRQUEUE)
    except BlockingIOError:
        return None, None
    for level, kind, data in queued:
        if (level, kind) == ERROR_QUEUE[socket.AddressFamily(caller.family)]:
            _, origin, icmp_type, code, _, _, _ = EXTENDED_ERROR.unpack_from(data)
            if origin in FROM_ICMP:
                where = SENDER[socket.AddressFamily(caller.family)]
                return (icmp_type, code), socket.inet_ntop(caller.family, data[EXTENDED_ERROR.size :][where])
    return None, None


def knock(doors: list[tuple[str, int]], seconds: float) -> list[Told]:
    """Try all doors at once for so many seconds."""
    told = [Told(errno.ETIMEDOUT, seconds=seconds) for _ in doors]
    waiting: dict[int, tuple[int, socket.socket]] = {}
    begin = time.monotonic()
    with select.epoll() as poll:
        for index, (address, port) in enumerate(doors):
            caller, error = start(address, port)
            if error == errno.EINPROGRESS:
                waiting[caller.fileno()] = index, caller
                poll.register(caller, select.EPOLLOUT)
            else:
                told[index] = Told(error, at_once=True)
                caller.close()
        while waiting and (left := begin + seconds - time.monotonic()) > 0:
            for number, _ in poll.poll(left):
                index, caller = waiting.pop(number)
                told[index] = outcome(caller, time.monotonic() - begin)
                caller.close()
    for _, caller in waiting.values():
        caller.close()
    return told


def main() -> None:
    request = json.load(sys.stdin)
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    print(json.dumps(knock(request["doors"], request["seconds"])))


if __name__ == "__main__":
    main()
