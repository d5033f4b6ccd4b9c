"""Edges are found, confirmed, and found again when they move; luck, limits and loss fool nobody."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.dynamic.observed import Observed
from agent.dynamic.portmap import PortMap
from agent.dynamic.search import Search
from agent.ground.ports import PortSet
from agent.judge.silence import Control, Loss
from tests.agent.dynamic.played import (
    DYNAMIC,
    NOON,
    Player,
    Wave,
    honest,
    is_right,
    limited,
    lossy,
    random_truth,
    searching,
    swept,
    those,
    truth,
    wrong_claims,
)

OPEN, CLOSED, SILENT, REFUSED = Observed.OPEN, Observed.CLOSED, Observed.SILENT, Observed.REFUSED
SEVERAL = PortSet.parse("5000-5999,20000-23999,60000")
SMALL = PortSet.parse("5000-5020")
SAID = [OPEN, CLOSED, SILENT, REFUSED, None]


# Every interval that a sample sees.


@pytest.mark.parametrize("ports", [DYNAMIC, SEVERAL], ids=["one range", "several"])
@pytest.mark.parametrize("count", range(1, 9))
@pytest.mark.parametrize("seed", range(3))
def test_every_interval_is_found_exactly(ports: PortSet, count: int, seed: int) -> None:
    states = random_truth(random.Random(f"{ports} {count} {seed}"), ports, count, [SILENT, REFUSED])
    search = Player(searching(ports), honest(states), budget=500).play()
    assert search.confirmed
    assert is_right(search, states)
    assert wrong_claims(search, states) == set()


@pytest.mark.parametrize("count", range(1, 9))
@pytest.mark.parametrize("seed", range(3))
def test_where_everything_else_is_silent_what_is_refused_is_found_all_the_same(count: int, seed: int) -> None:
    states = random_truth(random.Random(f"{count} {seed}"), DYNAMIC, count, [REFUSED], elsewhere=SILENT)
    search = Player(searching(credible=False), honest(states), lambda: None, budget=500).play()
    assert search.confirmed
    assert search.refused == those(states, REFUSED)
    assert not search.suspect
    assert not search.passes


def test_a_silence_that_shows_nothing_is_never_claimed() -> None:
    states = truth(DYNAMIC, silent="50000-60000")
    search = Player(searching(credible=False), honest(states)).play(3)
    assert (search.suspect, search.refused, search.confirmed) == (PortSet(), PortSet(), False)
    assert search.unexplained


@pytest.mark.parametrize("kind", ["silent", "refused"])
@pytest.mark.parametrize("shut", ["49152-65535", "49152-57343", "57344-65535", "49153-65534", "50000-50999"])
def test_the_ends_of_the_range_are_edges_too(kind: str, shut: str) -> None:
    states = truth(DYNAMIC, **{kind: shut})
    search = Player(searching(), honest(states)).play()
    assert search.confirmed
    assert is_right(search, states)


def test_one_edge_in_the_whole_range_costs_less_than_150_attempts_and_few_waves() -> None:
    dice = random.Random(7)
    for edge in [49153, 65535, *(dice.randrange(49153, 65536) for _ in range(25))]:
        for kind in ("silent", "refused"):
            states = truth(DYNAMIC, **{kind: f"{edge}-65535"})
            player = Player(searching(), honest(states))
            assert player.play().confirmed
            assert is_right(player.search, states)
            assert player.spent < 150
            assert len(player.waves) <= 12


def test_a_range_without_any_block_costs_the_sample_and_nothing_else() -> None:
    player = Player(searching(), honest(truth(DYNAMIC)))
    search = player.play()
    assert len(player.waves) == 1
    assert (search.suspect, search.refused, search.passes) == (PortSet(), PortSet(), DYNAMIC)
    assert not search.confirmed
    assert not search.unexplained


def test_single_ports_that_are_blocked_are_found_in_a_small_range() -> None:
    states = truth(SMALL, silent="5003,5010", refused="5007,5020")
    search = Player(searching(SMALL), honest(states)).play(3)
    assert search.confirmed
    assert is_right(search, states)
    assert search.passes == those(states, CLOSED)


def test_a_range_of_one_port() -> None:
    for seen in (SILENT, REFUSED, OPEN):
        states = {5000: seen}
        search = Player(searching(PortSet.parse("5000")), honest(states)).play(2)
        assert search.confirmed == (seen is not OPEN)
        assert is_right(search, states)


def test_a_service_that_is_registered_does_not_cut_an_interval_in_two() -> None:
    states = {**truth(SMALL, silent="5005-5015"), 5010: CLOSED}
    search = searching(SMALL)
    search.exempt = frozenset({5010, 135})
    assert Player(search, honest(states)).play(2).suspect == PortSet.parse("5005-5015")
    search.exempt = frozenset()
    assert search.suspect.texts() == ("5005-5009", "5011-5015")


def test_a_map_that_changes_behind_its_back_is_read_again() -> None:
    search = Player(searching(SMALL), honest(truth(SMALL, refused="5010-5012"))).play()
    assert search.refused == PortSet.parse("5010-5012")
    search.forget_before(NOON + 10_000.0, NOON + 10_000.0)
    assert (search.refused, search.confirmed, search.wave(99, 99)) == (PortSet(), False, ())


# Budgets.


@pytest.mark.parametrize("credible", [True, False])
@pytest.mark.parametrize("at_once", [1, 8, 250])
@pytest.mark.parametrize("seed", range(4))
def test_forty_intervals_are_too_many_for_250_attempts_and_none_is_claimed_wrongly(
    credible: bool, at_once: int, seed: int
) -> None:
    dice = random.Random(f"{credible} {seed}")
    cuts = sorted(dice.sample(range(16_384), 80))
    states = truth(DYNAMIC, CLOSED if credible else SILENT)
    kinds = [SILENT, REFUSED] if credible else [REFUSED]
    for first, end in zip(cuts[::2], cuts[1::2], strict=True):
        states.update(dict.fromkeys(DYNAMIC.between(first, end), dice.choice(kinds)))
    player = Player(searching(credible=credible), honest(states), at_once=at_once)
    player.begin()
    for port in DYNAMIC.between(0, 16_383):
        if port % 100 == 7:  # so that most of them are seen
            player.search.map.observe(port, states[port], NOON)
    player.follow()
    assert player.spent <= 250
    tested = {port for port, _, _ in player.search.map.rows()}
    assert wrong_claims(player.search, states) & tested == set()
    assert not player.search.confirmed


def test_when_there_is_too_little_for_all_edges_each_interval_is_certain_first() -> None:
    """Even if no edge can be found, that somebody drops packets there is."""
    states = truth(DYNAMIC, silent="50000-52000,54000-56500,59000-61000,63000-64800")
    player = Player(searching(), honest(states), budget=46, at_once=8)
    search = player.play()
    assert len(search.suspect.texts()) == 4
    assert wrong_claims(search, states) == set()


def test_a_search_goes_on_in_the_next_round() -> None:
    states = truth(DYNAMIC, silent="50000-52000", refused="60000-61000")
    player = Player(searching(), honest(states), budget=40, at_once=4, recheck=9)
    assert not player.play().confirmed
    assert player.play(7).confirmed
    assert is_right(player.search, states)


def test_a_gap_is_not_searched_port_by_port_for_want_of_attempts() -> None:
    """Half of what is left goes to halving the gaps, however little it is."""
    states = truth(DYNAMIC, silent="50000-52000,54000-56500,59000-61000,63000-64800")
    player = Player(searching(), honest(states), budget=40, at_once=4, recheck=0)
    player.play(12)
    assert player.search.confirmed
    assert is_right(player.search, states)


@given(
    st.sampled_from([SMALL, PortSet.parse("5000-5099,20000,30000-30050")]),
    st.booleans(),
    st.booleans(),
    st.integers(0, 30),
    st.integers(1, 60),
    st.randoms(use_true_random=False),
    st.lists(st.sampled_from(SAID), min_size=1, max_size=5),
)
@settings(max_examples=100, deadline=None)
def test_whatever_is_answered_a_round_comes_to_an_end(
    ports: PortSet,
    credible: bool,
    controlled: bool,
    recheck: int,
    at_once: int,
    dice: random.Random,
    said: list[Observed | None],
) -> None:
    """There is no budget here that would end it."""
    player = Player(
        searching(ports, credible=credible),
        lambda wave: {port: dice.choice(said) for port in wave},
        lambda: dice.choice([*Control]) if controlled else None,
        budget=1_000_000,
        at_once=at_once,
        recheck=recheck,
    )
    player.play(2)
    assert player.spent <= 12 * len(ports)


def test_ports_that_show_nothing_are_not_asked_for_ever() -> None:
    player = Player(searching(SMALL), honest(truth(SMALL, refused="5020")), budget=10_000)
    player.begin()
    player.ask((5000, 5020))
    player.answer = lambda wave: dict.fromkeys(wave)
    player.follow()
    assert {player.asked.count(port) for port in range(5001, 5020)} == {3}
    assert not player.search.confirmed


@given(st.integers(-5, 300), st.integers(0, 40), st.integers(0, 2**32))
@settings(deadline=None)
def test_a_wave_is_never_larger_than_allowed(left: int, at_once: int, seed: int) -> None:
    dice = random.Random(seed)
    search = searching(SEVERAL)
    wave: Wave = tuple(dice.sample(list(SEVERAL), 60))
    search.saw({port: dice.choice([CLOSED, SILENT, REFUSED]) for port in wave}, Control.ANSWERED, NOON)
    assert len(search.wave(left, at_once)) <= max(0, min(left, at_once))


# A firewall that changes.


@pytest.mark.parametrize("after", range(1, 9))
@pytest.mark.parametrize(
    ("first", "then"),
    [
        ({"silent": "57344-65535"}, {"silent": "49152-57343"}),
        ({"silent": "57344-65535"}, {}),
        ({"silent": "57344-65535"}, {"refused": "57344-65535"}),
        ({"refused": "55000-60000"}, {"silent": "55000-60000"}),
        ({"refused": "55000-60000"}, {"refused": "50000-51000", "silent": "60000-65535"}),
    ],
)
def test_a_firewall_that_changes_in_the_middle_of_a_search_is_seen_as_it_is_soon_after(
    first: dict[str, str], then: dict[str, str], after: int
) -> None:
    before, later = truth(DYNAMIC, **first), truth(DYNAMIC, **then)
    player = Player(searching(), honest(before))
    player.answer = lambda wave: honest(before if len(player.waves) <= after else later)(wave)
    player.play()
    player.answer = honest(later)
    player.play(3)
    assert is_right(player.search, later)
    assert player.search.confirmed == bool(then)


@pytest.mark.parametrize("kind", ["silent", "refused"])
@pytest.mark.parametrize("edge", [50010, 55000, 57343, 57345, 60000, 65535])
def test_an_edge_that_moved_is_found_in_one_round(kind: str, edge: int) -> None:
    before, after = truth(DYNAMIC, **{kind: "57344-65535"}), truth(DYNAMIC, **{kind: f"{edge}-65535"})
    player = Player(searching(), honest(before))
    assert player.play(2).confirmed
    player.answer = honest(after)
    assert player.play().confirmed
    assert is_right(player.search, after)
    assert player.spent < 250


FLIPS = [
    ({"silent": "52000-60000"}, {}),
    ({}, {"silent": "52000-60000"}),
    ({"silent": "52000-60000"}, {"silent": "54000-57000"}),
    ({"silent": "52000-60000"}, {"silent": "50000-63000"}),
    ({"silent": "52000-60000"}, {"refused": "52000-60000"}),
    ({"refused": "52000-60000"}, {"silent": "52000-60000"}),
    ({"refused": "52000-60000"}, {}),
    ({"silent": "52000-53000,58000-60000"}, {"silent": "52000-60000"}),
    ({"silent": "52000-60000"}, {"silent": "52000-53000,58000-60000"}),
]


@pytest.mark.parametrize(("first", "then"), FLIPS)
@pytest.mark.parametrize("restarted", [False, True])
def test_however_much_was_known_a_change_is_found_soon(
    first: dict[str, str], then: dict[str, str], restarted: bool
) -> None:
    """Every port was known. What a restart forgets is how often each was seen."""
    after = truth(DYNAMIC, **then)
    search = swept(truth(DYNAMIC, **first))
    if not restarted:
        Player(search, honest(truth(DYNAMIC, **first))).play(2)
    player = Player(search, honest(after), round=5, now=NOON + 3600.0)
    player.play(3)
    assert is_right(search, after)
    assert search.confirmed == bool(then)


def test_what_the_change_did_not_touch_is_still_known() -> None:
    before = truth(DYNAMIC, silent="50000-51000,60000-61000", refused="55000-56000")
    after = truth(DYNAMIC, silent="50000-51500,60000-61000", refused="55000-56000")
    search = swept(before)
    Player(search, honest(before)).play()
    player = Player(search, honest(after), round=1, now=NOON + 3600.0)
    player.play()
    assert is_right(search, after)
    untouched = [*range(49152, 50000), *range(50000, 51001), *range(55000, 65536)]
    assert all(search.map[port] is before[port] for port in untouched)
    assert Observed.UNTESTED in {search.map[port] for port in range(51501, 55000)}


def test_what_lay_between_two_intervals_is_not_taken_for_one_of_them() -> None:
    """All of it was forgotten, and no sample came by since."""
    before = truth(DYNAMIC, silent="50000-50400,50501-51000")
    search = swept(before)
    Player(search, honest(before)).play()
    after = truth(DYNAMIC, silent="50000-50410,50501-51000")
    player = Player(search, honest(after), round=1, now=NOON + 3600.0, recheck=1)
    player.play(8)
    assert is_right(search, after)


def test_one_port_that_opens_within_an_interval_voids_nothing_else() -> None:
    before = truth(DYNAMIC, silent="52000-60000")
    search = swept(before)
    Player(search, honest(before)).play()
    after = {**before, 55555: OPEN}
    player = Player(search, honest(after), now=NOON + 3600.0)
    player.begin()
    player.ask((55555,))
    player.follow()
    assert search.map.is_complete
    assert is_right(search, after)


def test_edges_that_are_known_are_asked_again_the_oldest_first() -> None:
    states = truth(DYNAMIC, silent="50000-51000", refused="60000-61000")
    player = Player(searching(), honest(states))
    assert player.play(2).confirmed
    edges = {49999, 50000, 51000, 51001, 59999, 60000, 61000, 61001}
    times = {}
    for recheck in (3, 3, 2):
        player.begin()
        player.search.begin(recheck)
        player.follow()
        assert len(player.asked) == recheck
        times.update(dict.fromkeys(player.asked, player.now))
    assert set(times) == edges


# Silence now, an answer before.


def known_small(credible: bool = True) -> Player:
    player = Player(swept(truth(SMALL), credible=credible), honest(truth(SMALL)))
    player.begin()
    return player


def test_one_lost_packet_does_not_make_a_map_forget() -> None:
    player = known_small()
    before = player.search.map.states
    player.answer = honest(truth(SMALL, silent="5010"))
    player.ask((5010,))
    assert player.search.map.states == before
    assert player.search.unexplained
    player.answer = honest(truth(SMALL))
    player.follow()
    assert player.search.map.states == before
    assert not player.search.unexplained


def test_silence_often_enough_does() -> None:
    player = known_small()
    player.answer = honest(truth(SMALL, silent="5010"))
    player.ask((5010,))
    for _ in range(2):
        player.ask((5010,))
        assert player.search.map.is_complete
    player.ask((5010,))
    assert player.search.map[5010] is SILENT
    assert player.search.map[5009] is Observed.UNTESTED
    player.follow()
    assert player.search.suspect == PortSet.parse("5010")
    assert player.search.confirmed


def test_one_that_is_silent_for_sure_settles_the_others() -> None:
    """Eight that answered before and are silent now do not cost four asks each."""
    player = known_small()
    player.answer = honest(truth(SMALL, silent="5000-5020"))
    player.ask(tuple(range(5002, 5018)))
    player.follow()
    assert player.search.suspect == SMALL
    assert player.spent < 60


def test_the_doubt_that_is_nearest_to_certainty_is_asked_first() -> None:
    player = known_small()
    player.answer = honest(truth(SMALL, silent="5000-5020"))
    player.ask((5002, 5012, 5018))
    player.ask((5012,))
    assert player.search.wave(1, 1) == (5012,)


def test_what_was_certain_of_a_port_goes_with_what_was_seen_of_it() -> None:
    states = truth(SMALL, silent="5005-5015")
    player = Player(swept(states), honest(states))
    for _ in range(4):
        player.ask((5010,))
    assert player.search.suspect == PortSet.parse("5005-5015")
    player.search.map.forget([SMALL.index(5010)])
    assert player.search.suspect == PortSet()


def test_of_the_others_silence_is_all_that_is_known_then() -> None:
    player = known_small()
    player.answer = honest(truth(SMALL, silent="5000-5020"))
    player.ask((5002, 5012))
    for _ in range(3):
        player.ask((5002,))
    assert player.search.map[5012] is SILENT


def test_bad_luck_in_this_round_voids_nothing_that_was_known() -> None:
    player = Player(swept(truth(SMALL, silent="5005-5010")), honest(truth(SMALL, silent="5005-5011")))
    player.search.map.forget([SMALL.index(5011)])
    player.begin()
    player.ask((5011,))
    player.answer = honest(truth(SMALL, silent="5005-5010"))
    player.ask((5011,))
    assert player.search.map.is_complete


def test_a_doubt_outlives_the_round() -> None:
    player = known_small()
    player.answer = honest(truth(SMALL, silent="5010"))
    for _ in range(4):
        player.begin()
        player.search.begin()
        player.budget = 1
        player.ask((5010,))
    assert player.search.map[5010] is SILENT


def test_a_doubt_is_not_asked_for_ever() -> None:
    player = known_small()
    player.controls = lambda: Control.SILENT
    player.answer = honest(truth(SMALL, silent="5010"))
    player.ask((5010,))
    player.follow()
    assert player.asked.count(5010) <= 6
    assert player.search.map.is_complete


def test_where_an_rst_shows_nothing_silence_contradicts_nothing_but_a_refusal() -> None:
    player = known_small(credible=False)
    player.answer = honest(truth(SMALL, silent="5010"))
    player.ask((5010,))
    assert player.search.map[5010] is SILENT
    player.answer = honest(truth(SMALL, refused="5010"))
    player.ask((5010,))
    player.answer = honest(truth(SMALL, silent="5010"))
    player.ask((5010,))
    assert player.search.map[5010] is REFUSED


@pytest.mark.parametrize("rounds", [1, 4])
def test_without_a_control_no_silence_is_asked_again_and_nothing_is_suspect(rounds: int) -> None:
    player = Player(searching(), honest(truth(DYNAMIC, silent="57344-65535")), lambda: None, recheck=0)
    for _ in range(rounds):
        search = player.play()
        assert all(player.asked.count(port) == 1 for port in player.asked if port >= 57344)
        assert (search.suspect, search.confirmed) == (PortSet(), False)
        assert search.unexplained


def test_without_a_control_neither_a_lone_silence_nor_a_doubt_is_asked_again() -> None:
    player = Player(searching(), honest(truth(DYNAMIC, silent="55384")), lambda: None)
    player.begin()
    player.ask((54360, 55384, 56408))
    assert player.search.wave(2, 2, controlled=True) == (55384,)
    assert 55384 not in player.search.wave(2, 2, controlled=False)
    known = known_small()
    known.answer = honest(truth(SMALL, silent="5010"))
    known.ask((5010,))
    assert known.search.wave(2, 2, controlled=True) == (5010,)
    assert known.search.wave(2, 2, controlled=False) == ()


@pytest.mark.parametrize("control", [Control.LATE, Control.SILENT])
def test_a_control_that_does_not_answer_in_time_confirms_nothing(control: Control) -> None:
    states = truth(DYNAMIC, silent="57344-65535")
    search = Player(searching(), honest(states), lambda: control).play(4)
    assert (search.suspect, search.confirmed) == (PortSet(), False)


# Somebody limits how often he refuses, or accepts.


@pytest.mark.parametrize("credible", [True, False])
@pytest.mark.parametrize("at_most", [1, 2, 3, 6])
@pytest.mark.parametrize("seed", range(8))
def test_a_limit_on_refusals_never_leads_to_a_wrong_claim(credible: bool, at_most: int, seed: int) -> None:
    dice = random.Random(f"{credible} {at_most} {seed}")
    kinds = [REFUSED, REFUSED, SILENT] if credible else [REFUSED]
    states = random_truth(dice, DYNAMIC, dice.randint(1, 5), kinds, CLOSED if credible else SILENT)
    player = Player(searching(credible=credible), limited(states, at_most, [REFUSED], dice), budget=500)
    for _ in range(3):
        search = player.play()
        assert wrong_claims(search, states) == set()
        assert not credible or (search.confirmed and is_right(search, states))


@pytest.mark.parametrize("at_most", [1, 2, 5])
def test_known_refusals_that_a_limit_silences_are_not_forgotten(at_most: int) -> None:
    """Sixteen ports on edges are asked again at a time; at most so many are told to be refused."""
    shut = "50000-50999,52000-52999,54000-54999,56000-56999,58000-58999,60000-60999,62000-62999,64000-64999"
    states = truth(DYNAMIC, refused=shut)
    search = swept(states)
    player = Player(search, limited(states, at_most, [REFUSED], random.Random(at_most)), budget=400)
    player.play(3)
    assert search.confirmed
    assert is_right(search, states)


def test_silence_beside_refusals_is_believed_when_those_next_to_them_are_silent_on_their_own() -> None:
    states = truth(DYNAMIC, SILENT, refused="56000-57000")
    player = Player(searching(credible=False), honest(states), lambda: None)
    player.begin()
    player.ask((50000, 52000, 54000, 56500, 58000, 60000))
    assert player.search.map.states.count(SILENT) == 0
    assert player.search.unexplained
    assert player.search.wave(250, 250) == (54000, 58000)
    player.ask((54000, 58000))
    assert player.search.map.states.count(SILENT) == 5


def test_who_told_of_more_refusals_at_once_before_told_of_all_this_time() -> None:
    states = truth(DYNAMIC, SILENT, refused="50000,51000,52000,55000")
    player = Player(searching(credible=False), honest(states), lambda: None)
    player.begin()
    player.ask((50000, 51000, 52000))
    player.ask((54000, 55000, 56000))
    assert player.search.map[54000] is player.search.map[56000] is SILENT


def test_a_round_without_any_probe_says_nothing_of_limits() -> None:
    states = truth(DYNAMIC, refused="49152-65535")
    player = Player(searching(), limited(states, 1, [REFUSED], random.Random(1)))
    player.begin()
    player.search.saw({}, None, NOON)
    player.ask((50000, 52000, 54000, 56000))
    player.follow()
    assert player.search.refused == PortSet.parse("50000-56000")
    assert not player.search.suspect


def test_a_port_held_back_or_asked_by_others_meanwhile_is_believed_then() -> None:
    for state in (SILENT, CLOSED):
        player = Player(searching(), honest({}))
        player.begin()
        player.answer = lambda wave: dict(zip(wave, (SILENT, SILENT, REFUSED), strict=True))
        player.ask((50000, 50001, 50002))
        player.answer = honest(dict.fromkeys(DYNAMIC, state))
        player.ask((50000, 60000))
        player.ask((50001, 60001))
        assert player.search.map[50000] is player.search.map[50001] is state


@pytest.mark.parametrize("at_most", [1, 2, 3, 5, 8, 12])
@pytest.mark.parametrize("seed", range(8))
def test_a_limit_on_connections_makes_nothing_suspect_that_is_not(at_most: int, seed: int) -> None:
    dice = random.Random(f"{at_most} {seed}")
    states = random_truth(dice, DYNAMIC, dice.randint(0, 3), [SILENT])
    player = Player(searching(), limited(states, at_most, [CLOSED], dice))
    for _ in range(3):
        search = player.play()
        assert not (search.confirmed and wrong_claims(search, states))


def test_silence_that_came_of_asking_too_fast_is_void() -> None:
    """Three at once that are silent no more were no bad luck; of the others nothing is known, then."""
    player = Player(searching(), honest(truth(DYNAMIC, silent="50000-65535")))
    player.begin()
    player.ask((49999, 50000, 52000, 54000, 56000, 58000, 60000))
    player.answer = honest(truth(DYNAMIC))
    player.ask((50000, 52000, 54000))
    assert {port for port, _, _ in player.search.map.rows()} == {49999, 50000, 52000, 54000}
    assert player.search.unexplained
    assert player.search.wave(250, 250) == (56000, 58000)
    player.follow()
    assert player.search.map[60000] is CLOSED


# Packets get lost.


def play_lossy(lost: float, count: int, seed: int, rounds: int) -> tuple[Search, dict[int, Observed]]:
    dice = random.Random(f"{lost} {count} {seed}")
    states = random_truth(dice, DYNAMIC, count, [SILENT])

    def control() -> Control:
        return Control.SILENT if dice.random() < lost else Control.ANSWERED

    return Player(searching(), lossy(states, lost, dice), control).play(rounds), states


@pytest.mark.parametrize("count", [0, 1, 3])
@pytest.mark.parametrize("lost", [0.02, 0.2, 0.5])
def test_lost_packets_make_nothing_confirmed_that_is_not(lost: float, count: int) -> None:
    for seed in range(12):
        search, states = play_lossy(lost, count, seed, 1 + seed % 3)
        assert not (search.confirmed and wrong_claims(search, states)), seed


def test_a_block_is_found_all_the_same_where_few_packets_get_lost() -> None:
    found = [play_lossy(0.02, 1, seed, 1) for seed in range(20)]
    assert all(search.confirmed and is_right(search, states) for search, states in found)


def test_where_half_of_them_get_lost_nothing_is_said() -> None:
    found = [play_lossy(0.5, 1, seed, 3)[0] for seed in range(5)]
    assert not any(search.confirmed for search in found)
    assert all(search.unexplained for search in found)


def test_a_lone_silence_is_asked_again_before_edges_are_looked_for() -> None:
    player = Player(searching(), honest(truth(DYNAMIC, silent="55384")))
    player.begin()
    player.ask((54360, 55384, 56408))
    assert player.search.wave(250, 250) == (55384,)
    player.answer = honest(truth(DYNAMIC))
    player.ask((55384,))
    assert player.search.wave(250, 250) == ()
    assert player.search.loss.lost == 1


def test_two_intervals_are_not_made_one_by_the_one_sample_between_them() -> None:
    """Its packet was lost: so it is asked again before the two are confirmed as one."""
    states = truth(DYNAMIC, silent="50000-53000,55000-58000")
    player = Player(searching(), honest(states))
    player.begin()
    player.answer = honest({**states, 54000: SILENT})
    player.ask((49200, 50264, 52000, 54000, 56000, 58100, 65535))
    player.answer = honest(states)
    player.follow()
    assert player.search.suspect.texts() == ("50000-53000", "55000-58000")
    assert player.search.confirmed


def test_the_more_packets_get_lost_the_more_often_a_port_that_stands_alone_is_asked_again() -> None:
    for lost in (0, 5):
        search = searching()
        search.loss.count(asked=90, lost=lost)
        player = Player(search, honest(truth(DYNAMIC, silent="55000-65535")))
        assert player.play().confirmed
        assert search.loss.needed is not None
        inner = [port for port in player.waves[0] if 57000 < port < 65000]
        assert min(map(player.asked.count, inner)) == -(-search.loss.needed // 2)


def test_a_control_is_measured_once_a_wave() -> None:
    search = searching()
    search.saw(dict.fromkeys((50000, 51000, 52000), SILENT), Control.ANSWERED, NOON)
    search.saw({50000: SILENT}, Control.SILENT, NOON)
    search.saw({50000: SILENT}, Control.ANSWERED, NOON)
    search.saw({50000: SILENT}, None, NOON)
    assert (search.loss.asked, search.loss.lost) == (3, 1)


# What it starts from.


def test_a_search_begins_where_the_map_of_a_file_left_off() -> None:
    states = truth(DYNAMIC, silent="57344-65535")
    before = Player(searching(), honest(states)).play()
    again = Search(PortMap.of(DYNAMIC, before.map.unit, before.map.parts()), Loss())
    again.credible = True
    assert (again.suspect, again.confirmed) == (PortSet(), False)
    player = Player(again, honest(states), now=NOON + 3600.0, round=1)
    assert player.play().confirmed
    assert is_right(again, states)
    assert player.spent < 18 + 40


# What is sure.


def test_an_interval_is_sure_when_one_of_its_ports_was_seen_so_often_enough() -> None:
    search = searching(SMALL)
    search.saw({5000: OPEN, 5005: SILENT, 5010: OPEN, 5015: REFUSED, 5020: OPEN}, Control.ANSWERED, NOON)
    assert search.sure == []
    search.saw({5015: REFUSED}, Control.ANSWERED, NOON)
    assert [(SMALL[run.first], SMALL[run.last]) for run in search.sure] == [(5015, 5015)]
    for _ in range(4):
        search.saw({5005: SILENT}, Control.ANSWERED, NOON)
    assert [SMALL[run.first] for run in search.sure] == [5005, 5015]
    search.saw({5005: OPEN, 5015: OPEN}, Control.ANSWERED, NOON)
    assert search.sure == []


def test_a_port_that_falls_silent_is_doubted_until_it_is_sure() -> None:
    search = searching(SMALL)
    search.saw(dict.fromkeys(SMALL, OPEN), Control.ANSWERED, NOON)
    assert search.doubted == frozenset()
    search.saw({5005: SILENT}, Control.ANSWERED, NOON)
    assert search.doubted == {5005}
    for _ in range(3):
        search.saw({5005: SILENT}, Control.ANSWERED, NOON)
    assert search.doubted == frozenset()
    assert [SMALL[run.first] for run in search.sure] == [5005]


def test_nothing_around_what_could_not_be_tried_is_said_to_pass() -> None:
    search = searching(SMALL)
    for port in (5000, 5002, 5003, 5004, 5008, 5009, 5020):
        search.map.observe(port, CLOSED, NOON)
    assert str(search.passes) == "5000-5020"
    assert str(search.passes_without([6000])) == "5000-5020"
    assert str(search.passes_without([5005, 5007])) == "5000-5004,5008-5020"
    assert str(search.passes_without([5003])) == "5000-5002,5004-5020"  # it was asked before, and what is beside it
    assert str(search.passes_without([5012])) == "5000-5009,5020"
