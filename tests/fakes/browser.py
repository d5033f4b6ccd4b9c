"""A SQL Server Browser on UDP: answers as the real one does, or misbehaves in exactly one way.

As a program: `python -m tests.fakes.browser ADDRESS PORT [MANNER]`.
"""

import argparse
import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import StrEnum

from probes.wire.ssrp import Answer, Instance, Request
from tests.fakes.door import Orders

SSO = Instance("DB1", "SSO", False, "15.0.2000.5", 50_123)
DEFAULT = Instance("DB1", "MSSQLSERVER", False, "15.0.2000.5", 1433)
PIPES_ONLY = Instance("DB1", "PIPES", False, "15.0.2000.5", pipe=r"\\DB1\pipe\MSSQL$PIPES\sql\query")
INSTANCES = (DEFAULT, SSO, PIPES_ONLY)


class Manner(StrEnum):
    PROPER = "proper"
    ONLY_ALL = "only-all"  # hears only the question for all instances
    LOSES_FIRST = "loses-first"  # whatever is asked first is lost
    SILENT = "silent"
    GARBAGE = "garbage"
    EMPTY = "empty"  # a datagram of no bytes
    OVERSIZE = "oversize"  # more text than its kind of answer may have
    TWICE = "twice"  # everything is said two times
    ELSEWHERE = "elsewhere"  # an answer from another address, and none from its own
    IMPOSTOR = "impostor"  # somebody else answers garbage first
    ANOTHER = "another"  # tells of another instance than it was asked for


class Browser(asyncio.DatagramProtocol):
    """`asked` is what came, `instances` what there is."""

    def __init__(self, manner: Manner, sock: socket.socket) -> None:
        self.manner = manner
        self.instances = INSTANCES
        self.asked: list[bytes] = []
        self._sock = sock  # as a transport would not send an empty datagram

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.asked.append(data)
        for answer in self._answers(data):
            self._say(answer, addr)

    def _answers(self, data: bytes) -> list[bytes]:
        if self.manner in FIXED:
            return FIXED[self.manner]
        answer = self._answer(Request.decode(data))
        if answer is None or (self.manner is Manner.LOSES_FIRST and len(self.asked) == 1):
            return []
        return [answer] * (2 if self.manner is Manner.TWICE else 1)

    def _answer(self, question: Request) -> bytes | None:
        if question.instance is None:
            return Answer(self.instances).encode()
        if self.manner is Manner.ONLY_ALL:
            return None
        if self.manner is Manner.ANOTHER:
            return Answer((DEFAULT,)).encode()
        one = Answer(self.instances).find(question.instance)
        return None if one is None else Answer((one,)).encode()

    def _say(self, answer: bytes, to: tuple[str, int]) -> None:
        if self.manner in (Manner.ELSEWHERE, Manner.IMPOSTOR):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
                other.sendto(b"\x00" if self.manner is Manner.IMPOSTOR else answer, to)
        if self.manner is not Manner.ELSEWHERE:
            self._sock.sendto(answer, to)


FIXED: dict[Manner, list[bytes]] = {
    Manner.SILENT: [],
    Manner.GARBAGE: [b"HTTP/1.1 400 Bad Request\r\n\r\n"],
    Manner.EMPTY: [b""],
    Manner.OVERSIZE: [Answer(INSTANCES * 6).encode()],
}


@asynccontextmanager
async def browsing(
    manner: Manner = Manner.PROPER, address: str = "127.0.0.1", port: int = 0
) -> AsyncIterator[tuple[Browser, int]]:
    """The fake, and its port."""
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setblocking(False)
        sock.bind((address, port))
        made = Browser(manner, sock)
        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(lambda: made, sock=sock)
        try:
            yield made, sock.getsockname()[1]
        finally:
            transport.close()
            await asyncio.sleep(0)


async def run(address: str, port: int, manner: Manner) -> None:
    orders = await Orders.open()
    async with browsing(manner, address, port):
        async for _ in orders:
            pass


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address")
    parser.add_argument("port", type=int)
    parser.add_argument("manner", type=Manner, choices=list(Manner), nargs="?", default=Manner.PROPER)
    given = parser.parse_args()
    asyncio.run(run(given.address, given.port, given.manner))


if __name__ == "__main__":
    main()
