"""The table of states at its edges, row by row; stories tell how one gets there."""

import pytest

from agent.sso.memory import Contact, Life, Memory, Outage, Spans
from agent.sso.seen import Condition, Service
from agent.sso.state import SsoState, Why, by_way, unseen

SPANS = Spans(stands=300.0, brief=120.0)
NOW = 1_000.0
MET = Contact(1.0, 700.0, ("MSS",), incarnation="A")
SHUT = Outage(1.0, 750.0, {"MSS": 900.0}, 898.0)
SAME, NEW = Life("A", 10.0, NOW), Life("B", 850.0, NOW, 845.0)


def test_the_words_are_these() -> None:
    """They are a metric's label, and part of the JSON's schema."""
    assert [*SsoState] == ["unknown", "service-stopped", "normal", "on-cache", "cache-lost"]


@pytest.mark.parametrize(
    ("condition", "life", "why"),
    [
        (Condition.RUNNING, None, None),
        (Condition.RUNNING, SAME, None),
        (Condition.STOPPED, None, Why.STOPPED),
        (Condition.STOPPED, SAME, Why.STOPPED),
        (Condition.ABSENT, None, Why.ABSENT),
        (Condition.ABSENT, SAME, Why.STOPPED),
        (Condition.ABSENT, Life(None, 1.0, 2.0), Why.STOPPED),
        (Condition.FORBIDDEN, SAME, Why.FORBIDDEN),
        (Condition.SEVERAL, SAME, Why.SEVERAL),
        (Condition.FAILED, SAME, Why.FAILED),
    ],
)
def test_why_a_service_is_not_seen_to_run(condition: Condition, life: Life | None, why: Why | None) -> None:
    assert unseen(Memory(life=life), Service("ENTSSO", condition)) is why


@pytest.mark.parametrize(
    ("memory", "now", "why"),
    [
        # Open, or nothing known.
        (Memory(), NOW, Why.NOT_ASKED),
        (Memory(Contact(1.0, None, ()), None, SAME), NOW, Why.NOT_ASKED),
        (Memory(MET, None, SAME), NOW, Why.OPEN),
        (Memory(MET, None, NEW), NOW, Why.OPEN),
        (Memory(MET, None, None), NOW, Why.OPEN),
        (Memory(MET, None, SAME), NOW + 0.1, Why.STALE),
        (Memory(MET, None, SAME, unasked=True), NOW, Why.STALE),
        (Memory(MET, None, SAME, unasked=True), 820.0, Why.OPEN),
        (Memory(MET, None, SAME), 699.0, Why.STALE),  # of a clock that began anew
        # Shut.
        (Memory(MET, SHUT, SAME), NOW, Why.SAME),
        (Memory(MET, SHUT, SAME), 1_200.0, Why.SAME),
        (Memory(MET, SHUT, SAME), 1_200.1, Why.STALE),
        (Memory(MET, SHUT, SAME, unasked=True), 1_020.1, Why.STALE),
        (Memory(None, SHUT, SAME), NOW, Why.NEVER),
        (Memory(None, SHUT, SAME), 1_200.1, Why.STALE),
        (Memory(MET, SHUT, None), NOW, Why.UNWATCHED),
        (Memory(MET, SHUT, Life(None, 10.0, NOW)), NOW, Why.UNWATCHED),
        # Two that are not known are not the same.
        (Memory(Contact(1.0, 700.0, ()), SHUT, Life(None, 10.0, NOW)), NOW, Why.UNWATCHED),
        (Memory(Contact(1.0, 700.0, ()), SHUT, SAME), NOW, Why.UNWATCHED),
        # Begun in the outage: only if somebody saw the one before in it.
        (Memory(MET, SHUT, NEW), NOW, Why.LOST),
        (Memory(MET, SHUT, Life("B", 850.0, NOW, None)), NOW, Why.UNWATCHED),
        (Memory(MET, SHUT, Life("B", 850.0, NOW, 749.9)), NOW, Why.UNWATCHED),
        (Memory(MET, SHUT, Life("B", 850.0, NOW, 750.0)), NOW, Why.LOST),
        # And only if the way was asked since, and has been ever since.
        (Memory(MET, SHUT, Life("B", 898.0, NOW, 845.0)), NOW, Why.LOST),
        (Memory(MET, SHUT, Life("B", 898.1, NOW, 845.0)), NOW, Why.JUST_BEGUN),
        (Memory(MET, SHUT, NEW), 1_022.0, Why.LOST),  # a round may take its time: that of the newest one is added
        (Memory(MET, SHUT, NEW), 1_022.1, Why.STALE),
        (Memory(MET, SHUT, Life("B", 898.1, NOW, 845.0)), 1_022.1, Why.STALE),
        # It was in contact without having been seen before: it is the one that had it, whoever was known.
        (Memory(Contact(1.0, 700.0, ()), SHUT, NEW), NOW, Why.LOST),
    ],
)
def test_what_it_comes_to_by_the_way(memory: Memory, now: float, why: Why) -> None:
    assert by_way(memory, now, SPANS) is why
