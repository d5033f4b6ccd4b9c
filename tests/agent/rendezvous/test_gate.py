"""Whatever is not a request of a configured host to us is dropped in silence, and counted by its reason."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.rendezvous.orders import Place
from probes.wire.rendezvous.frame import LARGEST, MAGIC, Drop, Frame, Kind
from probes.wire.rendezvous.greeting import Hello, OtherVersion, Welcome
from probes.wire.rendezvous.messages import Hold, Report
from probes.wire.rendezvous.room import ROOM
from probes.wire.rendezvous.states import States
from tests.agent.rendezvous.played import AT, BEGIN, BTS1, BTS2, MSS, STRANGER, Far, Peer, greeted, lease, ring, state

HOLD = Hold(lease(1), (50000, 50001))


def silence(far: Far, data: bytes, source: Place = AT) -> dict[Drop, int]:
    """What was counted for a datagram that nothing came of."""
    before = far.holder.dropped.copy()
    assert far.hear(data, source, BEGIN) == []
    assert far.ports == []
    return dict(far.holder.dropped - before)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", Drop.MAGIC),
        (b"SSOR", Drop.MAGIC),
        (b"GET / HTTP/1.1\r\n" * 20, Drop.MAGIC),
        (MAGIC + bytes(300), Drop.MAC),
        (MAGIC + bytes(LARGEST - 3), Drop.TOO_LONG),
        (bytes(9_000), Drop.TOO_LONG),
    ],
)
def test_noise_is_dropped(data: bytes, reason: Drop) -> None:
    assert silence(Far(), data) == {reason: 1}


def test_noise_of_a_stranger_is_dropped_before_anything_is_computed() -> None:
    assert silence(Far(), MAGIC + bytes(300), Place(STRANGER, 10135)) == {Drop.SENDER: 1}


def test_another_sites_key_is_none() -> None:
    far = Far(ring("ab"))
    assert silence(far, Peer(far, keys=ring("c")).sealed(Hello(1))) == {Drop.MAC: 1}


@given(st.integers(0))
def test_no_bit_of_a_request_can_be_changed(bit: int) -> None:
    far = Far()
    data = greeted(far).sealed(HOLD)
    changed = int.from_bytes(data, "big") ^ 1 << bit % (len(data) * 8)
    counted = silence(far, changed.to_bytes(len(data), "big"))
    assert counted in ({Drop.MAC: 1}, {Drop.MAGIC: 1})


@given(st.integers(0), st.binary(max_size=40))
def test_no_part_of_a_request_is_one(cut: int, tail: bytes) -> None:
    far = Far()
    data = greeted(far).sealed(HOLD)
    part = data[: cut % len(data)] + tail
    if part != data:
        assert set(silence(far, part)) <= {Drop.MAC, Drop.MAGIC}


def test_a_request_to_somebody_else_is_not_ours() -> None:
    far = Far()
    peer = Peer(far)
    peer.receiver = "MSS2"
    assert silence(far, peer.sealed(Hello(1))) == {Drop.RECEIVER: 1}


@pytest.mark.parametrize("receiver", ["MSS", "NODE1", "mss"])
def test_a_cluster_is_asked_by_any_of_its_names(receiver: str) -> None:
    peer = Peer(Far())
    peer.receiver = receiver
    assert peer.greet().name == "NODE1"


@pytest.mark.parametrize(
    ("name", "address"),
    [("BTS02", BTS1), ("BTS01", BTS2), ("BTS09", BTS1), ("MSS", BTS1), ("BTS01", MSS), ("BTS01", STRANGER)],
)
def test_a_name_is_believed_at_its_own_addresses_only(name: str, address: str) -> None:
    far = Far()
    assert silence(far, Peer(far, name).sealed(Hello(1)), Place(address, 10135)) == {Drop.SENDER: 1}


def test_a_host_has_several_addresses_and_any_spelling() -> None:
    far = Far()
    assert Peer(far, "bts01", Place("2001:db8::11", 4711)).greet()


def test_the_roster_changes_from_outside() -> None:
    far = Far()
    peer = greeted(far)
    far.holder.roster = replace(far.holder.roster, hosts={}, addresses=frozenset())
    assert silence(far, peer.sealed(HOLD)) == {Drop.SENDER: 1}


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind.is_answer])
def test_what_is_an_answer_is_no_request(kind: Kind) -> None:
    far = Far()
    data = Frame(1, kind, "BTS01", "MSS", bytes(16)).seal(far.ring[0].requests, 600)
    assert silence(far, data) == {Drop.MALFORMED: 1}


def test_our_own_answer_is_no_request() -> None:
    far = Far()
    peer = greeted(far)
    assert silence(far, peer.heard[0].data) == {Drop.MAC: 1}


@pytest.mark.parametrize("body", [b"", bytes(15), bytes(16) + b"\x02\xc3\x50", bytes(16) + b"\xff" + bytes(300)])
def test_what_cannot_be_understood_is_dropped(body: bytes) -> None:
    far = Far()
    peer = greeted(far)
    for kind in (Kind.HOLD, Kind.REPORT):
        frame = Frame(1, kind, "BTS01", "MSS", b"%16d" % kind, body, peer.cookie)
        assert silence(far, frame.seal(far.ring[0].requests, ROOM[kind])) == {Drop.MALFORMED: 1}


@pytest.mark.parametrize(
    "body", [Hello(1), HOLD, Report(lease(1), ()), state(), States(1)], ids=lambda each: type(each).__name__
)
def test_whoever_leaves_no_room_for_the_answer_gets_none(body: Hello) -> None:
    far = Far()
    peer = greeted(far)
    kind = {Hello: Kind.HELLO, Hold: Kind.HOLD, Report: Kind.REPORT, States: Kind.STATES}.get(type(body), Kind.TELL)
    short = peer.sealed(body, least=ROOM[kind] - 1)
    if len(short) < ROOM[kind]:
        assert silence(far, short) == {Drop.MALFORMED: 1}
    assert peer.say(peer.sealed(body, least=ROOM[kind]), BEGIN) is not None


# Cookies.


def test_nothing_but_a_greeting_goes_without_a_cookie() -> None:
    far = Far()
    for body in (HOLD, Report(lease(1), ()), state(), States(1)):
        assert silence(far, Peer(far).sealed(body)) == {Drop.COOKIE: 1}
    assert far.desk.told == []


def test_a_cookie_is_good_at_every_port_of_the_address_that_got_it() -> None:
    peer = greeted(Far())
    peer.place = Place(BTS1, 50123)
    assert peer.hold(1, [50000])


def test_a_cookie_is_nobody_elses() -> None:
    far = Far()
    peer, other = greeted(far), Peer(far, "BTS02", Place(BTS2, 10135))
    other.cookie = peer.cookie
    assert silence(far, other.sealed(HOLD), other.place) == {Drop.COOKIE: 1}


def test_a_cookie_is_good_for_ten_minutes() -> None:
    far = Far()
    peer = greeted(far)
    assert peer.hold(1, [50000], BEGIN + 599)
    far.tick(BEGIN + 610)
    assert peer.ask(HOLD, BEGIN + 610) is None
    assert far.dropped == {Drop.COOKIE: 1}


# Replays.


def test_a_request_is_answered_alike_three_times_and_carried_out_once() -> None:
    far = Far()
    peer = greeted(far)
    answers = [peer.ask(state(), BEGIN)]
    first = peer.heard
    for _ in range(2):
        answers.append(peer.say(peer.last, BEGIN + 1))
        assert peer.heard == first
    assert [peer.say(peer.last, BEGIN + 1) for _ in range(3)] == [None] * 3
    assert len(set(answers)) == 1
    assert len(far.desk.told) == 1
    assert far.dropped == {Drop.REPLAY: 3}


def test_a_recorded_request_is_worth_nothing_elsewhere() -> None:
    far = Far()
    peer = greeted(far)
    peer.hold(1, [50000])
    for place in (Place(BTS1, 10136), Place(BTS2, 10135)):
        assert far.hear(peer.last, place, BEGIN) == []
    assert far.dropped == {Drop.REPLAY: 1, Drop.SENDER: 1}


def test_a_recorded_lease_is_not_renewed() -> None:
    far = Far()
    peer = greeted(far)
    peer.hold(1, [50000])
    for tenth in range(1, 100):
        far.hear(peer.last, AT, BEGIN + tenth / 10)
        far.tick(BEGIN + tenth / 10)
        assert far.ports == ([50000] if tenth < 50 else [])
    assert far.dropped == {Drop.REPLAY: 97}


def test_a_recorded_conversation_is_worth_nothing_after_a_restart() -> None:
    peer = greeted(Far())
    peer.hold(1, [50000])
    restarted = Far(boot=b"another boot")
    assert silence(restarted, peer.last) == {Drop.COOKIE: 1}


def test_a_greeting_is_answered_three_times_too() -> None:
    far = Far()
    peer = greeted(far)
    first = peer.heard
    for _ in range(2):
        peer.say(peer.last, BEGIN + 1)
        assert peer.heard == first
    assert peer.say(peer.last, BEGIN + 1) is None
    assert far.dropped == {Drop.REPLAY: 1}


def test_a_greeting_of_long_ago_is_one_as_it_carries_no_time() -> None:
    far = Far()
    peer = greeted(far)
    recorded = peer.last
    (answer,) = far.hear(recorded, Place(BTS1, 4711), BEGIN + 600)
    assert answer.to.address == BTS1
    assert len(answer.data) <= len(recorded)
    assert far.ports == []


def test_a_request_that_is_under_way_is_not_carried_out_again() -> None:
    far = Far()
    far.slow = True
    peer = greeted(far)
    assert peer.ask(HOLD, BEGIN) is None
    assert [peer.say(peer.last, BEGIN + 0.25) for _ in range(4)] == [None] * 4
    assert len(far.todo) == 1
    assert len(far.work(BEGIN + 0.5)) == 1
    assert len(far.hear(peer.last, AT, BEGIN + 0.6)) == 1
    assert far.dropped == {}


# How many.


def test_a_host_makes_so_many_requests_and_the_others_do_not_suffer() -> None:
    far = Far()
    peer, other = greeted(far), greeted(far, "BTS02", Place(BTS2, 10135))
    assert sum(peer.ask(state(), BEGIN) is not None for _ in range(100)) == 60
    assert far.dropped == {Drop.RATE: 40}
    assert len(far.desk.told) == 60
    assert other.ask(state(), BEGIN) is not None
    assert sum(peer.ask(state(), BEGIN + 1) is not None for _ in range(100)) == 20


def test_replays_and_noise_use_up_nothing_of_what_an_honest_host_may_ask() -> None:
    far = Far()
    peer = greeted(far)
    peer.ask(state(), BEGIN)
    recorded = peer.last
    for _ in range(1_000):
        far.hear(recorded, AT, BEGIN)
        far.hear(MAGIC + bytes(500), AT, BEGIN)
    assert sum(peer.ask(state(), BEGIN) is not None for _ in range(100)) == 59


def test_greetings_use_up_nothing_of_the_rest() -> None:
    far = Far()
    peer = greeted(far)
    assert sum(peer.ask(Hello(1), BEGIN) is not None for _ in range(100)) == 59
    assert peer.ask(state(), BEGIN) is not None


def test_a_request_that_was_too_many_can_be_made_again() -> None:
    far = Far()
    peer = greeted(far)
    while peer.ask(state(), BEGIN) is not None:
        pass
    assert peer.say(peer.last, BEGIN + 0.25) is not None


def test_memory_is_bounded_however_much_a_host_asks() -> None:
    far = Far()
    peer = greeted(far)
    for number in range(5_000):
        if number % 1_000 == 0:
            peer.greet(BEGIN + number / 10)
        peer.ask(state(), BEGIN + number / 10)
    assert len(far.holder._seen) <= 2_006
    assert far.dropped == {Drop.RATE: 3_000}
    far.tick(BEGIN + 5_000)
    assert len(far.holder._seen) == 0


# Versions.


@pytest.mark.parametrize("newest", [1, 2, 3])
def test_two_versions_are_spoken(newest: int) -> None:
    peer = Peer(Far(newest=newest))
    heard = {}
    for version in range(6):
        peer.version = version
        heard[version] = type(peer.ask(Hello(version), BEGIN))
    assert heard == {version: Welcome if version in (newest, newest - 1) else OtherVersion for version in range(6)}


def test_another_version_is_answered_with_those_that_are_spoken_and_counted() -> None:
    far = Far(newest=7)
    peer = Peer(far)
    peer.version = 9
    assert peer.ask(Hello(9), BEGIN) == OtherVersion(7, 6)
    assert len(peer.heard[0].data) <= len(peer.last)
    assert far.dropped == {Drop.VERSION: 1}


def test_another_version_is_answered_to_the_authentic_only() -> None:
    far = Far(newest=7)
    peer = Peer(far)
    peer.version = 9
    assert silence(far, peer.sealed(Hello(9)), Place(BTS2, 10135)) == {Drop.SENDER: 1}
    peer.receiver = "MSS2"
    assert silence(far, peer.sealed(Hello(9))) == {Drop.RECEIVER: 1}


def test_another_version_is_answered_as_seldom_as_anything() -> None:
    far = Far(newest=7)
    peer = Peer(far)
    peer.version = 9
    data = peer.sealed(HOLD)
    assert [bool(far.hear(data, AT, BEGIN)) for _ in range(5)] == [True] * 3 + [False] * 2
    assert sum(bool(far.hear(peer.sealed(HOLD), AT, BEGIN)) for _ in range(100)) == 59
    assert far.ports == []


def test_another_version_gets_no_answer_that_is_longer_than_it_is() -> None:
    far = Far(newest=7)
    data = Frame(9, Kind.HELLO, "BTS01", "MSS", bytes(16), b"\x09").seal(far.ring[0].requests)
    assert silence(far, data) == {Drop.VERSION: 1, Drop.MALFORMED: 1}


# Keys.


@pytest.mark.parametrize(
    ("ours", "theirs", "used"),
    [("ab", "a", "current"), ("ab", "b", "previous"), ("ba", "ab", "previous"), ("abc", "c", "previous")],
)
def test_a_request_is_answered_with_the_key_that_it_was_made_with(ours: str, theirs: str, used: str) -> None:
    far = Far(ring(ours))
    peer = Peer(far, keys=ring(theirs)[:1])
    peer.greet()
    peer.hold(1, [50000])
    assert dict(far.holder.key_used) == {used: 2}


def test_which_key_was_used_is_counted_for_what_is_carried_out_only() -> None:
    far = Far(ring("ab"))
    old = Peer(far, keys=ring("b"))
    old.greet()
    for _ in range(10):
        old.say(old.last, BEGIN)
    silence(far, old.sealed(Hello(1)), Place(BTS2, 1))
    assert dict(far.holder.key_used) == {"previous": 1}
