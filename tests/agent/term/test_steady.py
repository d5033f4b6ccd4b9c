"""The agents of peers, as a round meets them while our own end is replaced: nobody is taken to be silent for it."""

import asyncio
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import cast

import pytest

from agent.ends.ends import Ends
from agent.survey.range.far import Far, Greet, Lease, Silent, Told
from agent.term.steady import TRIES, Steady, SteadyFar
from probes.wire.rendezvous.messages import Admission, Asked, Reported
from tests.held import let_run

LEASE = Lease(b"id", {}, 5.0)
TOLD = Told(Reported(True, "192.0.2.21", Admission.UNKNOWN, None, {}))


class Place:
    """What of ours is open, as one configuration has it: it meets everybody, or answers as it is told to."""

    def __init__(self, name: str, order: list[str], *, answers: bool = True) -> None:
        self.name = name
        self.order = order
        self.answers = answers
        self.going = asyncio.Event()
        self.going.set()

    @property
    def ends(self) -> Ends:
        return cast(Ends, self)

    def greet_for(self, peer: str) -> Greet:
        async def greet(address: str) -> Far | Silent:
            self.order.append(f"{self.name} greets {peer} at {address}")
            await self.going.wait()
            return self if self.answers else Silent.NO_ANSWER

        return greet

    async def hold(self, ports: Sequence[int]) -> Lease | None:
        return LEASE if await self._does("holds") else None

    async def renew(self, lease: Lease) -> Lease | None:
        return LEASE if await self._does("renews") else None

    async def report(self, lease: Lease, asked: Sequence[Asked]) -> Told | None:
        return TOLD if await self._does("reports") else None

    async def _does(self, what: str) -> bool:
        self.order.append(f"{self.name} {what}")
        await self.going.wait()
        return self.answers

    def closes(self) -> None:
        """Whoever waits has no answer."""
        self.answers = False
        self.going.set()


class Bench:
    """Two configurations, one after the other."""

    def __init__(self) -> None:
        self.order: list[str] = []
        self.steady = Steady()
        self.first, self.second = Place("first", self.order), Place("second", self.order)
        self.steady.opened(self.first.ends)

    async def met(self) -> SteadyFar:
        far = await self.steady.greet_for("MSS")("192.0.2.21")
        assert isinstance(far, SteadyFar)
        self.order.clear()
        return far

    def switch(self, to: Ends | None) -> None:
        self.steady.closing()
        self.first.closes()
        self.steady.opened(to)


@pytest.fixture
def bench() -> Bench:
    return Bench()


async def test_as_long_as_nothing_changes_it_is_as_if_it_were_not_there(bench: Bench) -> None:
    far = await bench.steady.greet_for("MSS")("192.0.2.21")
    assert isinstance(far, SteadyFar)
    lease = await far.hold([1])
    assert lease is not None
    assert await far.renew(lease) == LEASE
    assert await far.report(lease, []) == TOLD
    assert bench.order == ["first greets MSS at 192.0.2.21", "first holds", "first renews", "first reports"]


async def test_a_greeting_while_nothing_is_open_waits_and_then_meets_by_what_is_new(bench: Bench) -> None:
    bench.steady.closing()
    greeting = asyncio.ensure_future(bench.steady.greet_for("MSS")("192.0.2.21"))
    await let_run()
    assert (greeting.done(), bench.order) == (False, [])
    bench.steady.opened(bench.second.ends)
    assert isinstance(await greeting, SteadyFar)
    assert bench.order == ["second greets MSS at 192.0.2.21"]


async def test_a_greeting_that_is_cut_off_by_ourselves_is_made_again_and_is_no_silence(bench: Bench) -> None:
    bench.first.going.clear()
    greeting = asyncio.ensure_future(bench.steady.greet_for("MSS")("192.0.2.21"))
    await let_run()
    bench.steady.closing()
    bench.first.closes()
    await let_run()
    assert not greeting.done()
    bench.steady.opened(bench.second.ends)
    assert isinstance(await greeting, SteadyFar)
    assert bench.order[-1] == "second greets MSS at 192.0.2.21"


async def test_who_really_does_not_answer_is_silent(bench: Bench) -> None:
    bench.first.answers = False
    assert await bench.steady.greet_for("MSS")("192.0.2.21") is Silent.NO_ANSWER


Ask = Callable[[SteadyFar], "asyncio.Task[Lease | None] | asyncio.Task[Told | None]"]
ASKS: list[tuple[str, Ask]] = [
    ("holds", lambda far: asyncio.create_task(far.hold([1]))),
    ("reports", lambda far: asyncio.create_task(far.report(LEASE, []))),
]


@pytest.mark.parametrize(("does", "ask"), ASKS)
async def test_an_agent_that_was_met_before_is_met_anew_once(bench: Bench, does: str, ask: Ask) -> None:
    far = await bench.met()
    bench.switch(bench.second.ends)
    assert await ask(far) is not None
    assert await ask(far) is not None
    assert bench.order == ["second greets MSS at 192.0.2.21", f"second {does}", f"second {does}"]


@pytest.mark.parametrize(("does", "ask"), ASKS)
async def test_what_is_cut_off_by_ourselves_is_asked_again(bench: Bench, does: str, ask: Ask) -> None:
    far = await bench.met()
    bench.first.going.clear()
    asked = ask(far)
    await let_run()
    bench.steady.closing()
    bench.first.closes()
    await let_run()
    assert not asked.done()
    bench.steady.opened(bench.second.ends)
    assert await asked is not None
    assert bench.order == [f"first {does}", "second greets MSS at 192.0.2.21", f"second {does}"]


async def test_a_lease_is_not_renewed_by_whom_it_was_not_granted_to(bench: Bench) -> None:
    """The far end may be another one by now: it would hold anew, and call a lease unbroken that was not."""
    far = await bench.met()
    lease = await far.hold([1])
    assert lease is not None
    bench.switch(bench.second.ends)
    assert await far.renew(lease) is None
    await far.hold([2])  # met anew
    assert "second renews" not in bench.order


async def test_nor_while_nothing_is_open(bench: Bench) -> None:
    far = await bench.met()
    bench.steady.closing()
    assert await far.renew(LEASE) is None
    assert bench.order == []


async def test_without_a_key_any_more_nobody_is_there_to_be_asked(bench: Bench) -> None:
    far = await bench.met()
    bench.switch(None)
    assert await far.hold([1]) is None
    assert await far.report(LEASE, []) is None
    assert await far.renew(LEASE) is None
    assert await bench.steady.greet_for("MSS")("192.0.2.21") is Silent.NO_KEY
    assert bench.order == []


async def test_who_does_not_answer_the_new_greeting_gives_no_answer(bench: Bench) -> None:
    far = await bench.met()
    bench.second.answers = False
    bench.switch(bench.second.ends)
    assert await far.hold([1]) is None
    assert bench.order == ["second greets MSS at 192.0.2.21"]


async def test_who_never_answers_holds_up_no_round_however_often_a_configuration_comes(bench: Bench) -> None:
    """A greeting in vain takes seconds, and each of these comes sooner."""
    places = [Place(f"{number}", bench.order) for number in range(10)]
    for place in places:
        place.going.clear()
    bench.switch(places[0].ends)
    greeting = asyncio.ensure_future(bench.steady.greet_for("MSS")("192.0.2.21"))
    for before, after in pairwise(places):
        await let_run()
        bench.steady.closing()
        before.closes()
        bench.steady.opened(after.ends)
    await let_run()
    assert greeting.done()
    assert await greeting is Silent.NO_ANSWER
    assert len(bench.order) == TRIES
