"""The host's TCP table: who listens, whose SYN is half-way in, and that what is not known is not said."""

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from types import SimpleNamespace

import psutil
import pytest

from agent.rendezvous import tcptable
from agent.rendezvous.orders import Place, place
from agent.rendezvous.tcptable import Readings, TcpTable

LOCAL = "127.0.3.3"  # nobody else is there


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as sockets:
        yield sockets


def bound(stack: ExitStack, address: str, port: int = 0, *, only6: bool = True) -> socket.socket:
    sock = stack.enter_context(socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET))
    if ":" in address:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, only6)
    sock.bind((address, port))
    return sock


def listener(stack: ExitStack, address: str, *, only6: bool = True) -> int:
    sock = bound(stack, address, only6=only6)
    sock.listen()
    return int(sock.getsockname()[1])


def read() -> TcpTable:
    table = tcptable.read()
    assert table is not None
    return table


@pytest.mark.parametrize(
    ("address", "only6", "at4", "at6"),
    [
        (LOCAL, True, True, False),
        ("127.0.3.4", True, False, False),
        ("0.0.0.0", True, True, False),
        (f"::ffff:{LOCAL}", False, True, False),
        ("::1", True, False, True),
        ("::", True, None, True),
        ("::", False, None, True),
    ],
)
def test_who_listens_where(stack: ExitStack, address: str, only6: bool, at4: bool | None, at6: bool) -> None:
    port = listener(stack, address, only6=only6)
    table = read()
    assert table.listens(LOCAL, port) is at4
    assert table.listens("::1", port) is at6
    assert table.listens("::1%lo", port) is at6
    assert port in {each.port for each in table.listeners}


def test_port_that_is_only_bound_is_not_listened_on(stack: ExitStack) -> None:
    port = bound(stack, LOCAL).getsockname()[1]
    assert read().listens(LOCAL, port) is False


def test_both_ends_of_a_connection_are_in_use_and_none_of_them_half_open(stack: ExitStack) -> None:
    port = listener(stack, LOCAL)
    caller = stack.enter_context(socket.create_connection((LOCAL, port), 10, source_address=("127.0.3.5", 0)))
    table = read()
    assert table.is_used(LOCAL, port)
    assert table.is_used("127.0.3.5", caller.getsockname()[1])
    assert not table.is_used("127.0.3.6", caller.getsockname()[1])
    assert table.half_open_at(LOCAL, [port]) == frozenset()


def row(status: str, local: tuple[str, int] | tuple[()], remote: tuple[str, int] | tuple[()] = ()) -> SimpleNamespace:
    return SimpleNamespace(status=status, laddr=local, raddr=remote)


def test_half_open_connections_of_the_ports_that_are_asked_about(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        row(psutil.CONN_SYN_RECV, ("192.0.2.1", 50000), ("198.51.100.7", 40000)),
        row(psutil.CONN_SYN_RECV, ("192.0.2.1", 50000), ("198.51.100.7", 40001)),
        row(psutil.CONN_SYN_RECV, ("192.0.2.1", 50001), ("198.51.100.7", 40002)),
        row(psutil.CONN_SYN_RECV, ("192.0.2.2", 50000), ("198.51.100.7", 40003)),
        row(psutil.CONN_SYN_RECV, ("::ffff:192.0.2.1", 50000), ("::ffff:198.51.100.8", 40004)),
        row(psutil.CONN_ESTABLISHED, ("192.0.2.1", 50000), ("198.51.100.7", 40005)),
        row(psutil.CONN_SYN_SENT, ("192.0.2.1", 50000), ("198.51.100.7", 40006)),
        row(psutil.CONN_LISTEN, ("192.0.2.1", 50000)),
        row(psutil.CONN_CLOSE, ()),
    ]
    monkeypatch.setattr(psutil, "net_connections", lambda kind: rows)
    expected = {("198.51.100.7", 40000), ("198.51.100.7", 40001), ("198.51.100.8", 40004)}
    assert read().half_open_at("192.0.2.1", [50000, 50002]) == frozenset((50000, Place(*each)) for each in expected)


@pytest.mark.parametrize(
    "error",
    [
        psutil.AccessDenied(),
        psutil.NoSuchProcess(1),
        PermissionError(),
        RuntimeError("malformed line"),
        KeyError("0C"),
        ValueError(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_where_the_table_cannot_be_read_nothing_is_known(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def refuse(kind: str) -> None:
        raise error

    monkeypatch.setattr(psutil, "net_connections", refuse)
    assert tcptable.read() is None
    assert tcptable.fresh() is None


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:0:0::1", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
    ],
)
def test_addresses_have_one_spelling(written: str, plain: str) -> None:
    assert place(written, 5) == Place(plain, 5)


class Watched:
    """A lock that says when somebody has come to it."""

    def __init__(self) -> None:
        self.came = threading.Semaphore(0)
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        self.came.release()
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def test_those_who_ask_while_it_is_read_share_the_next_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    tables: list[TcpTable] = []
    begun, go_on, lock = threading.Event(), threading.Event(), Watched()

    def read() -> TcpTable:
        tables.append(TcpTable(frozenset({Place(LOCAL, len(tables))})))
        found = tables[-1]
        begun.set()
        assert go_on.wait(10)
        return found

    monkeypatch.setattr(threading, "Lock", lambda: lock)
    readings = Readings(read)
    monkeypatch.undo()
    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(readings.fresh)]
        assert begun.wait(10)
        asked += [pool.submit(readings.fresh) for _ in range(3)]
        came = [lock.came.acquire(timeout=10) for _ in asked]
        go_on.set()
        found = [each.result(10) for each in asked]
    assert all(came)
    assert len(tables) == 2
    assert found.count(tables[0]) == 1
    assert found.count(tables[1]) == 3
    assert readings.fresh() is tables[2]
