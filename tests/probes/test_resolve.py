"""Names to addresses, with lookups that answer, fail, lie and hang."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from probes.outcome import Resolved
from probes.resolve import AT_ONCE, LONGEST_NAME, MOST_ADDRESSES, MOST_NAMES, Answer, Lookup, Resolver, Reverse, literal

LONG = 30.0  # seconds; no test waits for it
Entries = list[tuple[Any, Any, Any, str, tuple[Any, ...]]]


async def resolve(name: str, timeout: float, lookup: Lookup = socket.getaddrinfo) -> Resolved:
    return await Resolver(lookup).resolve(name, timeout)


def entry(*sockaddr: Any) -> tuple[Any, Any, Any, str, tuple[Any, ...]]:
    family = socket.AF_INET6 if len(sockaddr) == 4 else socket.AF_INET
    return family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", sockaddr


def answering(*addresses: str) -> Lookup:
    return lambda *_, **__: [entry(address, 0, 0, 0) if ":" in address else entry(address, 0) for address in addresses]


def raising(error: Exception) -> Lookup:
    def lookup(*_: Any, **__: Any) -> Entries:
        raise error

    return lookup


@pytest.fixture
def hanging() -> Iterator[Callable[..., Entries]]:
    """A lookup that answers only once the test is over."""
    over = threading.Event()
    threads: list[threading.Thread] = []

    def lookup(*_: Any, **__: Any) -> Entries:
        threads.append(threading.current_thread())
        assert over.wait(LONG)
        return [entry("192.0.2.1", 0)]

    yield lookup
    over.set()
    for thread in threads:
        thread.join(LONG)
        assert not thread.is_alive()


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:DB8:0:0::1", "2001:db8::1"),
        ("::1", "::1"),
        ("fe80::1%eth0", "fe80::1%eth0"),
        ("192.0.2", None),
        ("192.0.2.010", None),
        ("host.test", None),
        ("", None),
    ],
)
def test_literal(name: str, address: str | None) -> None:
    assert literal(name) == address


@pytest.mark.parametrize("name", ["192.0.2.1", "2001:db8::1"])
async def test_a_literal_asks_nobody(name: str) -> None:
    unwanted = raising(AssertionError("looked up"))
    assert await resolve(name, LONG, unwanted) == Resolved(name, (name,), 0.0)


async def test_every_address_once_in_the_systems_order() -> None:
    lookup = answering("2001:db8::2", "192.0.2.9", "2001:db8::2", "192.0.2.1", "192.0.2.9")
    found = await resolve("host.test", LONG, lookup)
    assert found.addresses == ("2001:db8::2", "192.0.2.9", "192.0.2.1")
    assert (found.name, found.detail) == ("host.test", "")
    assert found.seconds >= 0


async def test_asked_for_stream_addresses_of_the_very_name() -> None:
    asked: list[Any] = []

    def lookup(*given: Any, **options: Any) -> Entries:
        asked.append((given, options))
        return [entry("192.0.2.1", 0)]

    await resolve("Host.Test", LONG, lookup)
    assert asked == [(("Host.Test", None), {"type": socket.SOCK_STREAM})]


async def test_a_name_server_cannot_make_us_probe_without_end() -> None:
    many = [f"192.0.2.{last}" for last in range(1, 200)]
    found = await resolve("host.test", LONG, answering(*many))
    assert found.addresses == tuple(many[:MOST_ADDRESSES])


async def test_a_link_local_address_keeps_its_scope() -> None:
    entries = [entry("fe80::1", 0, 0, 3), entry("fe80::1", 0, 0, 4), entry("fe80::2%eth0", 0, 0, 5)]
    found = await resolve("host.test", LONG, lambda *_, **__: entries)
    assert found.addresses == ("fe80::1%3", "fe80::1%4", "fe80::2%eth0")


async def test_no_address() -> None:
    found = await resolve("host.test", LONG, answering())
    assert (found.addresses, found.detail) == ((), "no address")


@pytest.mark.parametrize(
    ("error", "detail"),
    [
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "Name or service not known"),
        (OSError("it is broken"), "it is broken"),
        (PermissionError(13, "Permission denied"), "Permission denied"),
        (UnicodeError("label too long"), "not a host name"),
        (ValueError("embedded null character"), "not a host name"),
    ],
)
async def test_a_lookup_that_fails(error: Exception, detail: str) -> None:
    found = await resolve("host.test", LONG, raising(error))
    assert found.addresses == ()
    assert detail in found.detail


@pytest.mark.parametrize("name", [f"{'a' * 64}.test", "a..test"])
async def test_what_the_real_resolver_refuses_to_look_up(name: str) -> None:
    assert (await resolve(name, LONG)).detail == "not a host name"


async def test_a_lookup_that_hangs_costs_the_timeout(hanging: Callable[..., Entries]) -> None:
    found = await resolve("host.test", 0.01, hanging)
    assert found.addresses == ()
    assert found.detail.startswith("the name service did not answer within 0.01 s")
    assert found.seconds > 0


async def test_lookups_do_not_wait_for_one_another(hanging: Callable[..., Entries]) -> None:
    hung = [asyncio.create_task(resolve("hung.test", LONG, hanging)) for _ in range(40)]
    found = await resolve("host.test", LONG, answering("192.0.2.1"))
    assert found.addresses == ("192.0.2.1",)
    for task in hung:
        task.cancel()
    assert all(isinstance(end, asyncio.CancelledError) for end in await asyncio.gather(*hung, return_exceptions=True))


async def test_many_names_are_looked_up_by_few_threads_and_each_once() -> None:
    """A site has a thousand, and a host's account may have few threads."""
    asked, under_way, most = list[str](), 0, 0
    lock, full = threading.Lock(), threading.Barrier(AT_ONCE)

    def lookup(name: str, *_: Any, **__: Any) -> Entries:
        nonlocal under_way, most
        with lock:
            asked.append(name)
            under_way += 1
            most = max(most, under_way)
        full.wait(LONG)  # for all that may be under way together: so it is shown that they are, and no more
        with lock:
            under_way -= 1
        return [entry("192.0.2.1", 0)]

    names = [f"host{number}.test" for number in range(3 * AT_ONCE)]
    found = await Resolver(lookup).look_up_all([*names, "192.0.2.9", *names], LONG)
    assert [each.asked for each in found] == [*names, "192.0.2.9"]
    assert {each.found for each in found} == {("192.0.2.1",), ("192.0.2.9",)}
    assert sorted(asked) == sorted(names)
    assert most <= AT_ONCE


async def test_a_name_that_means_this_machine_leads_to_no_peer() -> None:
    """By the real resolver: a name that is barred, or in the wrong hosts file, must not be probed as if it were one."""
    found = await resolve("localhost", LONG)
    assert found.addresses == ()
    assert "where no peer can be" in found.detail


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1", "0.0.0.0", "::", "224.0.0.1", "::ffff:127.0.0.1"])
async def test_addresses_of_no_host_are_left_out(address: str) -> None:
    assert (await resolve("host.test", LONG, answering(address))).addresses == ()
    assert (await resolve("host.test", LONG, answering(address, "192.0.2.1"))).addresses == ("192.0.2.1",)


async def test_a_name_that_hangs_has_one_thread_however_often_it_is_asked(
    hanging: Callable[..., Entries], monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[threading.Thread] = []
    start = threading.Thread.start

    def counted(thread: threading.Thread) -> None:
        started.append(thread)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", counted)
    resolver = Resolver(hanging)
    for _ in range(5):
        assert (await resolver.resolve("hung.test", 0.01)).addresses == ()
    assert len(started) == 1


async def test_a_late_answer_serves_whoever_asks_then(hanging: Callable[..., Entries]) -> None:
    gate, threads = threading.Event(), []

    def lookup(*_: Any, **__: Any) -> Entries:
        threads.append(threading.current_thread())
        assert gate.wait(LONG)
        return [entry("192.0.2.1", 0)]

    resolver = Resolver(lookup)
    assert (await resolver.resolve("slow.test", 0.01)).addresses == ()
    waiting = asyncio.create_task(resolver.resolve("slow.test", LONG))
    await asyncio.sleep(0)
    gate.set()
    assert (await waiting).addresses == ("192.0.2.1",)
    assert len(threads) == 1


async def test_no_thread_to_be_had(monkeypatch: pytest.MonkeyPatch) -> None:
    def start(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", start)
    found = await resolve("host.test", LONG, answering("192.0.2.1"))
    assert (found.addresses, found.detail) == ((), "this host is out of threads")


@pytest.mark.parametrize("late_answer", [answering("192.0.2.1"), raising(OSError("late"))])
def test_an_answer_after_the_loops_end_disturbs_nobody(late_answer: Lookup) -> None:
    """Where it did, pytest would report the exception in the thread."""
    looking, over = threading.Event(), threading.Event()
    threads: list[threading.Thread] = []

    def lookup(*given: Any, **options: Any) -> Entries:
        threads.append(threading.current_thread())
        looking.set()
        assert over.wait(LONG)
        return late_answer(*given, **options)

    found = asyncio.run(resolve("host.test", 0.01, lookup))
    assert looking.wait(LONG)
    over.set()
    threads[0].join(LONG)
    assert not threads[0].is_alive()
    assert found.addresses == ()


@pytest.mark.parametrize("late_answer", [answering("192.0.2.1"), raising(OSError("late"))])
async def test_an_answer_for_a_task_that_was_cancelled_is_dropped(late_answer: Lookup) -> None:
    reported: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: reported.append(context))
    looking, over = threading.Event(), threading.Event()
    threads: list[threading.Thread] = []

    def lookup(*given: Any, **options: Any) -> Entries:
        threads.append(threading.current_thread())
        looking.set()
        assert over.wait(LONG)
        return late_answer(*given, **options)

    task = asyncio.create_task(resolve("host.test", LONG, lookup))
    await asyncio.to_thread(looking.wait, LONG)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    over.set()
    await asyncio.to_thread(threads[0].join, LONG)
    await asyncio.sleep(0)
    assert reported == []


async def test_a_lookup_that_hangs_does_not_hold_up_the_exit(hanging: Callable[..., Entries]) -> None:
    before = set(threading.enumerate())
    await resolve("host.test", 0.01, hanging)
    started = set(threading.enumerate()) - before
    assert [thread.daemon for thread in started] == [True]


HOST_NOT_FOUND, TRY_AGAIN, NO_DATA = 1, 2, 4  # netdb.h


def naming(*names: str) -> Reverse:
    return lambda address: (names[0], list(names[1:]), [address])


def not_naming(error: Exception) -> Reverse:
    def reverse(_: str) -> tuple[str, list[str], list[str]]:
        raise error

    return reverse


async def names(address: str, reverse: Reverse, timeout: float = LONG) -> Answer:
    return await Resolver(reverse=reverse).reverse(address, timeout)


@pytest.mark.parametrize(
    ("error", "denied"),
    [
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), True),
        (socket.gaierror(11001, "No such host is known"), True),
        (socket.gaierror(11004, "The requested name is valid, but no data"), True),
        (socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution"), False),
        (socket.gaierror(11002, "This is usually a temporary error"), False),
        (socket.gaierror(socket.EAI_FAIL, "Non-recoverable failure"), False),
        (OSError(socket.EAI_NONAME, "not of the name service"), False),
        (UnicodeError("label too long"), False),
    ],
)
async def test_no_such_name_is_told_from_no_answer(error: Exception, denied: bool) -> None:
    answer = await Resolver(raising(error)).look_up("host.test", LONG)
    assert (answer.asked, answer.found, answer.denied) == ("host.test", (), denied)
    assert answer.detail


async def test_a_name_with_addresses_is_not_denied() -> None:
    answer = await Resolver(answering("192.0.2.1")).look_up("host.test", LONG)
    assert (answer.found, answer.detail, answer.denied) == (("192.0.2.1",), "", False)


@pytest.mark.parametrize(("addresses", "detail"), [((), "no address"), (("127.0.1.1", "::1"), "127.0.1.1, ::1")])
async def test_an_answer_that_leads_nowhere_is_one(addresses: tuple[str, ...], detail: str) -> None:
    answer = await Resolver(answering(*addresses)).look_up("host.test", LONG)
    assert (answer.found, answer.denied) == ((), True)
    assert detail in answer.detail


async def test_a_lookup_that_hangs_denies_nothing(hanging: Callable[..., Entries]) -> None:
    assert not (await Resolver(hanging).look_up("host.test", 0.01)).denied


async def test_the_names_of_an_address_each_once() -> None:
    answer = await names("192.0.2.1", naming("mss.contoso.test.", "mss", "mss.contoso.test"))
    assert answer._replace(seconds=0.0) == Answer("192.0.2.1", ("mss.contoso.test", "mss"), 0.0)


@pytest.mark.parametrize(("written", "asked"), [("2001:DB8:0::1", "2001:db8::1"), ("::ffff:192.0.2.1", "192.0.2.1")])
async def test_asked_for_in_its_usual_spelling(written: str, asked: str) -> None:
    seen: list[str] = []

    def reverse(address: str) -> tuple[str, list[str], list[str]]:
        seen.append(address)
        return "host.test", [], []

    assert (await names(written, reverse)).asked == asked
    assert seen == [asked]


async def test_a_name_is_no_address_to_reverse() -> None:
    """The system would look it up."""
    with pytest.raises(ValueError, match="not an address"):
        await names("host.test", not_naming(AssertionError("looked up")))


@pytest.mark.parametrize(
    ("error", "denied"),
    [
        (socket.herror(HOST_NOT_FOUND, "Unknown host"), True),
        (socket.herror(NO_DATA, "No address associated with name"), True),
        (socket.herror(11004, "no data"), True),
        (socket.herror(TRY_AGAIN, "Host name lookup failure"), False),
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), True),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"), False),
        (OSError("it is broken"), False),
    ],
)
async def test_an_address_without_a_name(error: Exception, denied: bool) -> None:
    answer = await names("192.0.2.1", not_naming(error))
    assert (answer.found, answer.denied) == ((), denied)
    assert answer.detail


@pytest.mark.parametrize("said", ["192.0.2.1", "2001:db8::1", "", "."])
async def test_an_address_for_a_name_is_none(said: str) -> None:
    answer = await names("192.0.2.1", naming(said))
    assert (answer.found, answer.detail, answer.denied) == ((), "no name", True)


async def test_names_are_bounded() -> None:
    answer = await names("192.0.2.1", naming(*(f"{number}{'x' * 1000}" for number in range(100))))
    assert len(answer.found) == MOST_NAMES
    assert {len(name) for name in answer.found} == {LONGEST_NAME}


async def test_an_address_that_hangs_has_one_thread_and_holds_up_no_name() -> None:
    over = threading.Event()
    threads: list[threading.Thread] = []

    def reverse(_: str) -> tuple[str, list[str], list[str]]:
        threads.append(threading.current_thread())
        assert over.wait(LONG)
        return "late.test", [], []

    resolver = Resolver(answering("192.0.2.1"), reverse)
    for _ in range(3):
        answer = await resolver.reverse("192.0.2.1", 0.01)
        assert (answer.found, answer.denied) == ((), False)
        assert answer.detail.startswith("the name service did not answer within 0.01 s")
    assert (await resolver.resolve("host.test", LONG)).addresses == ("192.0.2.1",)
    waiting = asyncio.create_task(resolver.reverse("192.0.2.1", LONG))
    await asyncio.sleep(0)
    over.set()
    assert (await waiting).found == ("late.test",)
    assert [thread.daemon for thread in threads] == [True]


async def test_the_real_one_knows_this_machine() -> None:
    assert (await Resolver().reverse("127.0.0.1", LONG)).asked == "127.0.0.1"
