"""Whose a reset or a refusal is: only what port and control show together, by the same way."""

from agent.hops.ending import End, decisive, ending
from agent.hops.seen import Traced, Walk
from agent.hops.words import sentences
from probes.hops import Answer, Said

PEER, FIRST, SECOND, ELSEWHERE = "192.0.2.9", "192.0.2.1", "192.0.2.2", "192.0.2.77"
PORT, CONTROL = 5001, 135


def hop(address: str) -> tuple[Answer, ...]:
    return (Answer(Said.HOP, address, 0.001, ""),)


def end(said: Said, sender: str | None = None) -> tuple[Answer, ...]:
    return (Answer(said, sender, 0.001, "filtered"),)


OPEN, RESET = end(Said.OPEN), end(Said.RESET)


def traced(walk: Walk, control: Walk | None = None) -> Traced:
    return Traced(PEER, "192.0.2.100", walk, control)


def test_a_reset_is_the_host_s_only_where_the_control_is_accepted_just_as_far() -> None:
    port = Walk(PORT, RESET, (hop(FIRST), hop(SECOND), RESET))
    for hops, shown in (((hop(FIRST), hop(SECOND), OPEN), True), ((hop(FIRST), OPEN), False)):
        found = ending(traced(port, Walk(CONTROL, OPEN, hops)))
        assert (found.end, found.shown) == (End.RESET, shown)


def test_a_reset_is_a_device_s_only_where_both_came_by_the_same_way() -> None:
    port = Walk(PORT, RESET, (hop(FIRST), RESET))
    for before, expected in ((FIRST, (End.INJECTED, True)), (ELSEWHERE, (End.RESET, False))):
        found = ending(traced(port, Walk(CONTROL, OPEN, (hop(before), hop(SECOND), OPEN))))
        assert (found.end, found.shown) == expected


def test_where_one_attempt_was_accepted_nothing_is_asked_again() -> None:
    port = Walk(PORT, (*OPEN, *RESET), (hop(FIRST), RESET))
    assert decisive(port, Walk(CONTROL, OPEN, (hop(FIRST), hop(SECOND)))) is None


def test_who_refuses_is_placed_by_what_is_known_of_him() -> None:
    for sender, placed in ((FIRST, False), (PEER, False), (ELSEWHERE, True)):
        refused = end(Said.REFUSED, sender)
        found = traced(Walk(PORT, refused, (hop(FIRST), refused)))
        first = sentences(found, ending(found))[0]
        assert ("It happens" in first) is placed
        assert ("which is hop 1" in first) is (sender == FIRST)
