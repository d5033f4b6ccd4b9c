"""Greetings, what is told, and what is asked of the rest of the agent."""

from agent.rendezvous.orders import Place
from probes.wire.rendezvous.frame import COOKIE_SIZE, VERSION
from probes.wire.rendezvous.greeting import Hello, Welcome
from probes.wire.rendezvous.states import Accepted, PathState, ProbeBack, States, Told, Willing
from tests.agent.rendezvous.played import AT, BEGIN, BTS1, MSS, NOON, Far, Peer, greeted, state


def test_whoever_greets_is_told_our_name_clock_and_version() -> None:
    welcome = Peer(Far()).ask(Hello(VERSION), BEGIN + 1.5)
    assert isinstance(welcome, Welcome)
    assert (welcome.name, welcome.newest, welcome.clock) == ("NODE1", VERSION, round((NOON + 1.5) * 1000))
    assert len(welcome.cookie) == COOKIE_SIZE


def test_a_clock_before_its_time_is_no_reason_to_fall_silent() -> None:
    far = Far()
    assert far.holder.receive(Peer(far).sealed(Hello(1)), AT, MSS, BEGIN, -5.0)


def test_what_is_told_reaches_the_desk_with_who_told_it_and_to_whom() -> None:
    far = Far()
    peer = greeted(far, "bts01")
    assert peer.ask(state(tested=7), BEGIN) == Told()
    assert far.desk.told == [("bts01", "MSS", state(tested=7))]


def test_whoever_wants_to_be_probed_is_found_where_he_asked_from() -> None:
    far = Far()
    peer = greeted(far, place=Place(BTS1, 50123))
    assert peer.ask(ProbeBack(50777), BEGIN) == Accepted(Willing.YES, (1, 2))
    assert far.desk.asked == [("BTS01", Place(BTS1, 50777))]


def test_what_a_check_came_to_is_said() -> None:
    far = Far()
    far.desk.states[4] = PathState(4, 1, 2, 3, 60, True, True, 66, 1023, "192.0.2.1", ((50000, 50010),))
    assert greeted(far).ask(States(4), BEGIN) == far.desk.states[4]


def test_the_longest_state_fits() -> None:
    far = Far()
    runs = tuple((port, port + 1) for port in range(50000, 50400, 3))
    far.desk.states[4] = PathState(4, 1, 2, 3, 60, True, True, 66, 1023, "f" * 64, runs, runs, runs)
    peer = greeted(far)
    told = peer.ask(States(4), BEGIN)
    assert isinstance(told, PathState)
    assert told.cut_short
    assert len(peer.heard[0].data) <= len(peer.last)


def test_of_a_check_that_there_is_not_nothing_is_known_and_nothing_will_be() -> None:
    assert greeted(Far()).ask(States(9), BEGIN) == PathState(9, 0, 0, 0, None, settled=True)


def test_answers_leave_from_the_address_that_was_asked() -> None:
    peer = greeted(Far())
    peer.local = "2001:db8::31"
    assert peer.ask(state(), BEGIN) == Told()
    assert peer.heard[0].local == "2001:db8::31"
