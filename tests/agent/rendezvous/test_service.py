"""Two whole halves over real sockets: greeting, listeners, reports, news, and what is left of it afterwards."""

import asyncio
import secrets
import socket
import threading
from collections.abc import Callable

import pytest

from agent.rendezvous import door, tcptable
from agent.rendezvous.holder.leases import LASTING
from agent.rendezvous.orders import Place
from agent.rendezvous.question import GIVEN_UP_AT, SAID_AT
from agent.rendezvous.tcptable import TcpTable
from agent.survey.range.far import Far, Silent
from probes.wire.rendezvous.frame import Drop, Kind
from probes.wire.rendezvous.keys import Keys
from probes.wire.rendezvous.messages import Asked, Found, Grant, Holding, Reason
from probes.wire.rendezvous.proof import is_among
from probes.wire.rendezvous.states import PathState
from tests.held import HeldClock

from .hosts import HostUnderTest, meeting

ADDRESSES = {"ONE": "127.0.0.71", "TWO": "127.0.0.72"}
OTHER_KEY = (Keys.derive(b"another key of thirty-two bytes!!"),)


def free_port() -> int:
    """For UDP, at both addresses."""
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as two,
    ):
        one.bind((ADDRESSES["ONE"], 0))
        port: int = one.getsockname()[1]
        two.bind((ADDRESSES["TWO"], port))
        return port


def pair() -> tuple[HostUnderTest, HostUnderTest]:
    port = free_port()
    return HostUnderTest("ONE", ADDRESSES, port), HostUnderTest("TWO", ADDRESSES, port)


def some_port() -> int:
    """A dynamic one that nobody uses at TWO's address."""
    while True:
        port = 49_152 + secrets.randbelow(16_000)
        with socket.socket() as sock:
            try:
                sock.bind((ADDRESSES["TWO"], port))
            except OSError:
                continue
            return port


def knock(port: int) -> tuple[bytes, int]:
    """Connect from ONE's address, hear what is said, close first. What was said, and from which port we came."""
    with socket.socket() as sock:
        sock.settimeout(5)
        sock.bind((ADDRESSES["ONE"], 0))
        sock.connect((ADDRESSES["TWO"], port))
        return sock.recv(1024), sock.getsockname()[1]


async def until(holds: Callable[[], bool], seconds: float = 20) -> None:
    """Wait for it, so long at most."""
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110 - nobody tells of it
            await asyncio.sleep(0.01)


async def greeted(host: HostUnderTest) -> Far:
    far = await host.service.greet("TWO", ADDRESSES["TWO"])
    assert not isinstance(far, Silent)
    return far


async def greeted_in_vain(host: HostUnderTest, clock: HeldClock, peer: str) -> None:
    """Until it is sure that nobody answers."""
    greeting = asyncio.create_task(host.service.greet(peer, ADDRESSES[peer]))
    await clock.advance(GIVEN_UP_AT)
    assert await asyncio.wait_for(greeting, 5) is Silent.NO_ANSWER


async def test_a_port_is_held_says_its_proof_and_the_far_end_knows_who_came() -> None:
    async with meeting(pair) as (one, two):
        far, port = await greeted(one), some_port()
        lease = await far.hold([port])
        assert lease
        assert lease.grants[port].holding is Holding.HELD
        said, source = await asyncio.to_thread(knock, port)
        assert is_among(lease.proofs[port], said)
        told = await far.report(lease, [Asked(port, source)])
        assert told
        assert (told.reported.unbroken, told.reported.bound) == (True, ADDRESSES["TWO"])
        assert told.reported.found == {port: Found.MINE}
        assert two.service.holder.listeners == two.listeners.count == 1
        assert two.service.contacts["ONE"].is_up is False  # nobody there was asked yet
        assert one.service.contacts["TWO"].is_up
        assert abs(one.service.contacts["TWO"].offset or 1.0) < 1.0
    assert two.listeners.count == 0


async def test_nobody_who_came_is_told_as_well() -> None:
    async with meeting(pair) as (one, _):
        far, port = await greeted(one), some_port()
        lease = await far.hold([port])
        assert lease
        told = await far.report(lease, [Asked(port, 50_000)])
        assert told
        assert told.reported.found == {port: Found.NONE}


async def test_what_may_never_be_held_is_not_and_it_is_said_why() -> None:
    async with meeting(pair) as (one, two):
        far = await greeted(one)
        with socket.create_server((ADDRESSES["TWO"], 0)) as listening, socket.socket() as busy:
            busy.bind((ADDRESSES["TWO"], 0))
            taken, used = listening.getsockname()[1], busy.getsockname()[1]
            lease = await far.hold([22, 1433, taken])
        assert lease
        assert used not in lease.grants
        assert lease.grants[22].reason is Reason.OUTSIDE
        assert lease.grants[1433].reason is Reason.FIXED
        assert lease.grants[taken].holding in (Holding.LISTENING, Holding.REFUSED)  # the system may give any port
        assert two.listeners.count == 0


async def test_listeners_are_gone_when_their_time_is_over() -> None:
    clock, at = HeldClock(), free_port()
    hosts = HostUnderTest("ONE", ADDRESSES, at), HostUnderTest("TWO", ADDRESSES, at, clock=clock)
    async with meeting(lambda: hosts) as (one, two):
        far, port = await greeted(one), some_port()
        assert await far.hold([port])
        await clock.advance(LASTING - 0.1)
        assert two.listeners.count == 1
        await clock.advance(0.1)
        assert two.listeners.count == 0
        with pytest.raises(ConnectionRefusedError):
            await asyncio.to_thread(knock, port)


async def test_with_another_key_nobody_answers_and_it_is_counted() -> None:
    clock, port = HeldClock(), free_port()
    hosts = HostUnderTest("ONE", ADDRESSES, port, clock=clock), HostUnderTest("TWO", ADDRESSES, port, OTHER_KEY)
    async with meeting(lambda: hosts) as (one, two):
        await greeted_in_vain(one, clock, "TWO")
        await until(lambda: two.service.holder.dropped[Drop.MAC] == len(SAID_AT))
        assert not one.service.contacts["TWO"].is_up


async def test_no_agent_is_expected_where_only_a_database_is() -> None:
    async with meeting(pair) as (one, _):
        assert await one.service.greet("SQL", "127.0.0.99") is Silent.NOT_EXPECTED
        assert set(one.service.contacts) == {"TWO"}


async def test_news_arrive_by_name_and_under_the_name_that_was_asked() -> None:
    async with meeting(pair) as (one, two):
        state = PathState(4, 3, 1, 3, 12, blocked=((50_000, 50_010),))
        done = await one.service.ask("TWO", ADDRESSES["TWO"], Kind.TELL, state.encode())
        assert done.answer
        assert two.notes.told == [("ONE", "TWO", state)]


async def test_a_person_who_is_met_elsewhere_is_asked_there_until_he_is_gone() -> None:
    port, elsewhere, clock = free_port(), free_port(), HeldClock()
    agent = HostUnderTest("TWO", ADDRESSES, port, clock=clock)
    person = HostUnderTest("ONE", ADDRESSES, elsewhere)
    async with agent.service.opened():
        await agent.look()
        async with person.service.opened():
            await person.look()
            await greeted_in_vain(agent, clock, "ONE")
            await agent.service.meet_elsewhere("ONE", Place(ADDRESSES["ONE"], elsewhere))
            assert not isinstance(await agent.service.greet("ONE", ADDRESSES["ONE"]), Silent)
        for asked in (elsewhere, elsewhere, elsewhere, port):  # a greeting may get lost
            assert agent.service._callers.place("ONE", ADDRESSES["ONE"]) == Place(ADDRESSES["ONE"], asked)
            await greeted_in_vain(agent, clock, "ONE")


async def test_a_greeting_that_was_under_way_to_the_usual_place_ends_no_other_meeting() -> None:
    """It comes to nothing after the person has said where he is to be met."""
    one, _ = pair()
    at = ADDRESSES["TWO"]
    async with one.service.opened():
        await one.look()
        greeting = asyncio.create_task(one.service.greet("TWO", at))
        await asyncio.sleep(0)
        await one.service.meet_elsewhere("TWO", Place(at, 40_001))
        assert await greeting is Silent.NO_ANSWER
        assert one.service._callers.place("TWO", at) == Place(at, 40_001)


async def test_what_is_under_way_when_it_ends_has_no_answer() -> None:
    one, _ = pair()
    async with one.service.opened():
        await one.look()
        asking = asyncio.create_task(one.service.ask("TWO", ADDRESSES["TWO"], Kind.HELLO))
        await asyncio.sleep(0)
    assert (await asyncio.wait_for(asking, 5)).answer is None


async def test_noise_is_counted_and_nothing_else_comes_of_it() -> None:
    async with meeting(pair) as (one, two):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.bind((ADDRESSES["ONE"], 0))
            at = ADDRESSES["TWO"], two.service._sockets.port_at(ADDRESSES["TWO"]) or 0
            for data in (b"", b"x" * 5, b"SSOR\x01\x81" + bytes(300), b"SSOR\x01\x01" + bytes(300), bytes(1400)):
                sock.sendto(data, at)
            await until(lambda: sum(two.service.holder.dropped.values()) == 5)
            sock.setblocking(False)
            with pytest.raises(BlockingIOError):
                sock.recv(2000)
        assert two.service.holder.listeners == 0
        assert not isinstance(await one.service.greet("TWO", ADDRESSES["TWO"]), Silent)


async def test_whoever_is_met_at_two_places_at_once_is_asked_at_one_and_nothing_breaks() -> None:
    """While one caller closes somebody asks anew, and a second place comes."""
    one, _ = pair()
    at = ADDRESSES["TWO"]
    async with one.service.opened():
        await one.look()
        asking = asyncio.create_task(one.service.ask("TWO", at, Kind.HELLO))
        await asyncio.sleep(0)
        first = asyncio.create_task(one.service.meet_elsewhere("TWO", Place(at, 40_001)))
        await asyncio.sleep(0)
        callers = one.service._callers
        callers.of("TWO", at)
        await one.service.meet_elsewhere("TWO", Place(at, 40_002))
        await first
        assert (await asking).answer is None
        assert callers.place("TWO", at) == Place(at, 40_002)
        await one.service.keep("TWO", [])
        assert not callers._at


async def test_an_agent_that_says_another_hosts_name_is_not_called_by_it() -> None:
    async with meeting(pair) as (one, two):
        await greeted(one)
        assert one.service.name_at("TWO", ADDRESSES["TWO"]) == "TWO"
        two.service.holder._name = "SQL"
        await greeted(one)
        assert one.service.name_at("TWO", ADDRESSES["TWO"]) is None


async def test_ports_that_could_not_even_be_opened_can_be_held_later(monkeypatch: pytest.MonkeyPatch) -> None:
    async with meeting(pair) as (one, two):
        far, port = await greeted(one), some_port()
        open_ports = two.listeners.open

        async def no_thread(*_: object) -> dict[int, Grant]:
            raise RuntimeError("can't start new thread")

        monkeypatch.setattr(two.listeners, "open", no_thread)
        lease = await far.hold([port])
        assert lease
        assert lease.grants[port].holding is Holding.FAILED
        monkeypatch.setattr(two.listeners, "open", open_ports)
        lease = await far.hold([port])
        assert lease
        assert lease.grants[port].holding is Holding.HELD


async def test_many_reports_at_once_take_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    async with meeting(pair) as (one, _):
        far, port = await greeted(one), some_port()
        lease = await far.hold([port])
        assert lease
        reading, alone = threading.Lock(), list[bool]()
        read = tcptable.fresh

        def slow() -> TcpTable | None:
            alone.append(reading.acquire(blocking=False))
            try:
                return read()
            finally:
                reading.release()

        monkeypatch.setattr(door, "fresh", slow)
        told = await asyncio.gather(*(far.report(lease, [Asked(port, 50_000)]) for _ in range(20)))
        assert [each and each.reported.found for each in told] == [{port: Found.NONE}] * 20
        assert all(alone)
        assert len(alone) < 10
