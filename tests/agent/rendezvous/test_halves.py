"""Both halves together: what is lost, late, twice, replayed, restarted, of another version or with another key."""

import random
from collections.abc import Sequence

import pytest

from agent.rendezvous.orders import Open, Place
from agent.rendezvous.seeker import Seeker
from probes.wire.rendezvous.frame import Drop, Kind
from probes.wire.rendezvous.greeting import OtherVersion
from probes.wire.rendezvous.messages import Found, Holding, Reason
from probes.wire.rendezvous.proof import is_among, proof
from probes.wire.rendezvous.states import Accepted, PathState, ProbeBack, States, Willing
from tests.agent.rendezvous.joined import Joined, arrives, loses, lost
from tests.agent.rendezvous.played import AT, BEGIN, BTS1, BTS2, MSS, NOON, Peer, counted, lease, ring, state

HELD, NONE, MINE, UNKNOWN = Holding.HELD, Found.NONE, Found.MINE, Found.NOTHING_KNOWN
PORT, SOURCE = 50000, 40000
TELL = state().encode()


@pytest.fixture
def joined() -> Joined:
    return Joined()


def slow(seconds: float) -> Joined:
    """On a host that takes so long for an order."""
    joined = Joined()
    joined.far.slow, joined.late = True, seconds
    return joined


# As it should be.


def test_a_held_port_is_asked_and_reported_on(joined: Joined) -> None:
    assert joined.hold(1, [PORT, 50001]) == {PORT: HELD, 50001: HELD}
    said = joined.connect(PORT, SOURCE)
    assert said is not None
    assert is_among(proof(ring()[0].proofs, lease(1), PORT), said)
    reported = joined.report(1, {PORT: SOURCE, 50001: SOURCE + 1})
    assert reported is not None
    assert (reported.unbroken, reported.bound, reported.reached_ago) == (True, MSS, 0)
    assert reported.found == {PORT: MINE, 50001: NONE}
    joined.run(5)
    assert joined.far.ports == []


def test_nothing_listens_outside_of_a_lease(joined: Joined) -> None:
    assert joined.far.ports == []
    joined.greet()
    joined.ask(Kind.TELL, TELL)
    assert (joined.far.ports, joined.far.count(Open)) == ([], 0)


def test_the_rest_is_asked_and_told(joined: Joined) -> None:
    joined.far.desk.states[2] = state(2)
    assert joined.ask(Kind.TELL, TELL).answer is not None
    assert joined.far.desk.told == [("BTS01", "MSS", state())]
    answer = joined.ask(Kind.PROBE_BACK, ProbeBack(10135).encode()).answer
    assert answer is not None
    assert Accepted.decode(answer.body).willing is Willing.YES
    answer = joined.ask(Kind.STATES, States(2).encode()).answer
    assert answer is not None
    assert PathState.decode(answer.body) == state(2)


@pytest.mark.parametrize("ahead", [600.0, -600.0, 1e8])
def test_no_clock_needs_to_be_right(joined: Joined, ahead: float) -> None:
    joined.far.ahead = ahead
    assert joined.hold(1, [PORT]) == {PORT: HELD}
    assert joined.seeker.offset == pytest.approx(ahead, abs=0.01)


def test_several_share_a_port_and_each_is_told_his_own(joined: Joined) -> None:
    other = Peer(joined.far, "BTS02", Place(BTS2, 10135))
    other.greet()
    joined.hold(1, [PORT])
    other.hold(1, [PORT], joined.now)
    assert joined.far.count(Open) == 1
    joined.connect(PORT, SOURCE, BTS2)
    assert other.found(1, {PORT: SOURCE}, joined.now) == [MINE]
    reported = joined.report(1, {PORT: SOURCE})
    assert reported is not None
    assert reported.found == {PORT: NONE}


def test_a_lease_is_kept_for_as_long_as_it_is_renewed(joined: Joined) -> None:
    for _ in range(10):
        assert joined.hold(1, [PORT]) == {PORT: HELD}
        joined.run(4)
    joined.connect(PORT, SOURCE)
    reported = joined.report(1, {PORT: SOURCE})
    assert reported is not None
    assert (reported.unbroken, reported.found) == (True, {PORT: MINE})
    assert joined.far.count(Open) == 1


def test_a_lease_that_is_over_is_not_renewed(joined: Joined) -> None:
    joined.hold(1, [PORT])
    joined.run(5.5)
    assert joined.connect(PORT, SOURCE) is None
    assert joined.hold(1, [PORT]) is None
    reported = joined.report(1, {PORT: SOURCE})
    assert reported is not None
    assert reported.found == {PORT: UNKNOWN}


@pytest.mark.parametrize("later", [0.5, 3.0, 8.0])
def test_a_renewal_that_comes_too_late_is_of_a_lease_that_is_broken(joined: Joined, later: float) -> None:
    joined.hold(1, [PORT])
    joined.run(4.8)
    joined.there = lambda data: (later,)
    ticket = joined.seeker.ask(Kind.HOLD, lease(1) + b"\x01" + PORT.to_bytes(2, "big"), joined.now)
    joined.run(0.3)
    assert joined.connect(PORT, SOURCE) is None
    assert joined.answer(ticket).answer is None or joined.far.ports == [PORT]
    joined.there = arrives
    reported = joined.report(1, {PORT: SOURCE})
    assert reported is not None
    assert not reported.unbroken or reported.found == {PORT: UNKNOWN}


# Lost, twice, late, in another order.


@pytest.mark.parametrize("number", range(6))
def test_whichever_request_is_lost_it_is_made_again(joined: Joined, number: int) -> None:
    joined.there = loses(number)
    assert joined.hold(1, [PORT]) == {PORT: HELD}
    assert joined.report(1, {PORT: SOURCE}) is not None
    assert joined.ask(Kind.TELL, TELL).answer is not None
    assert (joined.far.count(Open), len(joined.far.desk.told)) == (1, 1)


@pytest.mark.parametrize("number", range(6))
def test_whichever_answer_is_lost_it_is_given_again_and_nothing_is_done_twice(joined: Joined, number: int) -> None:
    joined.back = loses(number)
    assert joined.hold(1, [PORT]) == {PORT: HELD}
    assert joined.report(1, {PORT: SOURCE}) is not None
    assert joined.ask(Kind.TELL, TELL).answer is not None
    assert (joined.far.count(Open), len(joined.far.desk.told)) == (1, 1)
    assert joined.far.dropped == {}


def test_what_was_lost_is_told(joined: Joined) -> None:
    joined.greet()
    joined.there, joined.back = loses(0), loses(0)
    done = joined.ask(Kind.TELL, TELL)
    assert (done.sends, done.repeated, done.sent) == (3, True, BEGIN + 0.02)
    assert not joined.ask(Kind.TELL, TELL).repeated


def test_when_all_answers_are_lost_it_is_given_up(joined: Joined) -> None:
    joined.greet()
    joined.back = lost
    done = joined.ask(Kind.TELL, TELL)
    assert (done.answer, done.sends) == (None, 6)
    assert len(joined.far.desk.told) == 1
    assert joined.far.dropped == {Drop.REPLAY: 3 + 2}  # its own, and those of the greeting for it


def test_what_arrives_twice_is_done_once(joined: Joined) -> None:
    joined.there = joined.back = lambda data: (0.01, 0.01, 0.02)
    assert joined.hold(1, [PORT]) == {PORT: HELD}
    assert joined.ask(Kind.TELL, TELL).answer is not None
    joined.run(1)
    assert (joined.far.count(Open), len(joined.far.desk.told)) == (1, 1)
    assert set(joined.drops) == {Drop.REPLAY}


def test_what_arrives_after_what_was_said_later_is_understood_all_the_same(joined: Joined) -> None:
    joined.greet()
    later = iter([0.3, 0.01] * 20)
    joined.there = lambda data: (next(later),)
    tickets = [joined.seeker.ask(Kind.TELL, state(1, number).encode(), joined.now) for number in range(8)]
    assert all(joined.answer(ticket).answer for ticket in tickets)
    assert sorted(told.tested for _, _, told in joined.far.desk.told) == list(range(8))


def test_a_slow_host_answers_once_when_it_is_done() -> None:
    joined = slow(2.0)
    assert joined.hold(1, [PORT]) == {PORT: HELD}
    assert joined.report(1, {PORT: SOURCE}) is not None
    assert joined.far.count(Open) == 1
    assert joined.far.dropped == {}


@pytest.mark.parametrize("seed", range(40))
def test_with_thirty_percent_lost_nothing_is_ever_wrong_and_most_is_answered(seed: int) -> None:
    dice = random.Random(seed)

    def perhaps(data: bytes) -> Sequence[float]:
        return [dice.uniform(0.0, 0.3) for _ in range(dice.choice([0, 0, 0, 1, 1, 1, 1, 1, 1, 2]))]

    joined = Joined()
    joined.there = joined.back = perhaps
    answered = 0
    for number in range(20):
        if joined.hold(number, [PORT + number]) is not None:
            came = joined.connect(PORT + number, SOURCE) is not None
            reported = joined.report(number, {PORT + number: SOURCE})
            if reported is not None and reported.unbroken:
                answered += 1
                assert reported.found[PORT + number] in ({MINE} if came else {NONE, UNKNOWN})
    assert answered >= 12
    assert joined.far.host.most <= 20
    joined.there = joined.back = arrives
    joined.run(20)
    assert joined.far.ports == []


# Restarts.


def test_an_agent_that_was_restarted_is_greeted_again_and_asked_again(joined: Joined) -> None:
    joined.hold(1, [PORT])
    joined.restart_far()
    done = joined.ask(Kind.TELL, TELL)
    assert done.answer is not None
    assert done.sends == 5
    assert joined.far.dropped == {Drop.COOKIE: 4}
    assert joined.hold(2, [PORT]) == {PORT: HELD}


def test_a_lease_does_not_outlive_its_agent(joined: Joined) -> None:
    joined.hold(1, [PORT])
    joined.restart_far()
    assert joined.connect(PORT, SOURCE) is None
    reported = joined.report(1, {PORT: SOURCE})
    assert reported is not None
    assert not reported.unbroken


def test_nobody_is_fooled_by_a_lease_that_was_renewed_over_a_restart(joined: Joined) -> None:
    joined.hold(1, [PORT])
    joined.restart_far()
    assert joined.connect(PORT, SOURCE) is None
    assert joined.hold(1, [PORT]) is None
    assert joined.hold(1, [PORT]) is None
    reported = joined.report(1, {PORT: SOURCE})
    assert reported is not None
    assert not reported.unbroken


def test_an_agent_that_is_gone_is_given_up_and_found_again(joined: Joined) -> None:
    joined.hold(1, [PORT])
    joined.there = lost
    assert joined.report(1, {PORT: SOURCE}) is None
    joined.run(60)
    joined.restart_far()
    joined.there = arrives
    assert joined.hold(2, [PORT]) == {PORT: HELD}


def test_an_agent_that_starts_while_it_is_asked_answers(joined: Joined) -> None:
    joined.there = lost
    ticket = joined.seeker.ask(Kind.TELL, TELL, joined.now)
    joined.run(1)
    joined.there = arrives
    assert joined.answer(ticket).answer is not None


def test_one_that_was_restarted_itself_greets_and_its_leases_end_by_themselves(joined: Joined) -> None:
    joined.hold(1, [PORT])
    joined.start(ring())
    assert joined.hold(2, [50001]) == {50001: HELD}
    assert joined.far.ports == [PORT, 50001]
    joined.run(5)
    assert joined.far.ports == []


def test_a_restart_between_a_request_and_its_answer_is_survived() -> None:
    joined = slow(0.5)
    ticket = joined.seeker.ask(Kind.HOLD, b"\x01" * 16 + b"\x01\xc3\x50", joined.now)
    joined.run(0.3)
    assert len(joined.far.todo) == 1
    joined.restart_far()
    assert joined.answer(ticket).answer is not None
    assert joined.far.ports == [PORT]


# Time.


def test_an_hour_of_rounds_goes_on_over_many_cookies(joined: Joined) -> None:
    for number in range(60):
        assert joined.hold(number, [PORT]) == {PORT: HELD}
        joined.run(60)
    assert joined.far.ports == []
    assert joined.far.dropped == {}
    assert len({frame[24:48] for frame in joined.said}) == 8  # no cookie, and one for every nine minutes


def test_a_cookie_that_the_agent_does_not_take_any_more_is_replaced(joined: Joined) -> None:
    joined.greet()
    joined.seeker._cookie_until += 3600  # as if time had passed otherwise there
    joined.run(700)
    done = joined.ask(Kind.TELL, TELL)
    assert done.answer is not None
    assert joined.far.dropped == {Drop.COOKIE: 4}


# Versions.


@pytest.mark.parametrize("ours", range(3, 8))
@pytest.mark.parametrize("theirs", range(3, 8))
def test_whoever_is_one_version_apart_is_understood(ours: int, theirs: int) -> None:
    joined = Joined(newest=ours, theirs=theirs)
    held = joined.hold(1, [PORT])
    if abs(ours - theirs) <= 1:
        assert held == {PORT: HELD}
        assert joined.seeker.other_version is None
        assert joined.said[-1][4] == min(ours, theirs)
    else:
        assert held is None
        assert joined.seeker.other_version == OtherVersion(theirs, theirs - 1)
        assert joined.far.ports == []


@pytest.mark.parametrize("theirs", range(3, 8))
def test_an_agent_that_comes_back_in_another_version_is_understood(theirs: int) -> None:
    joined = Joined(newest=5, theirs=5)
    joined.hold(1, [PORT])
    joined.restart_far(newest=theirs)
    assert (joined.hold(2, [PORT]) is not None) is (abs(theirs - 5) <= 1)
    joined.restart_far(newest=5)
    assert joined.hold(3, [PORT]) == {PORT: HELD}


# Keys.


@pytest.mark.parametrize("ours", ["n", "o", "no", "on"])
@pytest.mark.parametrize("theirs", ["n", "o", "no", "on"])
def test_whoever_verifies_the_others_key_is_understood(ours: str, theirs: str) -> None:
    joined = Joined(ring(ours), ring(theirs))
    if ours[0] not in theirs:
        assert joined.hold(1, [PORT]) is None
        assert set(joined.far.dropped) == {Drop.MAC}
        return
    assert joined.hold(1, [PORT]) == {PORT: HELD}
    said = joined.connect(PORT, SOURCE)
    assert said is not None
    assert is_among(proof(ring(ours)[0].proofs, lease(1), PORT), said)
    assert dict(joined.far.holder.key_used) == {"current" if ours[0] == theirs[0] else "previous": 2}


def test_a_key_is_replaced_without_a_gap() -> None:
    joined = Joined(ring("o"), ring("o"))
    for theirs, ours in [("on", "o"), ("on", "on"), ("on", "no"), ("no", "no"), ("no", "n"), ("n", "n")]:
        joined.restart_far(ring(theirs))
        joined.start(ring(ours))
        assert joined.hold(1, [PORT]) == {PORT: HELD}


# Attacks.


def test_a_recorded_conversation_opens_nothing_and_is_counted(joined: Joined) -> None:
    joined.hold(1, [PORT])
    joined.report(1, {PORT: SOURCE})
    joined.ask(Kind.TELL, TELL)
    joined.run(6)
    recorded, answers = [*joined.said], len(joined.answered)
    for place in (AT, Place(BTS1, 50123), Place(BTS2, 10135), Place("203.0.113.9", 10135)):
        for data in recorded * 5:
            joined.to_far(data, place)
    assert joined.far.ports == []
    assert joined.far.count(Open) == 1
    assert len(joined.far.desk.told) == 1
    assert len(joined.answered) == answers + 2 * len(recorded)  # to whom it was said, three times in all
    assert sum(joined.far.dropped.values()) == 4 * 5 * len(recorded) - 2 * len(recorded)


def test_a_reflected_datagram_is_nothing_to_either_half(joined: Joined) -> None:
    joined.hold(1, [PORT])
    for data in joined.said:
        assert joined.seeker.receive(data, joined.now, NOON) is Drop.MAC
    for send in joined.answered:
        joined.to_far(send.data)
    assert joined.far.dropped == {Drop.MAC: len(joined.answered)}


def test_answers_to_one_are_none_to_another(joined: Joined) -> None:
    joined.hold(1, [PORT])
    others = [Seeker("BTS02", "MSS", ring(), counted()), Seeker("BTS01", "MSS2", ring(), counted())]
    for send in joined.answered:
        assert [each.receive(send.data, joined.now, NOON) for each in others] == [Drop.RECEIVER, Drop.SENDER]


def test_whoever_speaks_for_another_host_from_its_own_address_is_not_heard(joined: Joined) -> None:
    forged = Peer(joined.far, "BTS02")
    assert forged.say(forged.sealed(ProbeBack(1)), joined.now) is None
    assert joined.far.dropped == {Drop.SENDER: 1}


def test_ports_that_are_nobodys_business_are_not_touched(joined: Joined) -> None:
    joined.far.host.taken[1433] = Holding.LISTENING
    assert joined.hold(1, [22, 1433, PORT]) == {22: Holding.REFUSED, 1433: Holding.LISTENING, PORT: HELD}
    assert joined.far.ports == [PORT]
    assert all(22 not in order.hold + order.look for order in joined.far.host.orders if isinstance(order, Open))


def test_a_thousand_leases_are_asked_for_and_few_are_had(joined: Joined) -> None:
    tickets = []
    for number in range(1_000):
        ports = (PORT + number % 900).to_bytes(2, "big")
        tickets.append(joined.seeker.ask(Kind.HOLD, lease(number) + b"\x01" + ports, joined.now))
    joined.run(20)
    assert joined.far.host.most == 16
    assert joined.far.ports == []
    assert joined.far.dropped[Drop.RATE] > 900
    assert len(joined.done) == 1_000


def test_full_is_said(joined: Joined) -> None:
    for number in range(16):
        assert joined.hold(number, [PORT]) == {PORT: HELD}
    done = joined.ask(Kind.HOLD, lease(16) + b"\x01" + PORT.to_bytes(2, "big"))
    assert done.answer is not None
    assert done.answer.body[-2:] == bytes([Holding.REFUSED, Reason.FULL])


def damaged(data: bytes, dice: random.Random) -> bytes:
    """A part of it, with a bit changed."""
    part = bytearray(data[: dice.randint(1, len(data))])
    part[dice.randrange(len(part))] ^= 1 << dice.randrange(8)
    return bytes(part)


def test_every_truncated_or_changed_datagram_is_dropped_by_both(joined: Joined) -> None:
    joined.hold(1, [PORT])
    joined.report(1, {PORT: SOURCE})
    dice = random.Random(1)
    for data in joined.said * 200:
        assert joined.far.hear(damaged(data, dice), AT, joined.now) == []
    for send in joined.answered * 200:
        assert joined.seeker.receive(damaged(send.data, dice), joined.now, NOON) in (Drop.MAC, Drop.MAGIC)
    assert set(joined.far.dropped) == {Drop.MAC, Drop.MAGIC}
    assert joined.far.count(Open) == 1
