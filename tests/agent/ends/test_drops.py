"""What the log says of dropped datagrams: why, what to compare, and not too often."""

from collections import Counter

import pytest

from agent.ends.drops import HUSH, WORDS, Drops
from probes.wire.rendezvous.frame import Drop
from tests.held import HeldClock


class Log:
    """The counters of a holder, and what is said of them."""

    def __init__(self) -> None:
        self.clock = HeldClock()
        self.dropped: Counter[Drop] = Counter()
        self.lines: list[str] = []
        self.drops = Drops(self.dropped, self.lines.append, self.clock)


def test_nothing_is_said_while_nothing_is_dropped() -> None:
    log = Log()
    log.drops.look()
    assert log.lines == []


def test_a_key_that_differs_is_told_with_what_to_compare() -> None:
    log = Log()
    log.dropped[Drop.MAC] = 6
    log.drops.look()
    (line,) = log.lines
    assert "6 dropped (mac)" in line
    assert "compare the key files" in line


async def test_a_reason_is_told_once_an_hour_however_often_it_happens_and_with_all_of_that_time() -> None:
    log = Log()
    log.dropped[Drop.SENDER] = 1
    log.drops.look()
    log.dropped[Drop.SENDER] = 1001
    await log.clock.advance(HUSH - 1)
    log.drops.look()
    assert len(log.lines) == 1
    await log.clock.advance(1)
    log.drops.look()
    assert "1000 dropped (sender)" in log.lines[-1]


async def test_what_was_told_is_not_told_again() -> None:
    log = Log()
    log.dropped[Drop.MAC] = 6
    log.drops.look()
    await log.clock.advance(HUSH)
    log.drops.look()
    assert len(log.lines) == 1


@pytest.mark.parametrize("reason", sorted(set(Drop) - WORDS.keys()))
def test_what_nobody_can_do_anything_about_is_only_counted(reason: Drop) -> None:
    log = Log()
    log.dropped[reason] = 9
    log.drops.look()
    assert log.lines == []
