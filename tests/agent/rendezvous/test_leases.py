"""Ports are held for seconds, for as long as some lease needs them, and never one that may not be."""

from collections import Counter

import pytest

from agent.rendezvous.holder import Rules
from agent.rendezvous.orders import Close, Open, Place
from probes.wire.rendezvous.frame import Drop
from probes.wire.rendezvous.messages import Found, Held, Hold, Holding, Reason
from probes.wire.rendezvous.proof import proof
from tests.agent.rendezvous.played import (
    AT,
    BEGIN,
    BTS1,
    BTS2,
    DYNAMIC,
    HOSTS,
    MSS,
    ROSTER,
    Far,
    Peer,
    greeted,
    lease,
    ring,
)

HELD, REFUSED, FULL = Holding.HELD, Holding.REFUSED, Reason.FULL
NODE = "192.0.2.32"  # another address of ours


def other(far: Far, now: float = BEGIN) -> Peer:
    return greeted(far, "BTS02", Place(BTS2, 10135), now)


@pytest.fixture
def far() -> Far:
    return Far()


@pytest.fixture
def peer(far: Far) -> Peer:
    return greeted(far)


# Time.


def test_a_port_is_held_for_five_seconds(far: Far, peer: Peer) -> None:
    held = peer.ask(Hold(lease(1), (50000, 50001)), BEGIN)
    assert isinstance(held, Held)
    assert held.milliseconds == 5_000
    assert far.holder.next_at() == BEGIN + 5
    far.tick(BEGIN + 4.9)
    assert (far.ports, far.holder.listeners) == ([50000, 50001], 2)
    far.tick(BEGIN + 5)
    assert (far.ports, far.holder.listeners, far.holder.next_at()) == ([], 0, None)


def test_what_is_over_is_closed_by_whatever_happens_first(far: Far, peer: Peer) -> None:
    peer.hold(1, [50000])
    assert other(far, BEGIN + 6)
    assert far.ports == []


def test_noise_closes_nothing_and_costs_nothing(far: Far, peer: Peer) -> None:
    peer.hold(1, [50000])
    far.hear(b"noise", AT, BEGIN + 6)
    assert far.ports == [50000]


def test_a_lease_is_renewed(far: Far, peer: Peer) -> None:
    for second in range(0, 40, 4):
        assert peer.hold(1, [50001, 50000], BEGIN + second) == {50000: HELD, 50001: HELD}
        far.tick(BEGIN + second + 3.9)
        assert far.ports == [50000, 50001]
    assert (far.count(Open), far.count(Close)) == (1, 0)
    assert peer.found(1, {50000: 40000}, BEGIN + 40.9)
    far.tick(BEGIN + 41)
    assert far.ports == []


def test_the_time_runs_from_the_grant(far: Far, peer: Peer) -> None:
    far.slow = True
    peer.ask(Hold(lease(1), (50000,)), BEGIN)
    far.work(BEGIN + 2)
    far.tick(BEGIN + 6.9)
    assert far.ports == [50000]
    far.tick(BEGIN + 7)
    assert far.ports == []


@pytest.mark.parametrize("ticks", [True, False])
def test_what_is_opened_too_late_is_closed_at_once_and_nobody_is_told(far: Far, peer: Peer, ticks: bool) -> None:
    far.slow = True
    peer.ask(Hold(lease(1), (50000,)), BEGIN)
    if ticks:
        far.tick(BEGIN + 5)
    assert far.work(BEGIN + 5.1) == []
    assert (far.ports, far.holder.next_at()) == ([], None)
    assert peer.report(1, {50000: 1}, BEGIN + 5.2).unbroken is False


def test_what_was_renewed_too_late_has_not_been_there_all_the_time(far: Far, peer: Peer) -> None:
    peer.hold(1, [50000])
    far.tick(BEGIN + 5)
    peer.hold(1, [50000], BEGIN + 5.1)
    assert far.ports == [50000]
    assert not peer.report(1, {50000: 1}, BEGIN + 5.2).unbroken
    assert peer.hold(2, [50000], BEGIN + 5.3)
    assert peer.report(2, {50000: 1}, BEGIN + 5.4).unbroken


def test_an_answer_to_an_order_that_nobody_gave_comes_to_nothing(far: Far) -> None:
    assert far.holder.opened(4711, {}, BEGIN) == []
    assert far.holder.looked(4711, (), BEGIN) == []


# Sharing.


def test_a_port_is_opened_once_and_closed_when_its_last_lease_is_over(far: Far, peer: Peer) -> None:
    peer.hold(1, [50000, 50001])
    other(far).hold(1, [50001, 50002], BEGIN + 2)
    assert [order.hold for order in far.host.orders if isinstance(order, Open)] == [(50000, 50001), (50002,)]
    far.tick(BEGIN + 5)
    assert far.ports == [50001, 50002]
    far.tick(BEGIN + 7)
    assert far.ports == []


def test_a_port_that_is_just_being_opened_for_somebody_else_is_waited_for(far: Far, peer: Peer) -> None:
    far.slow = True
    second = other(far)
    peer.ask(Hold(lease(1), (50000,)), BEGIN)
    second.ask(Hold(lease(1), (50000,)), BEGIN)
    assert len(far.todo) == 1
    answers = far.work(BEGIN + 0.1)
    assert Counter(answer.to.address for answer in answers) == {BTS1: 1, BTS2: 1}
    assert isinstance(held := peer.read(answers[0]), Held)
    assert held.grants[0].holding is HELD


def test_of_two_that_wait_one_may_wait_for_more(far: Far, peer: Peer) -> None:
    far.slow = True
    second = other(far)
    peer.ask(Hold(lease(1), (50000,)), BEGIN)
    second.ask(Hold(lease(1), (50000, 50001)), BEGIN)
    first, last = far.todo
    far.todo = [last]
    assert far.work(BEGIN + 0.1) == []
    far.todo = [first]
    assert len(far.work(BEGIN + 0.2)) == 2


def test_what_fails_fails_for_all_who_wait(far: Far, peer: Peer) -> None:
    far.slow = True
    far.host.taken[50000] = Holding.BUSY
    second = other(far)
    peer.ask(Hold(lease(1), (50000,)), BEGIN)
    second.ask(Hold(lease(1), (50000,)), BEGIN)
    assert len(far.work(BEGIN)) == 2
    far.slow = False
    assert peer.hold(2, [50000]) == {50000: Holding.BUSY}
    assert far.count(Open) == 2


def test_ids_of_leases_are_a_senders_own(far: Far, peer: Peer) -> None:
    peer.hold(1, [50000])
    other(far).hold(1, [50001])
    assert far.ports == [50000, 50001]
    assert peer.report(1, {50000: 1, 50001: 1}).found[50001] == 0


def test_two_addresses_of_ours_hold_the_same_port(far: Far, peer: Peer) -> None:
    peer.hold(1, [50000])
    peer.local = NODE
    peer.hold(2, [50000])
    assert far.host.open == {Place(MSS, 50000), Place(NODE, 50000)}
    far.tick(BEGIN + 5)
    assert [order for order in far.host.orders if isinstance(order, Close)] == [
        Close(MSS, (50000,)),
        Close(NODE, (50000,)),
    ]


def test_a_lease_is_asked_for_again_in_the_same_words_from_the_same_place(far: Far, peer: Peer) -> None:
    peer.hold(1, [50000])
    assert peer.ask(Hold(lease(1), (50000, 50001)), BEGIN) is None
    peer.local = NODE
    assert peer.ask(Hold(lease(1), (50000,)), BEGIN) is None
    moved = greeted(far, place=Place("2001:db8::11", 10135))
    assert moved.ask(Hold(lease(1), (50000,)), BEGIN) is None
    assert far.dropped == {Drop.MALFORMED: 3}
    far.tick(BEGIN + 5)
    assert far.ports == []


def test_a_lease_that_is_being_opened_can_be_asked_for_again(far: Far, peer: Peer) -> None:
    far.slow = True
    peer.ask(Hold(lease(1), (50000,)), BEGIN)
    peer.ask(Hold(lease(1), (50000,)), BEGIN + 0.1)
    assert len(far.work(BEGIN + 0.2)) == 2
    assert far.count(Open) == 1


def test_a_lease_that_is_being_opened_is_not_asked_for_too_often(far: Far, peer: Peer) -> None:
    far.slow = True
    for _ in range(10):
        peer.ask(Hold(lease(1), (50000,)), BEGIN)
    assert far.dropped == {Drop.RATE: 6}
    assert len(far.work(BEGIN)) == 4


# Never.


def test_what_may_not_be_held_is_not_and_why_is_said(far: Far, peer: Peer) -> None:
    held = peer.ask(Hold(lease(1), (22, 1433, 50000, 50500, 50600, 50700, 10135, 65535)), BEGIN)
    assert isinstance(held, Held)
    assert [(each.port, each.holding, each.reason) for each in held.grants] == [
        (22, REFUSED, Reason.OUTSIDE),
        (1433, Holding.VACANT, Reason.FIXED),
        (50000, HELD, Reason.NONE),
        (50500, Holding.VACANT, Reason.FIXED),
        (50600, REFUSED, Reason.OWN),
        (50700, Holding.VACANT, Reason.SEEN),
        (10135, REFUSED, Reason.OWN),
        (65535, REFUSED, Reason.OUTSIDE),
    ]
    assert far.ports == [50000]
    assert far.count(Open) == 1
    assert isinstance(order := far.host.orders[1], Open)
    assert (order.hold, order.look) == ((50000,), (1433, 50500, 50700))


def test_whether_a_service_listens_is_said(far: Far, peer: Peer) -> None:
    far.host.taken |= {1433: Holding.LISTENING, 50000: Holding.LISTENING, 50001: Holding.BUSY, 50002: Holding.FAILED}
    assert peer.hold(1, [1433, 50000, 50001, 50002, 50500]) == {
        1433: Holding.LISTENING,
        50000: Holding.LISTENING,
        50001: Holding.BUSY,
        50002: Holding.FAILED,
        50500: Holding.VACANT,
    }
    assert peer.hold(1, [1433, 50000, 50001, 50002, 50500], BEGIN + 1)[1433] is Holding.LISTENING
    assert far.count(Open) == 1


def test_a_host_that_says_more_than_it_was_asked_is_not_believed(far: Far, peer: Peer) -> None:
    far.slow = True
    peer.ask(Hold(lease(1), (1433, 50000)), BEGIN)
    order = far.todo[0]
    assert isinstance(order, Open)
    grants = {port: far.host.opened(Open(0, MSS, (port,)))[port] for port in (1433, 50000)}
    (answer,) = far.carry_out(far.holder.opened(order.ticket, grants, BEGIN), BEGIN)
    held = peer.read(answer)
    assert isinstance(held, Held)
    assert {each.port: each.holding for each in held.grants} == {1433: Holding.FAILED, 50000: HELD}


def test_what_is_not_said_has_failed(far: Far, peer: Peer) -> None:
    far.slow = True
    peer.ask(Hold(lease(1), (1433, 50000)), BEGIN)
    (answer,) = far.carry_out(far.holder.opened(far.todo[0].ticket, {}, BEGIN), BEGIN)
    held = peer.read(answer)
    assert isinstance(held, Held)
    assert [each.holding for each in held.grants] == [Holding.FAILED] * 2


def test_a_host_that_has_just_started_holds_nothing() -> None:
    far = Far(rules=Rules(DYNAMIC, {1433}, (), frozenset().__contains__, BEGIN + 300))
    peer = greeted(far)
    assert peer.grants(1, [50000, 22, 1433]) == {
        (REFUSED, Reason.BOOTED): 1,
        (REFUSED, Reason.OUTSIDE): 1,
        (Holding.VACANT, Reason.FIXED): 1,
    }
    assert peer.hold(2, [50000], BEGIN + 300) == {50000: HELD}


# How many.


def test_a_sender_has_sixteen_leases(far: Far, peer: Peer) -> None:
    granted = [peer.grants(number, [50000 + number]) for number in range(20)]
    assert granted == [{(HELD, Reason.NONE): 1}] * 16 + [{(REFUSED, FULL): 1}] * 4
    assert len(far.ports) == 16
    assert other(far).hold(1, [50900]) == {50900: HELD}
    assert peer.hold(3, [50003], BEGIN + 1) == {50003: HELD}
    assert peer.hold(17, [50017], BEGIN + 5) == {50017: HELD}


def test_a_lease_too_many_is_not_known(far: Far, peer: Peer) -> None:
    for number in range(17):
        peer.hold(number, [50000])
    assert peer.report(15, {50000: 1}).unbroken
    assert not peer.report(16, {50000: 1}).unbroken


def test_of_one_lease_too_many_nothing_is_even_looked_at(far: Far, peer: Peer) -> None:
    for number in range(16):
        peer.hold(number, [50000])
    assert peer.grants(16, [22, 1433, 50700]) == {(REFUSED, Reason.OUTSIDE): 1, (REFUSED, FULL): 2}
    assert far.count(Open) == 1


def test_a_sender_has_so_many_ports(far: Far, peer: Peer) -> None:
    granted = [peer.grants(number, range(50000 + number * 60, 50060 + number * 60)) for number in range(5)]
    assert granted == [{(HELD, Reason.NONE): 60}] * 4 + [{(HELD, Reason.NONE): 16, (REFUSED, FULL): 44}]
    assert len(far.ports) == 256
    assert far.holder.listeners == 256


def test_a_thousand_leases_are_asked_for(far: Far) -> None:
    peer = greeted(far)
    for number in range(1_000):
        now = BEGIN + number / 20
        peer.hold(number, range(50000 + number % 900, 50064 + number % 900), now)
        far.tick(now)
        assert len(far.ports) <= 256
    assert far.host.most <= 256
    far.tick(BEGIN + 60)
    assert far.ports == []


def crowd(count: int, keys: str = "a") -> tuple[Far, list[Peer]]:
    far = Far(ring(keys), rules=Rules(range(10000, 60000), (), (), frozenset().__contains__, 0.0))
    names = {f"BTS{number:03}": f"198.51.100.{number}" for number in range(count)}
    far.holder.roster = ROSTER.of(["MSS"], HOSTS | {name: [address] for name, address in names.items()})
    return far, [greeted(far, name, Place(address, 10135)) for name, address in names.items()]


def test_all_together_hold_so_many_ports() -> None:
    far, peers = crowd(20)
    for number, peer in enumerate(peers):
        peer.hold(1, range(10000 + number * 64, 10064 + number * 64))
    assert len(far.ports) == 1_024
    assert far.host.most == 1_024
    assert peers[-1].grants(2, [10000, 50000]) == {(HELD, Reason.NONE): 1, (REFUSED, FULL): 1}


def test_a_port_serves_so_many_leases_and_says_as_many_proofs() -> None:
    far, peers = crowd(70)
    granted = [peer.hold(number, [50000])[50000] for number, peer in enumerate(peers)]
    assert granted == [HELD] * 64 + [REFUSED] * 6
    assert far.count(Open) == 1
    assert len(far.holder.proofs(MSS, 50000, Place(BTS1, 1))) == 64 * 16


def test_leases_that_end_leave_nothing_behind(far: Far, peer: Peer) -> None:
    for number in range(100):
        peer.hold(number, [50000, 50500], BEGIN + number)
        far.tick(BEGIN + number)
    assert len(far.holder._book) <= 6
    far.tick(BEGIN + 200)
    book = far.holder._book
    assert (len(book), len(book._ended), len(book._due), len(book._opening), len(book.held._ports)) == (0,) * 5


# Proofs.


def test_a_port_says_the_proofs_of_all_its_leases_and_first_that_of_whoever_connects(far: Far, peer: Peer) -> None:
    peer.hold(1, [50000])
    other(far).hold(2, [50000, 50001])
    first, second = (proof(far.ring[0].proofs, lease(number), 50000) for number in (1, 2))
    assert far.holder.proofs(MSS, 50000, Place(BTS1, 40000)) == first + second
    assert far.holder.proofs(MSS, 50000, Place(BTS2, 40000)) == second + first
    assert far.holder.proofs(MSS, 50001, Place(BTS1, 40000)) == proof(far.ring[0].proofs, lease(2), 50001)
    far.tick(BEGIN + 5)
    assert far.holder.proofs(MSS, 50000, Place(BTS1, 40000)) == b""


def test_a_proof_is_made_with_the_key_that_it_was_asked_with() -> None:
    far = Far(ring("ab"))
    peer = Peer(far, keys=ring("b"))
    peer.greet()
    peer.hold(1, [50000])
    assert far.holder.proofs(MSS, 50000, AT) == proof(ring("b")[0].proofs, lease(1), 50000)


def test_nothing_is_said_where_nothing_is_held(far: Far) -> None:
    assert far.holder.proofs(MSS, 50000, AT) == b""


# The end.


def test_everything_is_closed_at_the_end(far: Far, peer: Peer) -> None:
    peer.hold(1, [50000, 50001])
    other(far).hold(1, [50001, 50002])
    far.close(BEGIN + 1)
    assert (far.ports, far.holder.listeners, far.holder.next_at()) == ([], 0, None)
    assert peer.report(1, {50000: 1}, BEGIN + 1).found == {50000: Found.NOTHING_KNOWN}


def test_what_is_held_again_after_the_end_has_not_been_there_all_the_time(far: Far, peer: Peer) -> None:
    peer.hold(1, [50000])
    far.close(BEGIN + 1)
    assert peer.hold(1, [50000], BEGIN + 2) == {50000: HELD}
    assert not peer.report(1, {50000: 1}, BEGIN + 3).unbroken


def test_what_was_just_being_opened_is_closed_when_it_is(far: Far, peer: Peer) -> None:
    far.slow = True
    peer.ask(Hold(lease(1), (50000, 50001)), BEGIN)
    far.host.taken[50001] = Holding.BUSY
    far.close(BEGIN)
    assert far.work(BEGIN + 0.1) == []
    assert far.ports == []
    assert [order for order in far.host.orders if isinstance(order, Close)] == [Close(MSS, (50000,))]
