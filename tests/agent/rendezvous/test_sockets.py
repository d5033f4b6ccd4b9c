"""UDP sockets, one for each address of this host: what comes in at one leaves from the same."""

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest

from agent.rendezvous.orders import Place
from agent.rendezvous.sockets import Sockets

ONE, TWO = "127.0.0.61", "127.0.0.62"


class Ears:
    """Keeps what was heard."""

    def __init__(self) -> None:
        self.heard: asyncio.Queue[tuple[bytes, Place, str]] = asyncio.Queue()
        self.warnings: list[str] = []

    def __call__(self, data: bytes, source: Place, local: str) -> None:
        self.heard.put_nowait((data, source, local))


@pytest.fixture
async def ears() -> Ears:
    return Ears()


@pytest.fixture
async def sockets(ears: Ears) -> AsyncIterator[Sockets]:
    made = Sockets([("0.0.0.0", 0)], ears, ears.warnings.append)
    yield made
    await made.close()


def client(address: str = "127.0.0.63") -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind((address, 0))
    sock.settimeout(5)
    return sock


async def test_it_is_told_where_a_datagram_came_from_and_which_address_was_asked(sockets: Sockets, ears: Ears) -> None:
    await sockets.refresh([ONE, TWO])
    with client() as sock:
        sock.sendto(b"hello", (TWO, sockets.port_at(TWO) or 0))
        data, source, local = await asyncio.wait_for(ears.heard.get(), 5)
        assert (data, source, local) == (b"hello", Place(*sock.getsockname()), TWO)


@pytest.mark.parametrize("asked", [ONE, TWO])
async def test_an_answer_leaves_from_the_address_that_was_asked(sockets: Sockets, asked: str) -> None:
    await sockets.refresh([ONE, TWO])
    with client() as sock:
        await sockets.send(b"answer", Place(*sock.getsockname()), asked)
        assert await asyncio.to_thread(sock.recvfrom, 100) == (b"answer", (asked, sockets.port_at(asked)))


async def test_an_address_that_arrives_is_served_and_one_that_leaves_is_not(sockets: Sockets, ears: Ears) -> None:
    await sockets.refresh([ONE])
    port = sockets.port_at(ONE)
    await sockets.refresh([ONE, TWO])
    assert sockets.addresses == {ONE, TWO}
    assert sockets.port_at(ONE) == port  # what was there stays as it is
    await sockets.refresh([TWO])
    assert sockets.addresses == {TWO}
    with client() as sock:
        await sockets.send(b"too late", Place(*sock.getsockname()), ONE)
        sock.sendto(b"hello", (TWO, sockets.port_at(TWO) or 0))
        assert (await asyncio.wait_for(ears.heard.get(), 5))[2] == TWO
        sock.setblocking(False)
        with pytest.raises(BlockingIOError):
            sock.recv(100)


async def test_what_is_said_to_a_shut_port_does_not_end_the_hearing(sockets: Sockets, ears: Ears) -> None:
    """The ICMP error of an earlier datagram comes up at a later one."""
    await sockets.refresh([ONE])
    with client() as gone:
        nobody = Place(*gone.getsockname())
    with client() as sock:
        here = sock.getsockname()
        for _ in range(3):
            await sockets.send(b"anybody?", nobody, ONE)
            await sockets.send(b"answer", Place(*here), ONE)
            assert await asyncio.to_thread(sock.recv, 100) == b"answer"
            sock.sendto(b"hello", (ONE, sockets.port_at(ONE) or 0))
            assert (await asyncio.wait_for(ears.heard.get(), 5))[0] == b"hello"


async def test_a_port_that_is_taken_is_said_once_and_tried_again(ears: Ears) -> None:
    with client(ONE) as taken:
        made = Sockets([(ONE, taken.getsockname()[1])], ears, ears.warnings.append)
        await made.refresh([])
        await made.refresh([])
    assert made.addresses == set()
    assert len(ears.warnings) == 1
    assert ONE in ears.warnings[0]
    await made.refresh([])
    assert made.addresses == {ONE}
    await made.close()


async def test_nobody_else_can_have_its_port_meanwhile(sockets: Sockets) -> None:
    await sockets.refresh([ONE])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with pytest.raises(OSError, match="in use"):
            sock.bind((ONE, sockets.port_at(ONE)))


async def test_both_families_are_served_where_both_are_asked_for(ears: Ears) -> None:
    made = Sockets([("0.0.0.0", 0), ("::", 0)], ears, ears.warnings.append)
    await made.refresh([ONE, "::1"])
    assert made.addresses == {ONE, "::1"}
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sock:
        sock.bind(("::1", 0))
        sock.sendto(b"six", ("::1", made.port_at("::1")))
        _, source, local = await asyncio.wait_for(ears.heard.get(), 5)
        assert (source.address, local) == ("::1", "::1")
    await made.close()


async def test_closed_it_leaves_no_socket_and_can_be_opened_again(sockets: Sockets, ears: Ears) -> None:
    await sockets.refresh([ONE])
    port = sockets.port_at(ONE)
    await sockets.close()
    assert sockets.addresses == set()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((ONE, port))  # it is free again
    await sockets.refresh([ONE])
    assert sockets.addresses == {ONE}


async def test_a_datagram_that_breaks_something_keeps_nobody_from_being_heard(ears: Ears) -> None:
    def heard(data: bytes, source: Place, local: str) -> None:
        if data == b"evil":
            raise KeyError(data)
        ears(data, source, local)

    sockets = Sockets([("0.0.0.0", 0)], heard, ears.warnings.append)
    try:
        await sockets.refresh([ONE])
        with client() as sock:
            for data in (b"evil", b"evil", b"good"):
                sock.sendto(data, (ONE, sockets.port_at(ONE) or 0))
            assert (await asyncio.wait_for(ears.heard.get(), 5))[0] == b"good"
        assert len(ears.warnings) == 1  # he may send as many as he likes
    finally:
        await sockets.close()
