"""How much silence means something, and what false `blocked` that costs on paths that lose packets."""

import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.judge.silence import CHANCE, FEW, LEAST, MOST, PRIOR, WINDOW, Control, Loss, Silence, needed, upper_bound

ANSWERED, LATE, SILENT = Control.ANSWERED, Control.LATE, Control.SILENT


def silent(silence: Silence, *controls: Control) -> Silence:
    for control in controls:
        silence.beside(control)
    return silence


# The count.


def test_the_figures_are_those_that_were_promised() -> None:
    """Three to ten silences, one wrong verdict in a million, and one listener in fifty silent until more is known."""
    assert (LEAST, MOST, CHANCE, PRIOR, WINDOW, FEW) == (3, 10, 1e-6, 0.02, 100, 8)
    assert Silence().needed == 4


@pytest.mark.parametrize(
    ("probability", "count"),
    [(1e-9, 3), (0.0099, 3), (0.01, 3), (0.0101, 4), (1 / 50, 4), (0.05, 5), (0.1, 6), (0.2, 9), (0.25, 10)],
)
def test_how_many_silences_confirm_one(probability: float, count: int) -> None:
    assert needed(probability) == count


@pytest.mark.parametrize("probability", [0.252, 0.3, 0.5, 0.999999999, 1.0, 1.5])
def test_a_path_that_loses_too_much_is_beyond_counting(probability: float) -> None:
    assert needed(probability) is None


@given(st.floats(1e-12, 1.0))
def test_the_count_is_the_least_that_will_do(probability: float) -> None:
    count = needed(probability)
    if count is None:
        assert probability**MOST > CHANCE * 0.999
        return
    assert LEAST <= count <= MOST
    assert probability**count <= CHANCE * 1.001
    assert count == LEAST or probability ** (count - 1) > CHANCE * 0.999


@pytest.mark.parametrize(
    ("times", "late", "hopeless"),
    [(0, 0, False), (2, 1, False), (4, 1, False), (3, 3, True), (10, 4, False), (20, 12, True)],
)
def test_what_a_few_answers_could_clear_up_is_not_hopeless(times: int, late: int, hopeless: bool) -> None:
    """One of two that was late makes the path lossy for now; half of many, for good."""
    loss = Loss(timed=times, late=late)
    assert loss.hopeless is hopeless
    assert hopeless <= (loss.needed is None)


def test_one_of_ten_that_was_lost_is_not_hopeless_either() -> None:
    loss = Loss(asked=10, lost=1)
    assert (loss.needed, loss.hopeless) == (None, False)


# The upper bound.


def test_without_a_measurement_the_prior_stands() -> None:
    assert upper_bound(0, 0) == PRIOR
    assert upper_bound(0, 1) == PRIOR
    assert upper_bound(0, 132) == PRIOR
    assert upper_bound(0, 1000) < PRIOR / 5


COUNTS = st.integers(1, 2000).flatmap(lambda asked: st.tuples(st.integers(0, asked), st.just(asked)))


@given(COUNTS)
def test_the_bound_is_a_probability_above_what_was_seen(counts: tuple[int, int]) -> None:
    lost, asked = counts
    bound = upper_bound(lost, asked)
    assert 0 < bound <= 1.0000001
    assert bound >= min(1.0, lost / asked) - 1e-9
    assert bound >= PRIOR or lost == 0


@given(COUNTS)
def test_one_more_silence_raises_the_bound_and_one_more_answer_lowers_it(counts: tuple[int, int]) -> None:
    lost, asked = counts
    assert upper_bound(lost + 1, asked + 1) >= upper_bound(lost, asked) - 1e-12
    assert upper_bound(lost, asked + 1) <= upper_bound(lost, asked) + 1e-12


@pytest.mark.parametrize(("lost", "asked", "bound"), [(1, 10, 0.348), (5, 100, 0.099), (50, 100, 0.581)])
def test_the_bound_is_wilsons(lost: int, asked: int, bound: float) -> None:
    """Against figures worked out by hand from the formula for the score interval, z = 1.645."""
    assert upper_bound(lost, asked) == pytest.approx(bound, abs=0.001)


# One port.


def test_four_silences_beside_controls_that_answer_confirm_one() -> None:
    silence = silent(Silence(), ANSWERED, ANSWERED, ANSWERED)
    assert not silence.confirmed
    assert silent(silence, ANSWERED).confirmed


def test_a_silence_with_a_deadline_too_short_does_not_count() -> None:
    silence = silent(Silence(), ANSWERED, ANSWERED, ANSWERED)
    silence.beside(ANSWERED, counts=False)
    assert (silence.in_a_row, silence.confirmed) == (3, False)


def test_a_control_that_is_silent_now_never_confirms() -> None:
    silence = silent(Silence(), *[ANSWERED] * 20)
    assert silence.confirmed
    silent(silence, SILENT)
    assert not silence.confirmed
    assert not silence.hopeless


def test_a_silence_beside_a_control_that_answers_late_does_not_count() -> None:
    """Packets get lost at this very moment."""
    silence = silent(Silence(), LATE, LATE, LATE, LATE)
    assert (silence.in_a_row, silence.confirmed, silence.hopeless) == (0, False, False)
    assert silent(silence, *[ANSWERED] * 4).confirmed


def test_an_answer_ends_the_row() -> None:
    silence = silent(Silence(), *[ANSWERED] * 3)
    silence.answered()
    assert not silent(silence, ANSWERED).confirmed


def test_anything_else_ends_the_row_too() -> None:
    silence = silent(Silence(), *[ANSWERED] * 3)
    silence.interrupted()
    assert not silent(silence, *[ANSWERED] * 3).confirmed
    assert silent(silence, ANSWERED).confirmed


@pytest.mark.parametrize(("times", "lost"), [(3, 3), (4, 0), (5, 0)])
def test_a_row_that_was_long_enough_was_no_loss_when_an_answer_ended_it(times: int, lost: int) -> None:
    silence = silent(Silence(), *[ANSWERED] * times)
    silence.answered()
    assert silence.loss.lost == lost


@pytest.mark.parametrize(("times", "lost"), [(MOST, MOST), (MOST + 1, 0)])
def test_where_no_row_is_long_enough_one_beyond_the_most_is_no_loss(times: int, lost: int) -> None:
    silence = Silence(in_a_row=times, loss=Loss(asked=10, lost=9))
    assert silence.needed is None
    silence.answered()
    assert silence.loss.lost == 9 + lost


def lossy() -> Loss:
    """No number of silences would do."""
    return Loss(asked=10, lost=9)


def test_only_a_silence_beside_a_control_that_answers_is_hopeless() -> None:
    assert silent(Silence(loss=lossy()), ANSWERED).hopeless
    assert not Silence(control_answers=True, loss=lossy()).hopeless
    assert not silent(Silence(loss=lossy()), ANSWERED, SILENT).hopeless
    assert not Silence(in_a_row=1, loss=lossy()).hopeless  # nothing was asked beside it


def test_what_comes_late_is_forgotten_as_what_was_lost_is() -> None:
    loss = Loss()
    for late in (*[True] * 5, *[False] * 3 * WINDOW):
        loss.time(late=late)
    assert loss.timed == pytest.approx(WINDOW)
    assert loss.late == pytest.approx(5 * (WINDOW / (WINDOW + 1)) ** (2 * WINDOW + 5))


def test_the_first_that_is_timed_counts_as_one() -> None:
    loss = Loss()
    loss.time(late=True)
    assert (loss.timed, loss.late) == (1, 1)


def test_needed_is_of_what_was_seen_and_of_nothing_that_may_come() -> None:
    """One answer in time fewer, and it is not enough."""
    timed = next(n for n in range(2, 100) if Loss(timed=n, late=1).needed is not None)
    assert Loss(timed=timed - 1, late=1).needed is None
    assert Loss(timed=timed, late=1).needed == needed(upper_bound(1, timed) ** 2)


def test_silences_that_an_answer_ended_too_soon_were_losses() -> None:
    silence = silent(Silence(), ANSWERED, ANSWERED)
    silence.answered()
    assert (silence.loss.lost, silence.loss.asked) == (2, 5)  # two controls, the port three times
    assert silent(silence, ANSWERED).hopeless


def test_a_firewall_that_is_opened_again_is_not_a_lossy_path() -> None:
    silence = silent(Silence(), *[ANSWERED] * 40)
    silence.answered()
    assert silence.loss.lost == 0
    assert silent(silence, *[ANSWERED] * 4).confirmed


def test_a_host_that_dies_is_not_a_lossy_path() -> None:
    silence = silent(Silence(), *[ANSWERED] * 2, *[SILENT] * 50, ANSWERED)
    assert silence.loss.lost == 0
    assert not silence.hopeless


def test_a_host_that_comes_back_whole_is_not_a_lossy_path_either() -> None:
    silence = silent(Silence(), SILENT, SILENT)
    silence.answered()
    silent(silence, ANSWERED)
    assert silence.loss.lost == 0


def test_controls_that_are_silent_at_times_are_a_lossy_path() -> None:
    silence = silent(Silence(), *[ANSWERED, SILENT] * 5, ANSWERED)
    assert silence.loss.lost == 5
    assert silence.hopeless
    assert not silence.confirmed


def test_a_control_that_was_chosen_because_it_answers_measures_nothing() -> None:
    silence = Silence()
    for _ in range(1000):
        silence.beside(ANSWERED, measures=False)
    assert silence.loss.asked == 0


def test_a_control_that_answers_shows_that_one_silent_before_was_lost_however_it_was_chosen() -> None:
    silence = Silence()
    for _ in range(3):
        silence.beside(ANSWERED, measures=False)
        silence.beside(SILENT)
    silence.beside(ANSWERED, measures=False)
    assert silence.loss.lost == 3
    assert silence.hopeless


def test_a_lossy_path_is_not_held_against_it_for_ever() -> None:
    silence = silent(Silence(), *[ANSWERED, SILENT] * 5, ANSWERED)
    for _ in range(400):
        silence.answered()
    assert silence.loss.lost < 1
    assert silence.needed is not None
    assert silent(silence, *[ANSWERED] * silence.needed).confirmed


def test_a_good_month_is_not_a_licence_for_a_bad_hour() -> None:
    """However long all went well, what is measured now moves the bound."""
    silence = Silence()
    for _ in range(40_000):
        silence.answered()
    assert silence.needed == needed(PRIOR)
    silent(silence, ANSWERED, ANSWERED)
    silence.answered()
    assert silence.needed is not None
    assert silence.needed > needed(PRIOR)  # type: ignore[operator]


# The ports of one address share what is known of its loss.


def two() -> tuple[Silence, Silence]:
    loss = Loss()
    return Silence(loss=loss), Silence(loss=loss)


def test_a_port_that_loses_packets_makes_the_silence_of_another_mean_less() -> None:
    one, other = two()
    silent(other, *[ANSWERED] * 4)
    assert other.confirmed
    silent(one, ANSWERED, ANSWERED).answered()
    assert (other.in_a_row, other.confirmed) == (4, False)


def test_a_port_that_answers_does_not_end_the_silence_of_another() -> None:
    one, other = two()
    silent(other, *[ANSWERED] * 3)
    one.answered()
    one.interrupted()
    assert other.in_a_row == 3
    assert silent(other, ANSWERED).confirmed


def test_ports_of_different_addresses_know_nothing_of_one_another() -> None:
    one, other = Silence(), Silence()
    silent(one, *[ANSWERED, SILENT] * 5, ANSWERED)
    assert one.hopeless
    assert silent(other, *[ANSWERED] * 4).confirmed


def test_a_control_beside_several_ports_is_measured_once() -> None:
    """Whoever asks them says that it was asked; to each of them it measures nothing any more."""
    one, other = two()
    for _ in range(4):
        one.loss.control(ANSWERED)
        for port in (one, other):
            port.beside(ANSWERED, measures=False)
    assert one.loss.asked == 4
    assert one.confirmed
    assert other.confirmed


def test_a_silent_control_is_lost_once_however_many_ports_it_stood_beside() -> None:
    one, other = two()
    one.loss.control(SILENT)
    for port in (one, other):
        port.beside(SILENT, measures=False)
    one.loss.control(ANSWERED)
    assert (one.loss.lost, one.loss.asked) == (1, 2)


@pytest.mark.parametrize(("silent_controls", "lost"), [(1, 1), (LEAST, LEAST), (LEAST + 1, 0), (50, 0)])
def test_controls_that_are_silent_for_long_are_a_host_that_was_gone(silent_controls: int, lost: int) -> None:
    loss = Loss()
    for _ in range(silent_controls):
        loss.control(SILENT)
    assert loss.lost == 0
    loss.control(ANSWERED)
    assert loss.lost == lost
    loss.control(ANSWERED)
    assert loss.lost == lost


def test_what_was_not_settled_can_be_forgotten() -> None:
    loss = Loss()
    loss.control(SILENT)
    loss.forget_unsettled()
    loss.control(ANSWERED)
    assert (loss.lost, loss.asked) == (0, 1)


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=60))
def test_what_was_measured_long_ago_fades(counts: list[tuple[int, int]]) -> None:
    loss = Loss()
    for asked, lost in counts:
        before = loss.asked, loss.lost
        loss.count(asked + lost, lost)
        assert loss.asked == pytest.approx(min(WINDOW, before[0] + asked + lost))
        assert loss.lost <= before[1] + lost + 1e-9
        assert 0 <= loss.lost <= loss.asked + 1e-9
    for _ in range(20 * WINDOW):
        loss.count(1)
    assert loss.lost < 1e-3
    assert loss.needed == needed(PRIOR)


CALLS: list[Callable[[Silence], None]] = [
    *(lambda silence, control=control: silence.beside(control) for control in Control),
    *(lambda silence, control=control: silence.beside(control, measures=False) for control in Control),
    Silence.answered,
    Silence.interrupted,
]


@given(st.lists(st.sampled_from(CALLS), max_size=60))
def test_whatever_happens_it_stays_consistent(calls: list[Callable[[Silence], None]]) -> None:
    silence = Silence()
    for call in calls:
        call(silence)
        assert 0 <= silence.loss.lost <= silence.loss.asked + 1e-9
        assert silence.loss.asked <= 100 + 1e-9
        assert not (silence.confirmed and silence.hopeless)
        assert not silence.confirmed or (silence.control_answers and silence.in_a_row >= LEAST)


# What it costs. An attempt sends a SYN and repeats it; `lost` is the chance that one of them, or its answer, is lost.


def attempt(dice: random.Random, lost: float, syns: int) -> Control:
    for number in range(syns):
        if dice.random() >= lost:
            return LATE if number else ANSWERED
    return SILENT


def live(dice: random.Random, lost: float, syns: int, again: int, rounds: int, *, shut: bool = False) -> list[bool]:
    """For each round of one port and one control whether the port was called blocked; as `survey.silence` asks them."""
    silence, confirmed = Silence(), []
    for _ in range(rounds):
        seen = SILENT if shut else attempt(dice, lost, syns)
        if seen is SILENT:
            ask(dice, silence, lost, syns, again, shut=shut)
        else:
            silence.answered()
        confirmed.append(seen is SILENT and silence.in_a_row > 0 and silence.confirmed)
    return confirmed


def ask(dice: random.Random, silence: Silence, lost: float, syns: int, again: int, *, shut: bool) -> None:
    silence.beside(attempt(dice, lost, syns), measures=False)
    for _ in range((silence.needed or LEAST) + 2):
        if silence.confirmed or not silence.control_answers:
            return
        seen, beside = SILENT if shut else attempt(dice, lost, again), attempt(dice, lost, again)
        if seen is not SILENT:
            silence.answered()
            return
        silence.beside(beside)
        if silence.hopeless:
            return


def each_way(loss: float) -> float:
    return 1 - (1 - loss) ** 2


@pytest.mark.parametrize("loss", [0.02, 0.05, 0.2])
@pytest.mark.parametrize("syns", [2, 3])
def test_packet_loss_alone_is_not_called_blocked(loss: float, syns: int) -> None:
    """Agents that live for a day on a path without any firewall, with packets lost at random both ways."""
    dice = random.Random(f"{loss} {syns}")
    false = sum(sum(live(dice, each_way(loss), syns, syns + 1, 1440)) for _ in range(40))
    assert false == 0


def test_a_path_that_drops_whole_attempts_is_found_out() -> None:
    """One of eight links of a bundle is dead: repeating the SYN does not help, and no control answers late."""
    dice = random.Random(8)
    lives = [live(dice, 1 / 8, 1, 1, 1440) for _ in range(200)]
    assert sum(map(any, lives)) <= 1


@pytest.mark.parametrize(("loss", "share"), [(0.0, 1.0), (0.001, 0.999), (0.01, 0.99), (0.02, 0.98), (0.05, 0.93)])
def test_a_real_block_is_found_in_one_round(loss: float, share: float) -> None:
    dice = random.Random(str(loss))
    found = [live(dice, each_way(loss), 2, 3, 1, shut=True)[0] for _ in range(1000)]
    assert sum(found) / len(found) >= share


def test_a_real_block_is_found_soon_even_on_a_bad_path() -> None:
    dice = random.Random(1)
    found = [any(live(dice, each_way(0.1), 2, 3, 10, shut=True)) for _ in range(200)]
    assert sum(found) / len(found) >= 0.9


# What came late.


@pytest.mark.parametrize(("share", "count"), [(0, 4), (1, 4), (2, 6), (3, 8), (5, None)])
def test_answers_that_come_late_say_how_often_none_comes(share: int, count: int | None) -> None:
    """Each of the SYNs of a silence got lost; as often as one does, twice."""
    loss = Loss()
    for number in range(WINDOW):
        loss.time(late=number % 10 < share)
    assert loss.needed == count


def test_what_came_late_long_ago_is_forgotten() -> None:
    loss = Loss()
    for _ in range(WINDOW):
        loss.time(late=True)
    assert loss.needed is None
    for _ in range(6 * WINDOW):
        loss.time(late=False)
    assert loss.needed == 4


@given(st.lists(st.booleans(), max_size=300))
def test_answers_in_time_never_make_a_silence_mean_more(late: list[bool]) -> None:
    loss = Loss()
    for each in late:
        loss.time(late=each)
    count = loss.needed
    assert count is None or count >= 4
