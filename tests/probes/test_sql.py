"""PRELOGIN with servers in the shapes of real ones, and with those that are none."""

import pytest

from probes.engine.engine import Engine
from probes.outcome import Outcome
from probes.registry import Kind
from probes.state import Phase, State
from probes.wire.tds import Encryption, Prelogin, hello
from probes.wire.tds_packet import PacketType
from probes.wire.tds_words import encryption_words, version_words
from tests.fakes import stubborn
from tests.fakes.door import Left
from tests.fakes.meeting import meet
from tests.fakes.sql import ANSWERS, V2019, Shape, treatment

WORDS = {
    Shape.SQL_2019: ("SQL Server 2019, 15.0.4430", "encryption available, not required"),
    Shape.SQL_2022: ("SQL Server 2022, 16.0.4175", "encryption on"),
    Shape.REQUIRES: ("SQL Server 2019, 15.0.4430", "encryption required"),
    Shape.BACKWARDS: ("SQL Server 2019, 15.0.4430", "encryption available, not required"),
    Shape.CHATTY: ("SQL Server 2019, 15.0.4430", "encryption available, not required"),
}
ENDS = {
    Shape.STRICT: (State.RESET, Phase.REPLY),
    Shape.LOGIN: (State.GARBLED, Phase.REPLY),
    Shape.LIES: (State.GARBLED, Phase.DECODE),
    Shape.LONG: (State.GARBLED, Phase.REPLY),
    Shape.CUT: (State.HUNG_UP, Phase.REPLY),
}


def answer(outcome: Outcome) -> Prelogin:
    assert (outcome.state, outcome.phase) == (State.OPEN, Phase.DONE)
    assert isinstance(outcome.answer, Prelogin)
    return outcome.answer


def test_every_shape_is_met() -> None:
    assert set(Shape) == set(WORDS) | set(ENDS) | {Shape.SPARSE} == set(ANSWERS) | {Shape.STRICT}


@pytest.mark.parametrize("shape", WORDS)
async def test_what_a_server_says_of_itself(engine: Engine, shape: Shape) -> None:
    outcome, caller = await meet(engine, treatment(shape), Kind.PRELOGIN)
    said = answer(outcome)
    assert said.version is not None
    assert said.encryption is not None
    assert (version_words(said.version), encryption_words(said.encryption)) == WORDS[shape]
    assert caller.left is Left.FIN


async def test_a_server_of_few_words(engine: Engine) -> None:
    outcome, _ = await meet(engine, treatment(Shape.SPARSE), Kind.PRELOGIN)
    assert answer(outcome) == Prelogin(V2019)


@pytest.mark.parametrize("shape", ENDS)
async def test_whoever_is_no_such_server_has_its_state(engine: Engine, shape: Shape) -> None:
    outcome, caller = await meet(engine, treatment(shape), Kind.PRELOGIN)
    assert (outcome.state, outcome.phase, outcome.answer) == (*ENDS[shape], None)
    assert caller.left is Left.FIN or shape is Shape.STRICT


@pytest.mark.parametrize("shape", Shape)
async def test_prelogin_is_all_that_is_ever_said(engine: Engine, shape: Shape) -> None:
    """Anything else would be logged as an error of severity 20 by a real one, or be an attempt to log in."""
    _, caller = await meet(engine, treatment(shape), Kind.PRELOGIN)
    assert bytes(caller.heard) == hello()
    asked = Prelogin.decode(bytes(caller.heard), PacketType.PRELOGIN)
    assert (asked.encryption, asked.instance) == (Encryption.OFF, "")


async def test_nothing_more_is_said_to_whoever_speaks_first(engine: Engine) -> None:
    _, caller = await meet(engine, stubborn.treatment(stubborn.Manner.SSH), Kind.PRELOGIN)
    assert bytes(caller.heard) == hello()
