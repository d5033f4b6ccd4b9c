"""When names are asked for, and that nothing waits for them."""

import pytest

from agent.found.finding import Finding, Kind
from agent.survey.called import Peer
from agent.survey.naming import AT_ONCE, HOUR, Naming, names_of
from probes.resolve import Answer
from tests.held import HeldClock

HERE = "192.0.2.21"
LONG = "mss.contoso.test"
MSS = Peer("MSS", (LONG,))
TIMEOUT = 3.0


def unbroken(error: Exception) -> None:
    raise error


class Service:
    """A name service on a held clock: `known` has names and addresses; what it has not, there is not."""

    def __init__(self, **known: str) -> None:
        self.clock = HeldClock()
        self.known = {LONG: HERE, **known}
        self.asked: list[tuple[float, str]] = []
        self.hung: set[str] = set()
        self.under_way = self.most = 0
        self._began = self.clock.monotonic()

    async def look_up(self, name: str, timeout: float) -> Answer:
        return await self._answer(name, timeout)

    async def reverse(self, address: str, timeout: float) -> Answer:
        return await self._answer(address, timeout)

    async def _answer(self, asked: str, timeout: float) -> Answer:
        self.asked.append((self.now, asked))
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        try:
            await self.clock.sleep(timeout if asked in self.hung else 0.01)
        finally:
            self.under_way -= 1
        found = self.known.get(asked)
        if asked in self.hung or found is None:
            return Answer(asked, (), 0.0, "none", denied=asked not in self.hung)
        return Answer(asked, (found,), 0.0)

    @property
    def now(self) -> float:
        return self.clock.monotonic() - self._began

    def naming(self, *peers: Peer) -> Naming:
        return Naming(peers, self, TIMEOUT, self.clock)


def kinds(findings: tuple[Finding, ...]) -> list[tuple[str, Kind]]:
    return [(each.peer, each.kind) for each in findings]


async def test_names_first_then_the_addresses_they_gave() -> None:
    service = Service(mss="192.0.2.99")
    asked: list[str] = []

    async def look_up(name: str) -> Answer:
        asked.append(f"name {name}")
        return await service.look_up(name, TIMEOUT)

    async def reverse(address: str) -> Answer:
        asked.append(f"address {address}")
        return await service.reverse(address, TIMEOUT)

    work = names_of(MSS, look_up, reverse)
    (found,) = await service.clock.run(work)
    assert asked == [f"name {LONG}", "name mss", f"address {HERE}"]
    assert found.kind == Kind.NAMES_DISAGREE


async def test_once_waits_for_what_is_nearly_there() -> None:
    service = Service()
    naming = service.naming(MSS)

    async def once() -> None:
        async with naming.meanwhile(unbroken):
            assert naming.findings == ()

    await service.clock.run(once())
    assert kinds(naming.findings) == [("MSS", Kind.SHORT_NAME_UNRESOLVED)]
    assert service.now == pytest.approx(0.02)


async def test_once_waits_no_longer_than_one_look_up_and_keeps_what_is_known() -> None:
    service = Service()
    service.known["sql01.test"] = HERE
    service.hung = {"sql01.test", "sql01"}
    naming = service.naming(Peer("SQL01", ("sql01.test", HERE)), MSS)

    async def once() -> None:
        async with naming.meanwhile(unbroken):
            await service.clock.sleep(1.0)

    await service.clock.run(once())
    assert service.now == TIMEOUT
    assert kinds(naming.findings) == [("MSS", Kind.SHORT_NAME_UNRESOLVED)]
    assert service.under_way == 0


async def test_once_does_not_wait_when_the_rounds_took_long_enough() -> None:
    service = Service()
    service.hung = {HERE}
    naming = service.naming(MSS)

    async def once() -> None:
        async with naming.meanwhile(unbroken):
            await service.clock.sleep(TIMEOUT)

    await service.clock.run(once())
    assert service.now == TIMEOUT


async def test_a_broken_round_is_not_held_up() -> None:
    service = Service()
    service.hung = {LONG}

    async def once() -> None:
        async with service.naming(MSS).meanwhile(unbroken):
            await service.clock.sleep(0.5)
            raise LookupError

    with pytest.raises(LookupError):
        await service.clock.run(once())
    assert service.now == 0.5
    assert service.under_way == 0


async def test_the_agent_asks_at_once_and_every_hour() -> None:
    service = Service()
    naming = service.naming(MSS)
    async with naming.hourly(unbroken):
        await service.clock.advance(1.0)
        assert kinds(naming.findings) == [("MSS", Kind.SHORT_NAME_UNRESOLVED)]
        service.known["mss"] = HERE
        await service.clock.advance(HOUR - 2.0)
        assert kinds(naming.findings) == [("MSS", Kind.SHORT_NAME_UNRESOLVED)]
        await service.clock.advance(2.0)
        assert naming.findings == ()
    assert [at for at, asked in service.asked if asked == LONG] == [0.0, HOUR]
    await service.clock.advance(2 * HOUR)
    assert len([asked for _, asked in service.asked if asked == LONG]) == 2


async def test_a_fault_of_our_own_with_one_peer_is_told_and_costs_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    service = Service()
    told: list[Exception] = []
    answer = service.look_up

    async def look_up(name: str, timeout: float) -> Answer:
        if name == "bad.test":
            raise ZeroDivisionError
        return await answer(name, timeout)

    monkeypatch.setattr(service, "look_up", look_up)
    naming = service.naming(Peer("BAD", ("bad.test",)), MSS)
    async with naming.hourly(told.append):
        await service.clock.advance(HOUR + 1.0)
        assert kinds(naming.findings) == [("MSS", Kind.SHORT_NAME_UNRESOLVED)]
    assert [type(error) for error in told] == [ZeroDivisionError, ZeroDivisionError]


async def test_only_so_many_look_ups_at_once() -> None:
    service = Service()
    peers = [Peer(f"BTS{number}", (f"bts{number}.test",)) for number in range(100)]

    async def once() -> None:
        async with service.naming(*peers).meanwhile(unbroken):
            pass

    await service.clock.run(once())
    assert service.most == AT_ONCE
    assert len(service.asked) == 200


async def test_nobody_to_ask_about() -> None:
    service = Service()

    async def once() -> None:
        async with service.naming().meanwhile(unbroken):
            pass

    await service.clock.run(once())
    assert service.now == 0.0
