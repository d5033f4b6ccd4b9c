"""Whether a link is down is asked of the system only where nothing came back, and not for each of many."""

import pytest

from probes import link
from probes.classify import CONNECTED, DEADLINE, Evidence, conclude
from probes.link import FRESH, MOST, Links, is_unplugged
from probes.outcome import Target
from probes.state import State

HERE, THERE = Target("192.0.2.1", 135), Target("192.0.2.2", 135)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Target]:
    """Whom the system was asked about; it says of everybody that there is no link."""
    found: list[Target] = []

    def no_link(target: Target) -> bool:
        found.append(target)
        return True

    monkeypatch.setattr(link, "is_unplugged", no_link)
    return found


def silence(target: Target) -> Evidence:
    return Evidence(target, None, 3.0, DEADLINE)


def test_it_is_asked_once_for_a_wave_and_again_for_the_next(asked: list[Target]) -> None:
    now = [100.0]
    links = Links(lambda: now[0])
    for target in (HERE, HERE._replace(port=136), THERE, HERE):
        assert links.looked_at(silence(target)).unplugged
    assert asked == [HERE, THERE]
    now[0] += FRESH
    links.looked_at(silence(HERE))
    assert asked == [HERE, THERE, HERE]


def test_it_does_not_remember_without_end(asked: list[Target]) -> None:
    links = Links(lambda: 100.0)
    for number in range(MOST + 1):
        links.looked_at(silence(Target(f"198.51.100.{number % 250}", 135, source=str(number))))
    links.looked_at(silence(Target("198.51.100.0", 135, source="0")))
    assert len(asked) == MOST + 2


def test_an_answer_is_an_answer(asked: list[Target]) -> None:
    links = Links(lambda: 100.0)
    assert not links.looked_at(Evidence(HERE, None, 0.1, CONNECTED)).unplugged
    assert links.looked_at(Evidence(HERE, None, 0.1, 113, ours=True)).unplugged
    assert asked == [HERE]


def test_silence_without_a_link_is_a_fault_of_ours() -> None:
    seen = silence(HERE)
    assert conclude(seen, 0.0).state is State.FILTERED
    assert conclude(seen._replace(unplugged=True), 0.0).state is State.LOCAL_FAULT


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "no address", "2001:db8::1%nowhere"])
def test_where_there_is_a_link_or_nobody_can_say_there_is_one(address: str) -> None:
    assert not is_unplugged(Target(address, 135))
    assert not is_unplugged(Target(address, 135, source="127.0.0.1"))
