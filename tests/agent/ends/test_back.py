"""`once --both`: an agent is asked to probe back, asked again until it is done, and believed what it says itself."""

from collections import Counter

from agent.ends.back import EVERY, LONGEST, PATIENCE, Back
from agent.ground.path import Check
from agent.inbound.inbox import Inbox
from agent.inbound.numbers import CHECKS, VERDICTS
from agent.judge.result import Result
from agent.judge.verdict import Verdict
from agent.rendezvous.question import Done
from probes.wire.rendezvous.frame import Frame, Kind
from probes.wire.rendezvous.states import Accepted, PathState, ProbeBack, States, Willing
from tests.agent.inbound.saying import inbound
from tests.held import HeldClock

EPM, RANGE = CHECKS[Check.EPM], CHECKS[Check.RPC_RANGE]
REACHABLE = PathState(EPM, VERDICTS[Verdict.REACHABLE], 0, 2, 1, settled=True)


class FarAgents:
    """Answers as it is told: by address what becomes of a wish, by check one state after the other."""

    def __init__(self, willing: dict[str, Accepted | None], states: dict[int, list[PathState | None]]) -> None:
        self.willing = willing
        self.states = states
        self.asked: Counter[str] = Counter()

    def port_towards(self, peer: str, address: str) -> int | None:
        return 50_505

    def name_at(self, peer: str, address: str) -> str | None:
        return "BTS01"

    async def ask(self, peer: str, address: str, kind: Kind, body: bytes = b"") -> Done:
        self.asked[f"{kind.name} {address}"] += 1
        if kind is Kind.PROBE_BACK:
            assert ProbeBack.decode(body).port == 50_505
            return _done(self.willing[address])
        states = self.states[States.decode(body).check]
        return _done(states.pop(0) if len(states) > 1 else states[0])


def _done(answer: Accepted | PathState | None) -> Done:
    frame = None if answer is None else Frame(1, Kind.STATE, "BTS01", "MSS", bytes(16), answer.encode())
    return Done(1, frame, 1, 0.0)


class Person:
    """Waits at MSS for what BTS01 finds."""

    def __init__(self, agents: FarAgents) -> None:
        self.clock = HeldClock()
        self.found: list[Result] = []
        self.words: list[str] = []
        inbox = Inbox([inbound(Check.EPM), inbound(Check.RPC_RANGE)], ["MSS"], 300.0)
        self.back = Back(agents, "MSS", inbox, self.found.append, self.clock, self.words.append)

    async def wait(self, *addresses: str) -> float:
        """Seconds."""
        began = self.clock.monotonic()
        await self.clock.run(self.back.ask({"BTS01": addresses}))
        return self.clock.monotonic() - began


async def test_what_it_finds_is_shown_and_asked_for_until_it_is_settled() -> None:
    unsettled = PathState(RANGE, 0, 0, 0, None)
    shut = PathState(RANGE, VERDICTS[Verdict.BLOCKED], 1, 3, 4, settled=True, blocked=((49_152, 65_535),))
    agents = FarAgents(
        {"192.0.2.11": Accepted(Willing.YES, (EPM, RANGE))}, {EPM: [REACHABLE], RANGE: [unsettled, unsettled, shut]}
    )
    person = Person(agents)
    assert await person.wait("192.0.2.11") == 2 * EVERY
    assert [(each.path.check, each.verdict) for each in person.found] == [
        (Check.EPM, Verdict.REACHABLE),
        (Check.RPC_RANGE, Verdict.BLOCKED),
    ]
    assert agents.asked["STATES 192.0.2.11"] == 1 + 3


async def test_the_address_that_answers_is_asked() -> None:
    agents = FarAgents({"a": None, "b": Accepted(Willing.YES, (EPM,)), "c": None}, {EPM: [REACHABLE]})
    person = Person(agents)
    await person.wait("a", "b", "c")
    assert agents.asked == {"PROBE_BACK a": 1, "PROBE_BACK b": 1, "STATES b": 1}
    assert len(person.found) == 1


async def test_nobody_answers_and_that_is_said() -> None:
    person = Person(FarAgents({"a": None}, {}))
    await person.wait("a")
    assert person.found == []
    assert "no agent answers" in person.words[0]


async def test_whoever_plans_nothing_is_not_waited_for() -> None:
    person = Person(FarAgents({"a": Accepted(Willing.NOT_PLANNED)}, {}))
    assert await person.wait("a") == 0
    assert "nothing to ask of this host" in person.words[0]


async def test_one_that_falls_silent_is_not_waited_for_for_ever() -> None:
    agents = FarAgents({"a": Accepted(Willing.YES, (EPM,))}, {EPM: [None]})
    await Person(agents).wait("a")
    assert agents.asked["STATES a"] == PATIENCE


async def test_one_that_never_comes_to_an_end_is_left_after_a_time() -> None:
    agents = FarAgents({"a": Accepted(Willing.YES, (RANGE,))}, {RANGE: [PathState(RANGE, 0, 0, 0, None)]})
    assert LONGEST <= await Person(agents).wait("a") <= LONGEST + EVERY
