"""When silence is taken for a device that shuns us."""

from collections.abc import Sequence

import pytest

from agent.survey.shun import TIMES, heard


class Ports:
    """`answers`: in which turn which port does."""

    def __init__(self, *answers: Sequence[int]) -> None:
        self.answers = answers
        self.asked = 0
        self.waited = 0

    async def are_silent(self, ports: Sequence[int]) -> list[bool]:
        self.asked += 1
        turn = self.answers[self.asked - 1] if self.asked <= len(self.answers) else ()
        return [port not in turn for port in ports]

    async def wait(self) -> None:
        self.waited += 1


async def test_two_ports_that_stay_silent_again_and_again() -> None:
    ports = Ports()
    assert await heard([135, 49700], ports.are_silent, ports.wait) == []
    assert (ports.asked, ports.waited) == (TIMES, TIMES - 1)


@pytest.mark.parametrize("turn", range(TIMES))
@pytest.mark.parametrize("answer", [[135], [49700], [135, 49700]])
async def test_whoever_answers_ends_it(turn: int, answer: list[int]) -> None:
    ports = Ports(*[[]] * turn, answer)
    assert await heard([135, 49700], ports.are_silent, ports.wait) == answer
    assert (ports.asked, ports.waited) == (turn + 1, turn)


async def test_it_may_take_more_turns() -> None:
    ports = Ports()
    assert await heard([135, 49700], ports.are_silent, ports.wait, 5) == []
    assert ports.asked == 5
