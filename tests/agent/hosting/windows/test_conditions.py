"""What Windows says of a service, in our words."""

import pytest

from agent.hosting.manager import ServiceState
from agent.hosting.windows.conditions import FAILURES, Failure, ended, state_of


@pytest.mark.parametrize(
    ("state", "code", "found"),
    [
        (1, 0, ServiceState.STOPPED),
        (1, 1077, ServiceState.STOPPED),
        (1, 1066, ServiceState.FAILED),
        (1, 1067, ServiceState.FAILED),
        (2, 0, ServiceState.STARTING),
        (3, 0, ServiceState.STOPPING),
        (4, 0, ServiceState.RUNNING),
        (4, 1067, ServiceState.RUNNING),
        (99, 0, ServiceState.STOPPED),
    ],
)
def test_how_it_is(state: int, code: int, found: ServiceState) -> None:
    assert state_of(state, code) is found


@pytest.mark.parametrize(
    ("code", "specific", "words"),
    [
        (0, 0, "it ended well"),
        (1066, 1, "its configuration, or what that names, cannot be used (service-specific error 1)"),
        (1066, 99, "a reason of its own (service-specific error 99)"),
        (1069, 0, "its account could not log on: its password, or the right to log on as a service (error 1069)"),
        (31, 0, "Windows says no more (error 31)"),
    ],
)
def test_how_it_ended(code: int, specific: int, words: str) -> None:
    assert ended(code, specific) == words


def test_each_failure_of_its_own_has_words() -> None:
    assert set(FAILURES) == set(Failure)
    assert [int(each) for each in Failure] == [1, 2, 3, 4, 5]
