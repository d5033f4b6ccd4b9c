"""What follows from a trace: a place that is told has what ended the SYN in it, whatever the rules are."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.hops.ending import End, Ending, decisive, ending
from agent.hops.seen import Walk
from agent.hops.words import sentences
from probes.hops import Answer, Said
from tests.agent.hops.played import CONTROL, PORT, Rule, Way, traced

LENGTHS = st.integers(1, 9)


@st.composite
def ways(draw: st.DrawFn) -> Way:
    length = draw(LENGTHS)
    rules = st.builds(
        Rule,
        st.integers(1, length),
        st.sampled_from([PORT, CONTROL]),
        st.sampled_from([Said.SILENCE, Said.RESET, Said.REFUSED]),
        st.booleans(),
    )
    # What the peer itself does is met as it takes in: it passes nothing on.
    found = [
        replace(rule, as_it_takes_in=True) if rule.place == length else rule
        for rule in draw(st.lists(rules, max_size=3))
    ]
    return Way(
        length,
        tuple(found),
        frozenset(draw(st.sets(st.integers(1, length)))),
        frozenset(draw(st.sets(st.sampled_from([PORT, CONTROL])))),
        draw(st.booleans()),
    )


def of(way: Way) -> Ending:
    """As `probe trace` does it: port and control, then both again where they part."""
    walk, control = way.walk(PORT), way.walk(CONTROL)
    hop = decisive(walk, control)
    if hop is not None:
        walk, control = way.walk(PORT, again=hop), way.walk(CONTROL, again=hop)
    return ending(traced(walk, control))


def ender(way: Way) -> Rule | None:
    """The rule that a SYN to the port meets first."""
    met = [rule for rule in way.rules if rule.port == PORT]
    return min(met, key=lambda rule: (rule.place, not rule.as_it_takes_in), default=None)


@given(ways())
def test_a_place_that_is_told_has_what_ends_the_syn_in_it(way: Way) -> None:
    found, rule = of(way), ender(way)
    place = rule.place if rule else way.length
    if found.after is not None:
        assert found.after <= place
    if found.before is not None:
        assert place <= found.before


@given(ways())
def test_a_device_is_accused_only_where_there_is_one_before_the_peer(way: Way) -> None:
    found, rule = of(way), ender(way)
    if found.end is End.INJECTED or (found.end is End.SILENCE and found.shown):
        assert rule is not None
        assert rule.place < way.length
    if found.end is End.OPEN:
        assert rule is None


@given(ways())
def test_every_ending_is_told_in_plain_sentences(way: Way) -> None:
    walk, control = way.walk(PORT), way.walk(CONTROL)
    found = traced(walk, control)
    for sentence in sentences(found, ending(found)):
        assert sentence.isprintable()
        assert sentence[0].isupper()
        assert sentence.endswith(".")
        assert "  " not in sentence
        assert "None" not in sentence


def one(said: Said, sender: str | None = None) -> Answer:
    return Answer(said, sender, 0.001, "")


HOP, OTHER, SILENT, OPEN = one(Said.HOP, "192.0.2.1"), one(Said.HOP, "192.0.2.77"), one(Said.SILENCE), one(Said.OPEN)
SECOND = one(Said.HOP, "192.0.2.2")


@pytest.mark.parametrize(
    ("port", "control", "before"),
    [
        ([[HOP], [SILENT]], [[HOP], [SECOND]], 2),
        ([[HOP, HOP], [SILENT, SILENT]], [[HOP, HOP], [SECOND, SILENT]], None),  # it does not answer always
        ([[HOP], [SILENT]], [[OTHER], [SECOND]], None),  # they came by different ways
        ([[HOP, OTHER], [SILENT, SILENT]], [[OTHER], [SECOND]], 2),  # by one that both know
        ([[HOP], [SILENT], [SILENT]], [[HOP], [SILENT], [SECOND]], 3),
        ([[HOP], [SILENT]], [[HOP], [OPEN]], None),  # who accepts may be a device in front of silent hops
        ([[HOP], [SILENT]], [[HOP], [one(Said.RESET)]], None),
        ([[HOP], [SILENT]], [[HOP], [SILENT]], None),
        ([[SILENT]], [[HOP]], 1),
    ],
)
def test_silence_has_a_second_hop_only_where_the_control_shows_one(
    port: list[list[Answer]], control: list[list[Answer]], before: int | None
) -> None:
    walk = Walk(PORT, (SILENT,), tuple(map(tuple, port)))
    other = Walk(CONTROL, (OPEN,), tuple(map(tuple, control)))
    found = ending(traced(walk, other))
    assert (found.end, found.before, found.shown) == (End.SILENCE, before, before is not None)


@pytest.mark.parametrize(
    ("port_again", "control_again", "shown"),
    [([SILENT], [SECOND], True), ([SECOND], [SECOND], False), ([SILENT], [SILENT], False)],
)
def test_what_does_not_hold_when_asked_again_is_not_shown(
    port_again: list[Answer], control_again: list[Answer], shown: bool
) -> None:
    walk = Walk(PORT, (SILENT,), ((HOP,), (SILENT,)), (tuple(port_again),))
    control = Walk(CONTROL, (OPEN,), ((HOP,), (SECOND,)), (tuple(control_again),))
    assert ending(traced(walk, control)).shown is shown


def test_without_a_control_a_reset_is_nobody_s_in_particular() -> None:
    found = ending(traced(Way(3).walk(PORT), None))
    assert (found.end, found.shown, found.hops) == (End.RESET, False, 3)


def test_packets_that_go_in_circles_are_a_loop() -> None:
    found = ending(traced(Walk(PORT, (HOP,), ((HOP,), (SECOND,)) * 4), None))
    assert found.end is End.LOOP


def test_what_could_not_be_tried_accuses_nobody() -> None:
    found = ending(traced(Walk(PORT, (one(Said.FAULT), SILENT)), None))
    assert (found.end, found.shown) == (End.FAULT, False)


def test_interrupted_nothing_follows() -> None:
    found = replace(traced(Way(3).walk(PORT), None), interrupted=True)
    assert ending(found).end is End.UNFINISHED


def test_attempts_that_differ_are_told() -> None:
    walk = Walk(PORT, (OPEN, SILENT), ((HOP, OTHER), (OPEN, SILENT)))
    found = traced(walk, None)
    text = " ".join(sentences(found, ending(found)))
    assert "There are several ways" in text
    assert "2 open, 1 silence" in text
    assert "Nothing on the way drops" not in text


RESET = one(Said.RESET)


@pytest.mark.parametrize(("said", "end"), [(OPEN, End.OPEN), (RESET, End.RESET), (one(Said.REFUSED), End.REFUSED)])
def test_knocks_that_got_lost_do_not_make_silence_of_what_was_answered_later(said: Answer, end: End) -> None:
    walk = Walk(PORT, (SILENT, SILENT), ((HOP, HOP), (said, SILENT)))
    found = ending(traced(walk, Walk(CONTROL, (OPEN,), ((HOP,), (OPEN,)))))
    assert (found.end, found.hops) == (end, 2)


def test_what_is_answered_when_asked_again_is_not_silent() -> None:
    walk = Walk(PORT, (SILENT,), ((HOP,), (SILENT,)), ((SILENT,), (OPEN,)))
    control = Walk(CONTROL, (OPEN,), ((HOP,), (SECOND,)), ((SECOND,), (SECOND,)))
    assert ending(traced(walk, control)).end is End.OPEN


def test_a_reset_from_a_hop_that_is_silent_before_it_to_this_port_alone_is_not_the_hosts() -> None:
    """A device at hop 1 gives its reset the hops that were left of the SYN: it arrives from where the host is."""
    walk = Walk(PORT, (RESET,), ((HOP,), (SILENT,), (RESET,)))
    control = Walk(CONTROL, (OPEN,), ((HOP,), (SECOND,), (OPEN,)))
    found = traced(walk, control)
    assert (ending(found).end, ending(found).shown) == (End.RESET, False)
    assert "Hop 2 answers the control and not this port" in " ".join(sentences(found, ending(found)))


@pytest.mark.parametrize(
    ("port", "again", "end"),
    [
        ([RESET, RESET], [RESET, RESET], End.INJECTED),
        ([RESET, RESET], [RESET, SILENT], End.INJECTED),
        ([RESET, SECOND], [RESET, RESET], End.RESET),  # on one of its ways it is passed on there, too
        ([RESET, RESET], [SECOND, RESET], End.RESET),
        ([RESET, RESET], [SILENT, SILENT], End.RESET),
    ],
)
def test_a_device_resets_only_where_no_router_takes_the_port_on(
    port: list[Answer], again: list[Answer], end: End
) -> None:
    walk = Walk(PORT, (RESET, RESET), ((HOP, HOP), tuple(port)), (tuple(again),))
    control = Walk(CONTROL, (OPEN, OPEN), ((HOP, HOP), (SECOND, SECOND), (OPEN, OPEN)), ((SECOND, SECOND),))
    assert ending(traced(walk, control)).end is end


def test_a_loop_is_shown_where_a_router_is_met_twice() -> None:
    circle = traced(Walk(PORT, (HOP,), ((HOP,), (SECOND,)) * 2), None)
    long = traced(Walk(PORT, (HOP,), ((HOP,), (SECOND,))), None)
    assert (ending(circle).shown, ending(long).shown) == (True, False)
    assert "no router was met twice" in " ".join(sentences(long, ending(long)))


def test_a_control_that_is_accepted_before_where_the_port_came_shows_nothing_of_the_way() -> None:
    walk = Walk(PORT, (SILENT,), ((HOP,), (SECOND,), (SILENT,)))
    found = traced(walk, Walk(CONTROL, (OPEN,), ((OPEN,),)))
    assert "carries other ports" not in " ".join(sentences(found, ending(found)))
