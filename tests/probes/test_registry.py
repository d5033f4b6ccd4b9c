"""One way to knock of each kind."""

import pytest

from probes.engine.engine import Engine
from probes.epm import Consultation, Registered
from probes.registry import PROBES, Kind, knock
from probes.state import Phase, State
from probes.wire.tds import Prelogin
from tests.fakes import browser, sql, stubborn
from tests.fakes.door import Caller, Left, Treatment
from tests.fakes.mapper import Mapper
from tests.fakes.meeting import meet
from tests.probes.engine.doors import at

OVER_TCP = [Kind.CONNECT, Kind.MAPPER, Kind.PRELOGIN, Kind.PROOF]
PROOF = bytes(range(16))


async def held(caller: Caller) -> None:
    await caller.say(PROOF)


FAKES: dict[Kind, tuple[Treatment, object, type]] = {
    Kind.CONNECT: (stubborn.treatment(stubborn.Manner.MUTE), None, type(None)),
    Kind.MAPPER: (Mapper().treat, Consultation(), Registered),
    Kind.PRELOGIN: (sql.treatment(sql.Shape.SQL_2019), None, Prelogin),
    Kind.PROOF: (held, PROOF, type(None)),
}


def test_every_kind_has_its_probe() -> None:
    assert set(PROBES) == set(Kind) == {*OVER_TCP, Kind.BROWSER} == {*FAKES, Kind.BROWSER}


@pytest.mark.parametrize("kind", OVER_TCP)
async def test_every_kind_is_done_with_its_own_answer(engine: Engine, kind: Kind) -> None:
    treat, question, answer = FAKES[kind]
    outcome, caller = await meet(engine, treat, kind, question)
    assert (outcome.state, outcome.phase, type(outcome.answer)) == (State.OPEN, Phase.DONE, answer)
    assert caller.left is Left.FIN


@pytest.mark.parametrize("kind", [Kind.CONNECT, Kind.PROOF])
async def test_what_only_listens_says_nothing(engine: Engine, kind: Kind) -> None:
    _, caller = await meet(engine, held, kind, PROOF)
    assert not caller.heard


@pytest.mark.parametrize("kind", OVER_TCP)
async def test_whatever_is_asked_a_closed_door_is_closed(engine: Engine, closed: int, kind: Kind) -> None:
    outcome = await knock(engine, at(closed), kind, FAKES[kind][1])
    assert (outcome.state, outcome.phase, outcome.answer) == (State.CLOSED, Phase.CONNECT, None)


async def test_the_one_that_has_no_connection(engine: Engine) -> None:
    async with browser.browsing() as (_, port):
        outcome = await knock(engine, at(port), Kind.BROWSER, "SSO")
    assert (outcome.state, outcome.phase, outcome.answer) == (State.OPEN, Phase.DONE, browser.SSO)
