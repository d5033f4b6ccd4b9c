"""What one port shows that the far end held for us: every combination of what both ends saw."""

import itertools

import pytest

from agent.judge.held import CAUSES, TABLE, Saw, Shows, address, held, is_same, look_up, natural, saw
from probes.outcome import Outcome
from probes.state import Sent, State
from probes.wire.icmp import Icmp
from probes.wire.rendezvous.messages import Admission, Found, Reported
from tests.agent.seen import PEER, ROUTER, outcome

PORT = 50000
REFUSAL, NO_WAY = Icmp(4, 3, 13, ROUTER), Icmp(4, 3, 1, ROUTER)
ACCEPTED = (State.MUTE, State.HUNG_UP, State.RESET, State.GARBLED)

# The design's table, and what is nothing, for each found: none, mine, half-open, other, nothing known.
FOUND = (Found.NONE, Found.MINE, Found.HALF_OPEN, Found.OTHER, Found.NOTHING_KNOWN)
EXPECTED = {
    State.OPEN: "nothing passes passes passes nothing",
    State.MUTE: "stranger stranger nothing nothing nothing",
    State.HUNG_UP: "stranger stranger nothing nothing nothing",
    State.RESET: "stranger stranger nothing nothing nothing",
    State.GARBLED: "stranger stranger nothing nothing nothing",
    State.FILTERED: "dropped return_path return_path nothing nothing",
    State.CLOSED: "injected nothing nothing nothing nothing",
    State.REJECTED: "refused nothing nothing nothing nothing",
    State.DECLINED: "nothing nothing nothing nothing nothing",
    State.UNRESOLVED: "nothing nothing nothing nothing nothing",
    State.LOCAL_FAULT: "nothing nothing nothing nothing nothing",
}


def seen(state: State, icmp: Icmp | None = None, sent: Sent = Sent.YES) -> Outcome:
    refusal = REFUSAL if state is State.REJECTED and icmp is None else icmp
    return outcome(state, PORT, icmp=refusal, sent=sent)


def reported(found: Found, *, bound: str = PEER, unbroken: bool = True) -> Reported:
    return Reported(unbroken, bound, Admission.UNKNOWN, None, {PORT: found})


@pytest.mark.parametrize(("state", "number"), [*itertools.product(State, range(len(FOUND)))])
def test_every_combination_shows_what_the_table_says(state: State, number: int) -> None:
    expected = Shows[EXPECTED[state].split()[number].upper()]
    assert held(seen(state), reported(FOUND[number]), in_time=True) is expected


@pytest.mark.parametrize(("state", "found"), [*itertools.product(State, Found)])
def test_behind_a_translated_address_only_the_right_proof_counts(state: State, found: Found) -> None:
    shows = held(seen(state), reported(found, bound="10.0.0.5"), in_time=True)
    same = held(seen(state), reported(found), in_time=True)
    assert shows is (Shows.PASSES if same is Shows.PASSES else Shows.NOTHING)


@pytest.mark.parametrize(("state", "found"), [*itertools.product(State, Found)])
def test_without_a_report_of_an_unbroken_lease_that_lasted_nothing_counts(state: State, found: Found) -> None:
    told = reported(found)
    assert held(seen(state), None, in_time=True) is Shows.NOTHING
    assert held(seen(state), reported(found, unbroken=False), in_time=True) is Shows.NOTHING
    assert held(seen(state), told, in_time=False) is Shows.NOTHING


@pytest.mark.parametrize("state", State)
def test_a_port_that_is_not_in_the_report_shows_nothing(state: State) -> None:
    told = Reported(True, PEER, Admission.ADMITS, 0, {PORT + 1: Found.MINE})
    assert held(seen(state), told, in_time=True) is Shows.NOTHING


@pytest.mark.parametrize("found", Found)
def test_a_syn_that_did_not_leave_and_a_missing_way_show_nothing(found: Found) -> None:
    for each in (seen(State.FILTERED, sent=Sent.HELD), seen(State.REJECTED, NO_WAY)):
        assert saw(each) is Saw.NOTHING
        assert held(each, reported(found), in_time=True) is Shows.NOTHING


@pytest.mark.parametrize("state", State)
def test_a_natural_listener_can_only_pass(state: State) -> None:
    assert natural(seen(state)) is (Shows.PASSES if state is State.OPEN else Shows.NOTHING)


def test_every_state_is_seen_as_something() -> None:
    assert {saw(seen(state)) for state in State} == set(Saw)
    assert {saw(seen(state)) for state in ACCEPTED} == {Saw.ACCEPTED}


def test_no_row_is_behind_another_that_fits_as_well() -> None:
    pairs = [(row.saw, found) for row in TABLE for found in row.found]
    assert len(pairs) == len(set(pairs))
    assert {row.shows for row in TABLE} == set(Shows) - {Shows.NOTHING}


def test_whatever_is_shut_has_a_cause() -> None:
    assert set(CAUSES) == set(Shows) - {Shows.PASSES, Shows.NOTHING}
    assert len(set(CAUSES.values())) == len(CAUSES)


def test_look_up_has_an_answer_for_everything() -> None:
    for what, found, translated in itertools.product(Saw, Found, (False, True)):
        assert look_up(what, found, translated=translated) in Shows


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("192.0.2.21", "192.0.2.21", True),
        ("2001:db8:0:0::1", "2001:db8::1", True),
        ("fe80::1%eth0", "fe80::1", True),
        ("::ffff:192.0.2.21", "192.0.2.21", True),
        ("192.0.2.21", "192.0.2.22", False),
        ("", "", False),
        ("mss.contoso.test", "mss.contoso.test", False),
    ],
)
def test_addresses_are_compared_and_not_their_spellings(one: str, other: str, expected: bool) -> None:
    assert is_same(one, other) is expected


def test_what_is_no_address_is_none() -> None:
    assert address("\x1b[31m") is None
    assert address("2001:DB8::1%3") == "2001:db8::1"
