"""How often a port has to be seen the same before an edge is believed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.dynamic.observed import Observed
from agent.dynamic.repeats import Repeats, alike
from agent.judge.silence import MOST, Control, Loss

OPEN, CLOSED, SILENT, REFUSED = Observed.OPEN, Observed.CLOSED, Observed.SILENT, Observed.REFUSED
ANSWERED = Control.ANSWERED


def seen(*what: Observed, control: Control | None = ANSWERED) -> Repeats:
    repeats = Repeats(Loss())
    for each in what:
        repeats.saw(5000, each, control)
    return repeats


def is_sure(repeats: Repeats, what: Observed, *, against_controls: bool = True) -> bool:
    return repeats.is_sure(5000, what, against_controls=against_controls)


@pytest.mark.parametrize("what", [OPEN, CLOSED, REFUSED])
def test_what_is_told_is_believed_the_second_time(what: Observed) -> None:
    assert not is_sure(seen(what), what)
    assert is_sure(seen(what, what), what)


def test_silence_is_believed_after_four_times_beside_a_control_that_answers() -> None:
    assert not is_sure(seen(*[SILENT] * 3), SILENT)
    assert is_sure(seen(*[SILENT] * 4), SILENT)
    assert seen(*[SILENT] * 4).is_silent_for_sure(5000)


@pytest.mark.parametrize("control", [None, Control.LATE, Control.SILENT])
def test_silence_without_a_control_that_answers_in_time_is_never_sure(control: Control | None) -> None:
    repeats = seen(*[SILENT] * 20, control=control)
    assert not repeats.is_silent_for_sure(5000)
    assert not is_sure(repeats, SILENT)
    assert repeats.silences(5000) == 0


def test_where_silence_shows_nothing_it_only_means_that_nobody_refused() -> None:
    assert not is_sure(seen(*[SILENT] * 3, control=None), SILENT, against_controls=False)
    assert is_sure(seen(*[SILENT] * 4, control=None), SILENT, against_controls=False)


def test_silences_after_too_short_a_time_do_not_count() -> None:
    repeats = Repeats(Loss())
    for _ in range(20):
        repeats.saw(5000, SILENT, ANSWERED, counts=False)
    assert not repeats.is_silent_for_sure(5000)


def test_open_and_closed_are_alike_and_nothing_else_is() -> None:
    assert is_sure(seen(OPEN, CLOSED), OPEN)
    assert {(one, other) for one in Observed for other in Observed if one < other and alike(one, other)} == {
        (OPEN, CLOSED)
    }


@pytest.mark.parametrize("between", [OPEN, CLOSED, REFUSED])
def test_anything_in_between_begins_the_count_anew(between: Observed) -> None:
    repeats = seen(SILENT, SILENT, SILENT, between, SILENT)
    assert repeats.silences(5000) == 1
    assert not is_sure(repeats, SILENT)
    assert not is_sure(repeats, between)


@pytest.mark.parametrize(("one", "other"), [(REFUSED, OPEN), (OPEN, REFUSED), (SILENT, CLOSED), (SILENT, REFUSED)])
def test_what_was_seen_of_something_else_does_not_count(one: Observed, other: Observed) -> None:
    assert not is_sure(seen(one, one, one, other), other)
    assert is_sure(seen(one, one, one, other, other), other)


def test_a_port_that_was_never_asked_is_not_sure_of_anything() -> None:
    repeats = seen(SILENT)
    assert not any(repeats.is_sure(5001, each, against_controls=False) for each in Observed)
    assert repeats.silences(5001) == 0


def test_an_answer_after_silences_shows_that_packets_get_lost() -> None:
    repeats = seen(SILENT, SILENT, OPEN)
    assert repeats.loss.lost == 2
    assert repeats.loss.needed is None


def test_loss_at_one_port_makes_silence_mean_less_at_all() -> None:
    repeats = seen(*[SILENT] * 4)
    assert is_sure(repeats, SILENT)
    for _ in range(20):
        repeats.saw(5001, OPEN, ANSWERED)
    repeats.saw(5001, SILENT, ANSWERED)
    repeats.saw(5001, OPEN, ANSWERED)
    assert not is_sure(repeats, SILENT)


def test_nothing_is_sure_of_silence_where_no_number_of_silences_means_anything() -> None:
    repeats = seen(*[SILENT] * MOST, control=None)
    repeats.loss.count(asked=10, lost=9)
    assert not is_sure(repeats, SILENT)


def test_only_what_is_kept_is_remembered() -> None:
    repeats = seen(OPEN, OPEN)
    repeats.saw(5001, OPEN, None)
    repeats.saw(5001, OPEN, None)
    repeats.keep({5001, 6000})
    assert not is_sure(repeats, OPEN)
    assert repeats.is_sure(5001, OPEN, against_controls=True)


STEPS = st.tuples(
    st.sampled_from([5000, 5001]),
    st.sampled_from([OPEN, CLOSED, SILENT, REFUSED]),
    st.sampled_from([None, *Control]),
    st.booleans(),
)


@given(st.lists(STEPS, max_size=40))
def test_a_silence_is_sure_only_after_enough_of_them_in_a_row(
    steps: list[tuple[int, Observed, Control | None, bool]],
) -> None:
    repeats, row = Repeats(Loss()), {5000: 0, 5001: 0}
    for port, what, control, counts in steps:
        repeats.saw(port, what, control, counts=counts)
        row[port] = row[port] + (counts and control is ANSWERED) if what is SILENT else 0
        assert repeats.silences(port) == row[port]
        if repeats.is_silent_for_sure(port):
            assert repeats.loss.needed is not None
            assert row[port] >= repeats.loss.needed
