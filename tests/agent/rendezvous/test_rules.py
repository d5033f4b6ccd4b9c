"""Which ports are never held, and what is said of them."""

import pytest

from agent.rendezvous.holder.rules import LOOKED_AT, Rules
from probes.wire.rendezvous.messages import Reason
from tests.agent.rendezvous.played import DYNAMIC, RULES


@pytest.mark.parametrize(
    ("port", "reason"),
    [
        (50000, Reason.NONE),
        (50999, Reason.NONE),
        (22, Reason.OUTSIDE),
        (49999, Reason.OUTSIDE),
        (51000, Reason.OUTSIDE),
        (1433, Reason.FIXED),
        (50500, Reason.FIXED),
        (10135, Reason.OWN),
        (50600, Reason.OWN),
        (50700, Reason.SEEN),
    ],
)
def test_every_reason(port: int, reason: Reason) -> None:
    assert RULES.why_not(port, 0.0) is reason


def test_nothing_is_held_before_its_time() -> None:
    rules = Rules(DYNAMIC, {50500}, {50600}, {50700}.__contains__, held_from=300.0)
    early = [rules.why_not(port, 299.9) for port in (50000, 22, 50500, 50600, 50700)]
    assert early == [Reason.BOOTED, Reason.OUTSIDE, Reason.FIXED, Reason.OWN, Reason.SEEN]
    assert rules.why_not(50000, 300.0) is Reason.NONE


def test_nothing_is_found_out_about_the_agent_itself_or_what_is_outside() -> None:
    assert not LOOKED_AT & {Reason.OWN, Reason.OUTSIDE, Reason.BOOTED, Reason.NONE}


def test_whether_a_port_outside_was_seen_is_not_even_asked() -> None:
    asked: list[int] = []

    def seen_lately(port: int) -> bool:
        asked.append(port)
        return True

    rules = Rules(DYNAMIC, (), (), seen_lately, 0.0)
    assert [rules.why_not(port, 0.0) for port in (22, 50000)] == [Reason.OUTSIDE, Reason.SEEN]
    assert asked == [50000]
