"""Held listeners: what is opened and what is not, what whoever connects is told, and that nothing is left behind."""

import asyncio
import errno
import os
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from agent.rendezvous import listener, listeners, tcptable
from agent.rendezvous.exclusive import listening_socket
from agent.rendezvous.listeners import Listeners
from agent.rendezvous.orders import UNSEEN, Place
from agent.rendezvous.tcptable import TcpTable
from probes.wire.rendezvous.messages import Grant, Holding, Reason

LOCAL = "127.0.3.1"  # nobody else is there
PROOFS = bytes(range(32))
BOTH = ["127.0.3.1", "::1"]


class Held(Listeners):
    """Listeners that say `PROOFS` and note who came."""

    def __init__(self) -> None:
        self.came: asyncio.Queue[tuple[str, int, Place]] = asyncio.Queue()
        super().__init__(lambda *_: PROOFS, lambda *who: self.came.put_nowait(who))

    async def hold(self, *ports: int, local: str = LOCAL) -> list[Holding]:
        return [grant.holding for grant in (await self.open(local, ports, ())).values()]


@pytest.fixture
async def held() -> AsyncIterator[Held]:
    made = Held()
    yield made
    made.close_all()
    await turns()


class Proactor:
    """What Windows' proactor lacks of an event loop, and how it accepts."""

    def add_reader(self, *_: object) -> None:
        raise NotImplementedError

    async def sock_accept(self, sock: socket.socket) -> tuple[socket.socket, object]:
        while True:
            with suppress(BlockingIOError):
                return sock.accept()
            await asyncio.sleep(0)


@pytest.fixture(params=["readers", "tasks"])
async def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on most event loops, and as on one that takes no readers."""
    if request.param == "tasks":
        loop = asyncio.get_running_loop()
        monkeypatch.setattr(loop, "add_reader", Proactor().add_reader)
        monkeypatch.setattr(loop, "sock_accept", Proactor().sock_accept)


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever ends sooner was not ended for being late."""
    monkeypatch.setattr(listener, "PATIENCE", 60.0)


@pytest.fixture
def impatient(patient: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "PATIENCE", 0.02)


@pytest.fixture
def others() -> Iterator[ExitStack]:
    """Sockets of others, closed in the end."""
    with ExitStack() as stack:
        yield stack


async def turns(count: int = 3) -> None:
    """Of the event loop: what is aborted goes in the next one."""
    for _ in range(count):
        await asyncio.sleep(0)


def free_port(local: str = LOCAL) -> int:
    with socket.socket(socket.AF_INET6 if ":" in local else socket.AF_INET) as sock:
        sock.bind((local, 0))
        return int(sock.getsockname()[1])


def foreign(address: str, port: int, *, options: tuple[int, ...] = (), only6: bool = True) -> socket.socket:
    """A socket of somebody else, bound."""
    with ExitStack() as stack:
        sock = stack.enter_context(socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET))
        for option in options:
            sock.setsockopt(socket.SOL_SOCKET, option, 1)
        if ":" in address:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, only6)
        sock.bind((address, port))
        stack.pop_all()
        return sock


async def said(port: int, local: str = LOCAL, *, then: bytes | None = None) -> tuple[bytes, str]:
    """What is said to whoever connects, and how it ends. None: he sends a FIN; otherwise this."""
    async with asyncio.timeout(10):
        reader, writer = await asyncio.open_connection(local, port)
        heard = b""
        try:
            heard = await reader.readexactly(len(PROOFS))
            if then is None:
                writer.write_eof()
            else:
                writer.write(then)
            heard += await reader.read()
            return heard, "FIN"
        except ConnectionResetError:
            return heard, "RST"
        finally:
            writer.close()
            with suppress(ConnectionResetError):
                await writer.wait_closed()


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("local", BOTH)
async def test_whoever_connects_is_noted_and_told_the_proofs_and_his_fin_ends_it(held: Held, local: str) -> None:
    port = free_port(local)
    assert await held.open(local, [port], []) == {port: Grant(port, Holding.HELD)}
    with socket.create_connection((local, port), 10) as caller:
        where = Place(local if ":" in local else "127.0.0.1", caller.getsockname()[1])
        caller.shutdown(socket.SHUT_WR)
        caller.setblocking(False)
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(10):
            assert await loop.sock_recv(caller, 100) == PROOFS
            assert await loop.sock_recv(caller, 100) == b""
        assert held.came.get_nowait() == (local, port, where)
        assert held.came.empty()
        table = tcptable.read()
        assert table is not None
        assert not table.is_used(local, port)  # he has TIME_WAIT, not we
        assert where in table.used


@pytest.mark.usefixtures("way", "impatient")
async def test_who_does_not_hang_up_in_time_is_reset(held: Held) -> None:
    port = free_port()
    await held.hold(port)
    assert await said(port, then=b"") == (PROOFS, "RST")


@pytest.mark.usefixtures("way")
async def test_who_says_something_is_reset_at_once(held: Held) -> None:
    port = free_port()
    await held.hold(port)
    assert await said(port, then=b"GET / HTTP/1.0\r\n\r\n") == (PROOFS, "RST")


@pytest.mark.usefixtures("way")
async def test_no_more_than_so_many_stand_in_one_door(held: Held, others: ExitStack) -> None:
    port = free_port()
    await held.hold(port)
    for _ in range(listener.MOST_AT_ONCE):
        caller = others.enter_context(socket.create_connection((LOCAL, port), 10))
        await held.came.get()
        assert caller.recv(100) == PROOFS
    assert await said(port, then=b"") == (PROOFS, "RST")
    assert held.came.get_nowait()[2] != UNSEEN
    assert held.came.get_nowait()[2] == UNSEEN  # some systems lose with a RST what was said before it
    assert held.came.empty()


@pytest.mark.usefixtures("way")
async def test_closing_resets_whoever_stands_there_and_nobody_comes_in_any_more(held: Held) -> None:
    port, other = free_port(), free_port()
    await held.hold(port, other)
    hearing = asyncio.create_task(said(port, then=b""))
    await held.came.get()
    held.close(LOCAL, [port])
    assert (await hearing)[1] == "RST"
    assert held.ports == {other}
    with pytest.raises(ConnectionRefusedError):
        await said(port)
    assert await said(other) == (PROOFS, "FIN")


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("count", range(6))
async def test_who_arrives_while_it_is_closed_is_reset_and_leaves_no_descriptor(held: Held, count: int) -> None:
    port = free_port()
    before = descriptors()
    await held.hold(port)
    with socket.create_connection((LOCAL, port), 10) as caller:
        await turns(count)
        held.close(LOCAL, [port])
        await turns()
        assert descriptors() == before + 1
        with pytest.raises(ConnectionResetError):  # noqa: PT012 - the proofs may come before it
            while caller.recv(100):
                pass


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


REUSE, REUSE_PORT = socket.SO_REUSEADDR, getattr(socket, "SO_REUSEPORT", socket.SO_REUSEADDR)


@pytest.mark.parametrize("options", [(), (REUSE,), (REUSE, REUSE_PORT)], ids=["plain", "reuse", "reuse-port"])
@pytest.mark.parametrize(
    ("local", "address", "only6"),
    [
        (LOCAL, LOCAL, True),
        (LOCAL, "0.0.0.0", True),
        (LOCAL, "::", False),
        (LOCAL, f"::ffff:{LOCAL}", False),
        ("::1", "::1", True),
        ("::1", "::", True),
        ("::1", "::", False),
    ],
)
async def test_port_where_somebody_listens_is_not_opened(
    held: Held, others: ExitStack, local: str, address: str, only6: bool, options: tuple[int, ...]
) -> None:
    port = free_port(local)
    others.enter_context(foreign(address, port, options=options, only6=only6)).listen()
    assert await held.hold(port, local=local) == [Holding.LISTENING]
    assert held.count == 0


async def test_listener_for_another_address_or_for_ipv6_alone_is_not_in_the_way(held: Held, others: ExitStack) -> None:
    one, two = free_port(), free_port()
    others.enter_context(foreign("127.0.3.2", one)).listen()
    others.enter_context(foreign("::", two)).listen()
    assert await held.hold(one, two) == [Holding.HELD, Holding.HELD]


@pytest.mark.parametrize("address", [LOCAL, "0.0.0.0", "::"])
async def test_nobody_else_can_listen_where_we_do(held: Held, address: str) -> None:
    port = free_port()
    await held.hold(port)
    with pytest.raises(OSError, match="in use"):
        foreign(address, port, options=(REUSE, REUSE_PORT), only6=False).close()


async def test_of_two_who_were_bound_the_second_to_listen_does_not(held: Held, others: ExitStack) -> None:
    """Both have SO_REUSEADDR, so both may bind: it is listening that decides."""
    port = free_port()
    bound = others.enter_context(foreign(LOCAL, port, options=(REUSE,)))
    assert await held.hold(port) == [Holding.HELD]
    with pytest.raises(OSError, match="in use"):
        bound.listen()
    held.close_all()
    bound.listen()
    assert await held.hold(port) == [Holding.LISTENING]


async def test_source_port_of_an_outgoing_connection_is_busy(held: Held, others: ExitStack) -> None:
    server = others.enter_context(foreign("127.0.3.2", 0))
    server.listen()
    caller = others.enter_context(socket.create_connection(server.getsockname(), 10, source_address=(LOCAL, 0)))
    assert await held.hold(caller.getsockname()[1]) == [Holding.BUSY]


async def test_port_that_is_bound_only_is_busy(held: Held, others: ExitStack) -> None:
    bound = others.enter_context(foreign(LOCAL, 0))
    assert await held.hold(bound.getsockname()[1]) == [Holding.BUSY]


async def test_time_wait_is_not_in_the_way(held: Held) -> None:
    port = free_port()
    with listening_socket(LOCAL, port) as server:
        server.setblocking(True)
        with socket.create_connection((LOCAL, port), 10):
            server.accept()[0].close()
    table = tcptable.read()
    assert table is not None
    assert table.is_used(LOCAL, port)
    assert await held.hold(port) == [Holding.HELD]


@pytest.mark.parametrize("local", ["192.0.2.1", "2001:db8::1", f"::ffff:{LOCAL}"])
async def test_address_that_is_not_ours_cannot_be_held_nor_ipv4_in_ipv6_s_clothes(held: Held, local: str) -> None:
    assert await held.hold(50000, local=local) == [Holding.FAILED]


@pytest.mark.parametrize(
    ("number", "table", "expected"),
    [
        (errno.EACCES, TcpTable(), Grant(50000, Holding.FAILED, Reason.EXCLUDED)),
        (errno.EACCES, None, Grant(50000, Holding.FAILED, Reason.EXCLUDED)),
        (errno.EACCES, TcpTable(used=frozenset({Place("0.0.0.0", 50000)})), Grant(50000, Holding.BUSY)),
        (errno.EACCES, TcpTable(frozenset({Place("0.0.0.0", 50000)})), Grant(50000, Holding.LISTENING)),
        (errno.EADDRINUSE, None, Grant(50000, Holding.BUSY)),
        (errno.EMFILE, TcpTable(), Grant(50000, Holding.FAILED)),
    ],
)
async def test_refusals_of_the_system(
    held: Held, monkeypatch: pytest.MonkeyPatch, number: int, table: TcpTable | None, expected: Grant
) -> None:
    def refuse(*_: object) -> socket.socket:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(listeners, "listening_socket", refuse)
    monkeypatch.setattr(listeners, "fresh", lambda: table)
    assert await held.open(LOCAL, [50000], []) == {50000: expected}


async def test_ports_that_are_only_looked_at_are_not_opened(held: Held, others: ExitStack) -> None:
    wildcard = others.enter_context(foreign("0.0.0.0", 0))  # a port that is free at one address may not be at all
    wildcard.listen()
    here, anywhere, nobody = free_port(), int(wildcard.getsockname()[1]), free_port()
    others.enter_context(foreign(LOCAL, here)).listen()
    expected = {here: Holding.LISTENING, anywhere: Holding.LISTENING, nobody: Holding.VACANT}
    grants = await held.open(LOCAL, [], [here, anywhere, nobody])
    assert {port: grant.holding for port, grant in grants.items()} == expected
    assert held.count == 0


async def test_our_own_listeners_are_not_somebody_else_s_also_while_they_come_and_go(
    held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    staying, going, coming = free_port(), free_port(), free_port()
    await held.hold(staying, going)
    table = TcpTable(frozenset(Place(LOCAL, port) for port in (staying, going, coming)))

    async def read() -> TcpTable | None:
        held.close(LOCAL, [going])
        await held.hold(coming)
        return table

    monkeypatch.setattr(listeners, "_read", read)
    grants = await held.open(LOCAL, [], [staying, going, coming])
    assert {grant.holding for grant in grants.values()} == {Holding.VACANT}


@pytest.mark.parametrize(
    "table", [None, TcpTable(frozenset({Place("::", 50000)}))], ids=["no table", "perhaps IPv6 only"]
)
async def test_what_is_not_known_is_not_said(
    held: Held, monkeypatch: pytest.MonkeyPatch, table: TcpTable | None
) -> None:
    monkeypatch.setattr(listeners, "fresh", lambda: table)
    assert await held.open(LOCAL, [], [50000]) == {50000: Grant(50000, Holding.FAILED)}


async def test_ports_of_others_are_told_from_ours_also_while_these_come_and_go(
    held: Held, others: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs, going, coming = free_port(), free_port(), free_port()
    others.enter_context(foreign(LOCAL, theirs)).listen()
    await held.hold(going)
    before = tcptable.read()
    held.close(LOCAL, [going])
    await held.hold(coming)
    after = tcptable.read()
    held.close_all()
    assert before is not None
    assert after is not None
    table = TcpTable(before.listeners | after.listeners)

    async def read() -> TcpTable | None:
        held.close_all()
        await held.hold(coming)
        return table

    await held.hold(going)
    monkeypatch.setattr(listeners, "_read", read)
    found = await held.others()
    assert found is not None
    assert {theirs, going, coming} & found == {theirs}


async def test_ports_of_others_are_not_known_without_the_table(held: Held, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listeners, "fresh", lambda: None)
    assert await held.others() is None


async def test_port_that_is_held_already_stays_held(held: Held) -> None:
    port = free_port()
    await held.hold(port)
    assert await held.hold(port) == [Holding.HELD]
    assert held.count == 1
    assert await said(port) == (PROOFS, "FIN")


@pytest.mark.usefixtures("way")
async def test_order_that_is_cancelled_leaves_nothing_open(held: Held, monkeypatch: pytest.MonkeyPatch) -> None:
    kept, port, taken = free_port(), free_port(), 50000
    before = descriptors()
    await held.hold(kept)
    reading = asyncio.Event()

    async def read() -> TcpTable | None:
        reading.set()
        await asyncio.Event().wait()
        return None

    monkeypatch.setattr(listeners, "_read", read)
    opening = asyncio.create_task(held.open(LOCAL, [kept, port], [taken]))
    await reading.wait()
    assert held.ports == {kept, port}
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening
    assert held.ports == {kept}
    held.close_all()
    await turns()
    assert descriptors() == before


async def test_port_that_is_closed_while_others_are_opened_is_not_said_to_be_held(
    held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    port, other = free_port(), free_port()

    async def read() -> TcpTable | None:
        held.close(LOCAL, [port])
        return TcpTable()

    monkeypatch.setattr(listeners, "_read", read)
    grants = await held.open(LOCAL, [port, other], [50000])
    assert grants[port].holding is Holding.FAILED
    assert grants[other].holding is Holding.HELD


class TestBesideWildcards:
    """Where the system would let us in beside somebody's wildcard, as Windows does: the TCP table decides."""

    @pytest.fixture(autouse=True)
    def tables(self, monkeypatch: pytest.MonkeyPatch) -> list[TcpTable | None]:
        """What is read, one after the other."""
        tables: list[TcpTable | None] = []

        async def read() -> TcpTable | None:
            return tables.pop(0)

        monkeypatch.setattr(listeners, "BESIDE_WILDCARDS", True)
        monkeypatch.setattr(listeners, "_read", read)
        return tables

    async def test_nothing_is_opened_where_somebody_listens_at_the_wildcard(
        self, held: Held, tables: list[TcpTable | None]
    ) -> None:
        theirs, perhaps, nobody = free_port(), free_port(), free_port()
        table = TcpTable(frozenset({Place("0.0.0.0", theirs), Place("::", perhaps)}))
        tables += [table, table]
        assert await held.hold(theirs, perhaps, nobody) == [Holding.LISTENING, Holding.BUSY, Holding.HELD]
        assert held.ports == {nobody}

    async def test_nothing_is_opened_where_the_table_cannot_be_read(
        self, held: Held, tables: list[TcpTable | None]
    ) -> None:
        tables += [None, None]
        assert await held.hold(free_port()) == [Holding.FAILED]
        assert held.count == 0

    async def test_what_is_held_already_stays_held_whoever_comes(
        self, held: Held, tables: list[TcpTable | None]
    ) -> None:
        port = free_port()
        theirs = TcpTable(frozenset({Place("0.0.0.0", port)}))
        tables += [TcpTable(), TcpTable(), theirs, theirs]
        assert await held.hold(port) == [Holding.HELD]
        assert await held.hold(port) == [Holding.HELD]

    async def test_who_came_to_the_wildcard_meanwhile_gets_the_port(
        self, held: Held, tables: list[TcpTable | None]
    ) -> None:
        theirs, ours = free_port(), free_port()
        tables += [
            TcpTable(),
            TcpTable(frozenset({Place("0.0.0.0", theirs), Place(LOCAL, theirs), Place(LOCAL, ours)})),
        ]
        assert await held.hold(theirs, ours) == [Holding.LISTENING, Holding.HELD]
        assert held.ports == {ours}


async def test_no_descriptor_is_left_after_ten_thousand_leases(held: Held) -> None:
    leases, batch = 10_000, 64
    ports = sorted({free_port() for _ in range(2 * batch)})
    before = descriptors()
    done = 0
    while done < leases:
        chosen = ports[done // batch % 2 :: 2][: leases - done]
        assert set(await held.hold(*chosen)) == {Holding.HELD}
        callers = [socket.create_connection((LOCAL, port), 10) for port in chosen[:3]]
        await turns(done // batch % 8)  # in whatever state they are
        held.close(LOCAL, chosen)
        for caller in callers:
            caller.close()
        done += len(chosen)
    await turns()
    assert held.count == 0
    assert descriptors() == before


@pytest.mark.usefixtures("way")
async def test_listener_accepts_again_after_there_was_no_descriptor(
    held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    await held.hold(port)
    accept, refused = socket.socket.accept, asyncio.Event()

    def refuse(self: socket.socket) -> tuple[socket.socket, object]:
        refused.set()
        raise OSError(errno.EMFILE, "too many")

    monkeypatch.setattr(socket.socket, "accept", refuse)
    hearing = asyncio.create_task(said(port))
    await refused.wait()
    monkeypatch.setattr(socket.socket, "accept", accept)
    assert await hearing == (PROOFS, "FIN")
    assert held.came.get_nowait() == (LOCAL, port, UNSEEN)
