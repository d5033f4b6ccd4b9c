"""What is said of held ports is what was seen, and nothing is said that is not known."""

import pytest

from agent.rendezvous.holder.leases import EXPLAINED, MOST_CAME
from agent.rendezvous.orders import UNSEEN, Look, Place
from probes.wire.rendezvous.messages import Admission, Found, Hold, Reported
from tests.agent.rendezvous.played import AT, BEGIN, BTS1, BTS2, MSS, STRANGER, Far, Peer, asking, greeted, lease

NONE, MINE, HALF_OPEN, OTHER, UNKNOWN = Found.NONE, Found.MINE, Found.HALF_OPEN, Found.OTHER, Found.NOTHING_KNOWN
PORT, SOURCE = 50000, 40000


@pytest.fixture
def far() -> Far:
    return Far()


@pytest.fixture
def peer(far: Far) -> Peer:
    """It holds one port."""
    peer = greeted(far)
    peer.hold(1, [PORT])
    return peer


def came(far: Far, address: str, source: int = SOURCE, now: float = BEGIN, port: int = PORT) -> None:
    far.holder.accepted(MSS, port, Place(address, source), now)


def half_way(far: Far, address: str, source: int = SOURCE, port: int = PORT) -> None:
    far.host.half_open.add((port, Place(address, source)))


def other(far: Far, number: int = 1) -> Peer:
    """It holds the same port."""
    peer = greeted(far, "BTS02", Place(BTS2, 10135))
    peer.hold(number, [PORT])
    return peer


# Who came.


def test_nobody_came(far: Far, peer: Peer) -> None:
    assert peer.found(1, {PORT: SOURCE}) == [NONE]


def test_the_one_that_was_asked_about_came(far: Far, peer: Peer) -> None:
    came(far, BTS1)
    assert peer.found(1, {PORT: SOURCE}) == [MINE]
    assert far.count(Look) == 0


def test_its_syn_came(far: Far, peer: Peer) -> None:
    half_way(far, BTS1)
    assert peer.found(1, {PORT: SOURCE}) == [HALF_OPEN]


def test_somebody_else_came(far: Far, peer: Peer) -> None:
    came(far, STRANGER)
    assert peer.found(1, {PORT: SOURCE}) == [OTHER]


def test_somebody_elses_syn_came(far: Far, peer: Peer) -> None:
    half_way(far, STRANGER)
    assert peer.found(1, {PORT: SOURCE}) == [OTHER]


def test_the_asker_came_from_another_port_which_may_be_its_own_translated(far: Far, peer: Peer) -> None:
    came(far, BTS1, SOURCE + 1)
    assert peer.found(1, {PORT: SOURCE}) == [OTHER]


def test_the_askers_syn_came_from_another_port(far: Far, peer: Peer) -> None:
    half_way(far, BTS1, SOURCE + 1)
    assert peer.found(1, {PORT: SOURCE}) == [OTHER]


def test_a_port_that_is_not_known_is_nobodys(far: Far, peer: Peer) -> None:
    assert peer.found(1, {PORT: 0}) == [NONE]
    came(far, BTS1)
    assert peer.found(1, {PORT: 0}) == [OTHER]


def test_what_came_counts_more_than_whoever_else_came(far: Far, peer: Peer) -> None:
    came(far, STRANGER)
    came(far, BTS1)
    half_way(far, STRANGER)
    assert peer.found(1, {PORT: SOURCE}) == [MINE]
    assert peer.found(1, {PORT: SOURCE + 1}) == [OTHER]


def test_a_syn_half_way_at_another_port_means_nothing_here(far: Far, peer: Peer) -> None:
    peer.hold(2, [50001])
    half_way(far, BTS1, port=50001)
    assert peer.found(1, {PORT: SOURCE}) == [NONE]


def test_ports_are_told_one_by_one_and_only_those_in_doubt_are_looked_at(far: Far) -> None:
    peer = greeted(far)
    ports = [50000, 50001, 50002, 50003, 50500, 22]
    peer.hold(1, ports)
    came(far, BTS1, 40000, port=50000)
    half_way(far, BTS1, 40001, port=50001)
    came(far, STRANGER, port=50002)
    reported = peer.report(1, dict(zip([*ports, 50009], range(40000, 40007), strict=True)))
    assert reported.found == dict(
        zip([*ports, 50009], [MINE, HALF_OPEN, OTHER, NONE, UNKNOWN, UNKNOWN, UNKNOWN], strict=True)
    )
    assert [order.ports for order in far.host.orders if isinstance(order, Look)] == [(50001, 50002, 50003)]


def test_nothing_is_asked_and_nothing_is_said(far: Far, peer: Peer) -> None:
    assert peer.report(1, {}).found == {}


def test_what_came_before_the_lease_is_not_its_own(far: Far, peer: Peer) -> None:
    came(far, BTS1)
    peer.hold(2, [PORT], BEGIN + 1)
    assert peer.found(2, {PORT: SOURCE}, BEGIN + 1) == [NONE]
    assert peer.found(1, {PORT: SOURCE}, BEGIN + 1) == [MINE]


def test_what_came_before_a_renewal_is_still_known(far: Far, peer: Peer) -> None:
    came(far, BTS1)
    peer.hold(1, [PORT], BEGIN + 4)
    assert peer.found(1, {PORT: SOURCE}, BEGIN + 8) == [MINE]


def test_more_connections_than_are_told_apart_are_somebody(far: Far, peer: Peer) -> None:
    for number in range(MOST_CAME + 100):
        came(far, BTS1, 30000 + number)
    assert peer.found(1, {PORT: 30000}) == [MINE]
    assert peer.found(1, {PORT: 30000 + MOST_CAME}) == [OTHER]
    assert len(far.holder._book.held.leases(MSS, PORT)[0].came[PORT].sources) == MOST_CAME


def test_a_connection_to_what_is_not_held_is_nobodys(far: Far, peer: Peer) -> None:
    came(far, BTS1, port=50001)
    far.holder.accepted(BTS2, PORT, Place(BTS1, SOURCE), BEGIN)
    assert peer.report(1, {PORT: SOURCE}).reached_ago is None
    assert peer.found(1, {PORT: SOURCE}) == [NONE]


# Several leases at a port.


def test_who_came_for_another_lease_is_explained(far: Far, peer: Peer) -> None:
    second = other(far)
    came(far, BTS2)
    assert peer.found(1, {PORT: SOURCE}) == [NONE]
    assert second.found(1, {PORT: SOURCE}) == [MINE]


def test_who_comes_more_often_than_he_asks_may_have_crowded_others_out(far: Far, peer: Peer) -> None:
    other(far)
    for number in range(EXPLAINED):
        came(far, BTS2, 30000 + number)
    assert peer.found(1, {PORT: SOURCE}) == [NONE]
    came(far, BTS2, 40000)
    assert peer.found(1, {PORT: SOURCE}) == [OTHER]


def test_whose_syns_come_more_often_than_he_asks_may_have_crowded_others_out(far: Far, peer: Peer) -> None:
    other(far)
    for number in range(EXPLAINED):
        half_way(far, BTS2, 30000 + number)
    assert peer.found(1, {PORT: SOURCE}) == [NONE]
    half_way(far, BTS2, 40000)
    assert peer.found(1, {PORT: SOURCE}) == [OTHER]


@pytest.mark.parametrize("before", [True, False])
def test_where_somebody_was_not_let_in_it_means_nothing_who_was(far: Far, peer: Peer, before: bool) -> None:
    came(far, BTS1) if before else None
    far.holder.accepted(MSS, PORT, UNSEEN, BEGIN)
    assert peer.found(1, {PORT: SOURCE}) == [OTHER]
    came(far, BTS1)  # too late, perhaps
    assert peer.found(1, {PORT: SOURCE}) == [OTHER]


def test_who_was_not_let_in_may_be_of_this_host(far: Far, peer: Peer) -> None:
    far.holder.accepted(MSS, PORT, UNSEEN, BEGIN)
    assert peer.report(1, {PORT: SOURCE}).reached_ago is None


def test_whose_syn_came_for_another_lease_is_explained(far: Far, peer: Peer) -> None:
    second = other(far)
    half_way(far, BTS2)
    assert peer.found(1, {PORT: SOURCE}) == [NONE]
    assert second.found(1, {PORT: SOURCE}) == [HALF_OPEN]


def test_a_stranger_is_nobodys_for_all(far: Far, peer: Peer) -> None:
    second = other(far)
    came(far, STRANGER)
    assert peer.found(1, {PORT: SOURCE}) + second.found(1, {PORT: SOURCE}) == [OTHER, OTHER]


def test_another_lease_of_ones_own_explains_nothing(far: Far, peer: Peer) -> None:
    peer.hold(2, [PORT])
    came(far, BTS1, SOURCE)
    assert peer.found(2, {PORT: SOURCE + 1}) == [OTHER]


def test_whoever_comes_after_his_lease_is_over_is_not_explained_any_more(far: Far, peer: Peer) -> None:
    other(far)
    peer.hold(1, [PORT], BEGIN + 4)
    far.tick(BEGIN + 5)
    came(far, BTS2, now=BEGIN + 5)
    assert peer.found(1, {PORT: SOURCE}, BEGIN + 6) == [OTHER]


# A lease that is over, or that nobody knows.


def test_a_lease_that_nobody_knows_is_said_to_be_broken(far: Far, peer: Peer) -> None:
    reported = peer.report(2, {PORT: SOURCE})
    assert reported == Reported(False, MSS, Admission.UNKNOWN, None, {PORT: UNKNOWN})


def test_somebody_elses_lease_is_not_told_of(far: Far, peer: Peer) -> None:
    second = greeted(far, "BTS02", Place(BTS2, 10135))
    came(far, BTS1)
    assert not second.report(1, {PORT: SOURCE}).unbroken


def test_from_another_address_it_cannot_be_said_who_came(far: Far, peer: Peer) -> None:
    came(far, BTS1)
    moved = greeted(far, place=Place("2001:db8::11", 10135))
    assert not moved.report(1, {PORT: SOURCE}).unbroken
    peer.local = "192.0.2.32"
    assert not peer.report(1, {PORT: SOURCE}).unbroken


def test_after_its_end_a_lease_tells_only_of_connections(far: Far, peer: Peer) -> None:
    peer.hold(2, [50001])
    came(far, BTS1)
    came(far, STRANGER, port=50001)
    half_way(far, BTS1, port=50001)
    for later in (5.0, 14.9):
        assert peer.found(1, {PORT: SOURCE}, BEGIN + later) == [MINE]
        assert peer.found(1, {PORT: SOURCE + 1}, BEGIN + later) == [UNKNOWN]
        assert peer.found(2, {50001: SOURCE}, BEGIN + later) == [UNKNOWN]
    assert far.count(Look) == 0
    assert not peer.report(1, {PORT: SOURCE}, BEGIN + 15).unbroken


@pytest.mark.parametrize("ticks", [True, False])
def test_a_lease_that_ends_while_it_is_looked_at_tells_only_of_connections(far: Far, peer: Peer, ticks: bool) -> None:
    far.slow = True
    peer.ask(asking(1, {PORT: SOURCE}), BEGIN + 4.9)
    if ticks:
        far.tick(BEGIN + 5)
    (answer,) = far.work(BEGIN + 5)
    reported = peer.read(answer)
    assert isinstance(reported, Reported)
    assert (reported.unbroken, reported.found) == (True, {PORT: UNKNOWN})


def test_whoever_comes_while_it_is_looked_is_told_of(far: Far, peer: Peer) -> None:
    far.slow = True
    peer.ask(asking(1, {PORT: SOURCE}), BEGIN)
    came(far, BTS1)
    (answer,) = far.work(BEGIN + 0.1)
    assert isinstance(reported := peer.read(answer), Reported)
    assert reported.found == {PORT: MINE}


def test_a_table_that_cannot_be_read_tells_nothing(far: Far, peer: Peer) -> None:
    far.host.can_look = False
    assert peer.found(1, {PORT: SOURCE}) == [UNKNOWN]
    came(far, STRANGER)
    assert peer.found(1, {PORT: SOURCE}) == [UNKNOWN]
    came(far, BTS1)
    assert peer.found(1, {PORT: SOURCE}) == [MINE]


def test_a_lease_that_is_still_being_opened_is_not_there(far: Far) -> None:
    far.slow = True
    peer = greeted(far)
    assert peer.ask(Hold(lease(1), (PORT,)), BEGIN) is None
    assert not peer.report(1, {PORT: SOURCE}).unbroken


def test_nobody_is_answered_any_more_who_asked_before_the_end(far: Far, peer: Peer) -> None:
    far.slow = True
    peer.ask(asking(1, {PORT: SOURCE}), BEGIN)
    far.close(BEGIN)
    assert far.work(BEGIN) == []


def test_what_is_never_looked_at_is_forgotten(far: Far, peer: Peer) -> None:
    far.slow = True
    for number in range(20):
        peer.hold(1, [PORT], BEGIN + number)
        peer.ask(asking(1, {PORT: SOURCE}), BEGIN + number)
    assert len(far.holder._reports._looking) == 10
    assert len(far.work(BEGIN + 20)) == 10


# Where.


def test_where_it_is_bound_and_what_the_host_admits_is_said(far: Far, peer: Peer) -> None:
    far.holder.admission = Admission.SHUTS
    reported = peer.report(1, {PORT: SOURCE})
    assert (reported.bound, reported.admission) == (MSS, Admission.SHUTS)


def test_when_it_was_reached_from_another_host_is_said_for_a_day(far: Far, peer: Peer) -> None:
    assert peer.report(1, {PORT: SOURCE}).reached_ago is None
    came(far, STRANGER, now=BEGIN + 1)
    assert peer.report(1, {PORT: SOURCE}, BEGIN + 4.5).reached_ago == 3
    assert greeted(far, now=BEGIN + 86_400).report(1, {}, BEGIN + 86_400).reached_ago == 86_399
    assert greeted(far, now=BEGIN + 86_401).report(1, {}, BEGIN + 86_401).reached_ago is None


def test_our_own_connections_say_nothing_of_the_firewall(far: Far, peer: Peer) -> None:
    far.holder.own_addresses = frozenset({STRANGER})
    came(far, STRANGER)
    came(far, MSS)
    assert peer.report(1, {PORT: SOURCE}).reached_ago is None


def test_each_address_of_ours_is_reached_or_not(far: Far, peer: Peer) -> None:
    came(far, BTS1)
    peer.local = "192.0.2.32"
    peer.hold(2, [PORT])
    assert peer.report(2, {PORT: SOURCE}).reached_ago is None


def test_whose_syn_came_has_reached_us(far: Far, peer: Peer) -> None:
    half_way(far, BTS1)
    assert peer.report(1, {PORT: SOURCE}).reached_ago == 0


def test_a_report_can_be_asked_for_as_often_as_one_likes(far: Far, peer: Peer) -> None:
    came(far, BTS1, AT.port)
    assert [peer.found(1, {PORT: AT.port}) for _ in range(5)] == [[MINE]] * 5
