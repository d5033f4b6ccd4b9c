"""Asking SQL Browser: what it answers, and what its silence is not."""

import socket
import sys

import pytest

from probes.browser import TRIES, probe
from probes.engine.engine import Engine
from probes.outcome import Outcome, Target
from probes.state import Phase, State
from probes.wire.ssrp import Instance
from tests.fakes.browser import PIPES_ONLY, SSO, Manner, browsing
from tests.fakes.meeting import BRIEF, sockets
from tests.probes.engine.conftest import turns
from tests.probes.engine.doors import LONG

ONE, ALL = b"\x04SSO\x00", b"\x03"


async def ask(engine: Engine, target: Target, name: str = "SSO") -> Outcome:
    """The outcome; and nothing stays open."""
    before = sockets()
    outcome = await probe(engine, target, name)
    await turns()
    assert sockets() == before
    return outcome


async def ask_one(
    engine: Engine, manner: Manner, name: str = "SSO", patience: float = LONG
) -> tuple[Outcome, list[bytes]]:
    """The outcome, and what the browser was asked."""
    async with browsing(manner) as (fake, port):
        return await ask(engine, Target("127.0.0.1", port, patience), name), fake.asked


async def test_one_question_is_enough_for_a_proper_browser(engine: Engine) -> None:
    outcome, asked = await ask_one(engine, Manner.PROPER)
    assert (outcome.state, outcome.phase, outcome.answer) == (State.OPEN, Phase.DONE, SSO)
    assert asked == [ONE]


@pytest.mark.parametrize(("name", "instance"), [("sso", SSO), ("PIPES", PIPES_ONLY)])
async def test_whatever_its_letters_and_protocols(engine: Engine, name: str, instance: Instance) -> None:
    outcome, _ = await ask_one(engine, Manner.PROPER, name)
    assert outcome.answer == instance


async def test_what_is_lost_is_asked_again(engine: Engine) -> None:
    outcome, asked = await ask_one(engine, Manner.LOSES_FIRST, patience=4 * BRIEF)
    assert (outcome.state, outcome.answer, asked) == (State.OPEN, SSO, [ONE, ONE])


async def test_a_browser_that_hides_it_may_name_it_among_all(engine: Engine) -> None:
    outcome, asked = await ask_one(engine, Manner.ONLY_ALL, patience=4 * BRIEF)
    assert (outcome.state, outcome.answer) == (State.OPEN, SSO)
    assert asked == [ONE] * TRIES + [ALL]


async def test_an_answer_without_the_instance_is_an_answer(engine: Engine) -> None:
    outcome, _ = await ask_one(engine, Manner.PROPER, "NONE", 4 * BRIEF)
    assert (outcome.state, outcome.phase, outcome.answer) == (State.OPEN, Phase.DONE, None)


async def test_an_answer_about_another_instance_is_not_taken_for_this_one(engine: Engine) -> None:
    outcome, _ = await ask_one(engine, Manner.ANOTHER)
    assert (outcome.state, outcome.answer) == (State.OPEN, SSO)


async def test_silence_is_no_refusal(engine: Engine) -> None:
    outcome, asked = await ask_one(engine, Manner.SILENT, patience=BRIEF)
    assert (outcome.state, outcome.phase, outcome.answer) == (State.FILTERED, Phase.REPLY, None)
    assert asked == [ONE] * TRIES + [ALL] * TRIES


@pytest.mark.parametrize("manner", [Manner.GARBAGE, Manner.EMPTY, Manner.OVERSIZE])
async def test_an_answer_in_another_protocol(engine: Engine, manner: Manner) -> None:
    outcome, asked = await ask_one(engine, manner)
    assert (outcome.state, outcome.phase, outcome.answer) == (State.GARBLED, Phase.REPLY, None)
    assert asked == [ONE]


@pytest.mark.parametrize(
    ("manner", "state", "patience"),
    [(Manner.ELSEWHERE, State.FILTERED, BRIEF), (Manner.IMPOSTOR, State.OPEN, LONG), (Manner.TWICE, State.OPEN, LONG)],
)
async def test_nobody_else_is_heard(engine: Engine, manner: Manner, state: State, patience: float) -> None:
    outcome, _ = await ask_one(engine, manner, patience=patience)
    assert (outcome.state, outcome.answer) == (state, SSO if state is State.OPEN else None)


@pytest.mark.skipif(sys.platform == "win32", reason="a socket there hears of it in another way")
async def test_a_port_without_a_browser_is_closed(engine: Engine) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as taken, socket.socket(type=socket.SOCK_DGRAM) as other:
        taken.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        taken.connect(other.getsockname())  # it hears that one only: whoever else asks is told that nobody is there
        outcome = await ask(engine, Target("127.0.0.1", taken.getsockname()[1], BRIEF))
    assert (outcome.state, outcome.answer, outcome.detail) == (State.CLOSED, None, "port unreachable (ICMP)")


@pytest.mark.parametrize("address", ["192.0.2.1", "::1", "fe80::1%nothing"])
async def test_a_source_that_is_not_ours_is_a_fault_of_ours(engine: Engine, address: str) -> None:
    outcome = await ask(engine, Target(address, 1434, BRIEF, "192.0.2.77"))
    assert (outcome.state, outcome.answer) == (State.LOCAL_FAULT, None)


async def test_a_name_that_nobody_can_ask_for(engine: Engine) -> None:
    with pytest.raises(ValueError, match="1 to 32"):
        await ask(engine, Target("127.0.0.1", 1434, BRIEF), "x" * 33)
