"""What a round remembers for the next."""

from agent.survey.memory import CONTROLS, Memory
from probes.state import State
from tests.agent.seen import PEER, outcome

OTHER = "192.0.2.22"


def noted(*seen: tuple[int, State]) -> Memory:
    memory = Memory()
    for port, state in seen:
        memory.note(PEER, outcome(state, port))
    return memory


def test_the_port_that_answered_last_is_the_control() -> None:
    memory = noted((1433, State.OPEN), (50000, State.OPEN))
    assert memory.control(PEER, but=135) == 50000
    assert memory.control(PEER, but=50000) == 1433


def test_a_port_is_no_control_of_its_own() -> None:
    """The endpoint mapper answers in every round; another port did once. That one is the control."""
    memory = noted((50000, State.OPEN), (135, State.OPEN), (135, State.OPEN))
    assert memory.control(PEER, but=135) == 50000
    assert noted((135, State.OPEN)).control(PEER, but=135) is None


def test_a_port_that_never_answered_is_no_control() -> None:
    assert noted((1433, State.FILTERED), (50000, State.CLOSED)).control(PEER, but=135) is None


def test_a_port_that_refuses_is_a_control_no_more() -> None:
    assert noted((1433, State.OPEN), (1433, State.CLOSED)).control(PEER, but=135) is None


def test_a_port_that_fell_silent_is_the_last_choice() -> None:
    memory = noted((1433, State.OPEN), (50000, State.OPEN), (50000, State.FILTERED))
    assert memory.control(PEER, but=135) == 1433
    assert memory.control(PEER, but=1433) == 50000


def test_another_address_is_another_matter() -> None:
    memory = noted((1433, State.OPEN))
    assert memory.control(OTHER, but=135) is None


def test_only_so_many_are_remembered() -> None:
    memory = noted(*((port, State.OPEN) for port in range(100)))
    assert memory.controls[PEER] == list(range(100 - CONTROLS, 100))


def test_addresses_that_are_gone_are_forgotten() -> None:
    memory = noted((1433, State.OPEN))
    memory.silence(PEER, 135)
    memory.silence(OTHER, 135)
    memory.samples[PEER] = {}
    memory.keep({OTHER})
    assert (memory.controls, memory.samples) == ({}, {})
    assert list(memory.silences) == [(OTHER, 135)]


def test_a_silence_is_remembered_by_address_and_port() -> None:
    memory = Memory()
    assert memory.silence(PEER, 135) is memory.silence(PEER, 135)
    assert memory.silence(PEER, 135) is not memory.silence(OTHER, 135)
