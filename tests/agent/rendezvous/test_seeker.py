"""Requests are said again until they are answered, and only what answers them is believed."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.rendezvous.holder.cookies import Cookies
from agent.rendezvous.question import Done
from agent.rendezvous.seeker import Seeker
from probes.wire.rendezvous.frame import LARGEST, MAGIC, NO_COOKIE, VERSION, Drop, Frame, Kind, open_request
from probes.wire.rendezvous.greeting import Hello, OtherVersion, Welcome
from probes.wire.rendezvous.keys import Ring
from probes.wire.rendezvous.messages import Held, Hold
from probes.wire.rendezvous.room import ROOM
from probes.wire.rendezvous.states import Told
from tests.agent.rendezvous.played import BEGIN, NOON, counted, lease, ring, state

SCHEDULE = [0.0, 0.25, 0.6, 1.1, 1.8, 2.6]
TELL = state().encode()
COOKIES = Cookies(b"k" * 32, b"boot")
RESTARTED = Cookies(b"k" * 32, b"another boot")


class Played:
    """A seeker, and by hand whatever the agent says to it. The clock is held."""

    def __init__(self, keys: Ring | None = None, newest: int = VERSION) -> None:
        self.now = BEGIN
        self.ring = keys or ring()
        self.seeker = Seeker("BTS01", "MSS", self.ring, counted(), newest=newest)
        self.cookies = COOKIES
        self.sent: list[tuple[float, bytes]] = []

    def until(self, later: float) -> list[Frame]:
        """What is said till so many seconds after the beginning."""
        before = len(self.sent)
        while (at := self.seeker.next_at()) is not None and at <= BEGIN + later:
            self.now = max(self.now, at)
            self.sent += [(self.now, data) for data in self.seeker.tick(self.now)]
        self.now = BEGIN + later
        return [self.read(data) for _, data in self.sent[before:]]

    def read(self, data: bytes) -> Frame:
        frame = open_request(data, self.ring[:1]).frame
        assert len(data) >= ROOM[frame.kind]
        return frame

    def times(self, kind: Kind) -> list[float]:
        """When that was said, in seconds after the beginning."""
        return [round(at - BEGIN, 6) for at, data in self.sent if self.read(data).kind is kind]

    def hear(self, frame: Frame, key: bytes | None = None) -> Drop | None:
        return self.seeker.receive(frame.seal(key or self.ring[0].answers), self.now, NOON + self.now - BEGIN)

    def answer(self, asked: Frame) -> Frame:
        """As an agent that has never heard of it would."""
        if asked.kind is Kind.HELLO:
            cookie = self.cookies.make(self.now, "192.0.2.11", asked.sender)
            welcome = Welcome(asked.version, round((NOON + self.now - BEGIN) * 1000), cookie, "NODE1")
            return asked.answer(Kind.WELCOME, welcome.encode())
        if asked.kind is Kind.HOLD:
            return asked.answer(Kind.HELD, Held(5_000, ()).encode())
        return asked.answer(Kind.TOLD, Told().encode())

    def greet(self) -> None:
        """Answered at once."""
        self.seeker.greet(self.now)
        (hello,) = self.until(self.now - BEGIN)
        assert self.hear(self.answer(hello)) is None
        assert [done.answer is not None for done in self.seeker.done()] == [True]
        self.sent.clear()

    def ask(self, kind: Kind = Kind.TELL, body: bytes = TELL) -> Frame:
        """Said once."""
        self.seeker.ask(kind, body, self.now)
        (asked,) = self.until(self.now - BEGIN)
        return asked


@pytest.fixture
def played() -> Played:
    return Played()


@pytest.fixture
def known() -> Played:
    """With a cookie."""
    played = Played()
    played.greet()
    return played


# Greeting.


def test_whoever_was_never_asked_has_nothing_to_do(played: Played) -> None:
    assert (played.seeker.next_at(), played.seeker.tick(BEGIN), played.seeker.done()) == (None, [], [])


def test_a_greeting_says_the_newest_version_and_carries_no_cookie(played: Played) -> None:
    played.seeker.greet(BEGIN)
    (hello,) = played.until(0)
    assert Hello.decode(hello.body) == Hello(VERSION)
    assert (hello.version, hello.kind, hello.sender, hello.receiver) == (VERSION, Kind.HELLO, "BTS01", "MSS")
    assert hello.cookie == NO_COOKIE


def test_the_first_request_is_greeted_for_and_goes_out_when_that_is_answered(played: Played) -> None:
    first, second = (played.seeker.ask(Kind.TELL, TELL, BEGIN) for _ in range(2))
    (hello,) = played.until(0.1)
    assert hello.kind is Kind.HELLO
    assert played.hear(played.answer(hello)) is None
    asked = played.until(0.1)
    assert [frame.kind for frame in asked] == [Kind.TELL] * 2
    for frame in asked:
        assert frame.cookie == (played.seeker.welcome and played.seeker.welcome.cookie)
        assert played.hear(played.answer(frame)) is None
    assert [done.ticket for done in played.seeker.done()] == [first, second]


def test_whoever_is_known_is_not_greeted_again(known: Played) -> None:
    assert known.ask().kind is Kind.TELL


def test_how_far_their_clock_is_ahead_is_taken_in_the_middle_of_the_way(played: Played) -> None:
    played.seeker.greet(BEGIN)
    (hello,) = played.until(0)
    played.now = BEGIN + 0.1
    answer = played.answer(hello)
    played.now = BEGIN + 0.2
    answer = replace(answer, body=answer.body[:1] + round((NOON + 600.1) * 1000).to_bytes(8, "big") + answer.body[9:])
    assert played.hear(answer) is None
    assert played.seeker.offset == pytest.approx(600, abs=0.001)
    assert played.seeker.welcome is not None
    assert played.seeker.welcome.name == "NODE1"


def test_a_cookie_is_used_for_nine_minutes(known: Played) -> None:
    known.now = BEGIN + 539
    asked = known.ask()
    assert asked.kind is Kind.TELL
    known.hear(known.answer(asked))
    known.now = BEGIN + 540
    assert known.ask().kind is Kind.HELLO


def test_the_time_of_a_cookie_runs_from_when_it_was_asked_for(played: Played) -> None:
    played.seeker.greet(BEGIN)
    (hello,) = played.until(0.2)
    played.now = BEGIN + 3
    played.hear(played.answer(hello))
    played.now = BEGIN + 540
    assert played.ask().kind is Kind.HELLO


# Repetition.


def test_a_greeting_is_said_again_and_given_up(played: Played) -> None:
    ticket = played.seeker.greet(BEGIN)
    said = played.until(3.49)
    assert played.times(Kind.HELLO) == SCHEDULE
    assert len({data for _, data in played.sent}) == 1
    assert len({frame.id for frame in said}) == 1
    assert played.seeker.done() == []
    played.until(3.5)
    assert played.seeker.done() == [Done(ticket, None, 6, None)]
    assert played.seeker.next_at() is None


def test_what_waits_for_a_greeting_is_given_up_with_it(played: Played) -> None:
    tickets = [played.seeker.ask(Kind.TELL, TELL, BEGIN + later) for later in (0, 1)]
    assert [frame.kind for frame in played.until(10)] == [Kind.HELLO] * 6
    assert played.seeker.done() == [Done(ticket, None, 0, None) for ticket in tickets]


def test_what_waits_for_a_greeting_waits_for_the_last_one(played: Played) -> None:
    played.seeker.greet(BEGIN)
    played.until(1)
    played.seeker.greet(played.now)
    played.seeker.ask(Kind.TELL, TELL, played.now)
    *_, hello = played.until(4)
    assert [done.ticket for done in played.seeker.done()] == [1]
    played.hear(played.answer(hello))
    *_, asked = played.until(4)
    assert asked.kind is Kind.TELL


def test_a_request_is_said_again_in_the_same_words(known: Played) -> None:
    ticket = known.seeker.ask(Kind.TELL, TELL, BEGIN)
    said = [frame for frame in known.until(10) if frame.kind is Kind.TELL]
    assert known.times(Kind.TELL) == SCHEDULE
    assert len(set(said)) == 1
    assert known.seeker.done() == [Done(ticket, None, 6, None)]


@pytest.mark.parametrize("times", range(1, 7))
def test_how_often_it_took_and_since_when_is_told(known: Played, times: int) -> None:
    ticket = known.seeker.ask(Kind.TELL, TELL, BEGIN)
    asked = [frame for frame in known.until(SCHEDULE[times - 1] + 0.01) if frame.kind is Kind.TELL][-1]
    answer = known.answer(asked)
    assert known.hear(answer) is None
    (done,) = known.seeker.done()
    assert done == Done(ticket, answer, times, BEGIN)
    assert done.repeated is (times > 1)
    assert known.hear(answer) is Drop.REPLAY


def test_after_an_answer_nothing_is_said_any_more(known: Played) -> None:
    known.hear(known.answer(known.ask()))
    assert known.seeker.next_at() is None
    assert known.until(10) == []


def test_whoever_is_late_says_it_once_and_not_as_often_as_it_was_due(known: Played) -> None:
    known.seeker.ask(Kind.TELL, TELL, BEGIN)
    assert len(known.seeker.tick(BEGIN + 10)) == 1
    assert len(known.seeker.tick(BEGIN + 12)) == 1
    assert known.seeker.next_at() == BEGIN + 12.6
    assert known.seeker.done() == []


def test_whenever_there_is_something_to_do_something_is_done(known: Played) -> None:
    known.seeker.ask(Kind.TELL, TELL, BEGIN)
    times = 0
    while (at := known.seeker.next_at()) is not None:
        assert known.seeker.tick(at) or known.seeker.done() or known.seeker.next_at() is None
        times += 1
    assert times == 13  # said six times and given up, its greeting too, once at the same time


# A cookie that is void.


def test_after_three_times_in_vain_the_agent_is_greeted_again(known: Played) -> None:
    known.seeker.ask(Kind.TELL, TELL, BEGIN)
    known.until(10)
    assert known.times(Kind.HELLO) == [pytest.approx(1.1 + later) for later in SCHEDULE]


def test_an_agent_that_has_started_anew_is_asked_again_with_its_new_cookie(known: Played) -> None:
    ticket = known.seeker.ask(Kind.TELL, TELL, BEGIN)
    first, *_, hello = known.until(1.1)
    known.cookies = RESTARTED
    assert known.hear(known.answer(hello)) is None
    (again,) = known.until(1.1)
    assert (again.kind, again.body) == (first.kind, first.body)
    assert again.id != first.id
    assert again.cookie == RESTARTED.make(known.now, "192.0.2.11", "BTS01")
    assert known.hear(known.answer(first)) is Drop.REPLAY
    assert known.hear(known.answer(again)) is None
    (done,) = known.seeker.done()
    assert (done.ticket, done.sends, done.sent) == (ticket, 5, BEGIN + 1.1)


def test_it_is_greeted_for_all_at_once(known: Played) -> None:
    for _ in range(5):
        known.seeker.ask(Kind.TELL, TELL, BEGIN)
    *_, hello = [frame for frame in known.until(1.2) if frame.kind is Kind.HELLO]
    assert known.times(Kind.HELLO) == [1.1]
    known.cookies = RESTARTED
    known.hear(known.answer(hello))
    assert [frame.kind for frame in known.until(1.2)] == [Kind.TELL] * 5


def test_an_answer_to_what_was_said_before_is_one_if_the_agent_is_the_same(known: Played) -> None:
    known.seeker.ask(Kind.TELL, TELL, BEGIN)
    said = known.until(0.2)
    first, *_, hello = [*said, *known.until(1.1)]
    known.hear(known.answer(hello))
    (again,) = known.until(1.1)
    assert again.id != first.id
    assert known.hear(known.answer(first)) is None
    (done,) = known.seeker.done()
    assert done.sent == BEGIN
    assert known.hear(known.answer(again)) is Drop.REPLAY


def test_what_was_asked_with_an_old_cookie_is_asked_again_without_another_greeting(known: Played) -> None:
    known.seeker.ask(Kind.TELL, TELL, BEGIN)
    known.until(0.3)
    known.cookies = RESTARTED
    known.seeker.greet(known.now)
    *_, hello = known.until(0.3)
    known.hear(known.answer(hello))
    known.sent.clear()
    again = known.until(1.2)
    assert [(frame.kind, frame.cookie) for frame in again[-1:]] == [
        (Kind.TELL, RESTARTED.make(known.now - 0.9, "192.0.2.11", "BTS01"))
    ]
    assert known.times(Kind.HELLO) == []


def test_a_request_is_sealed_twice_at_most(known: Played) -> None:
    known.seeker.ask(Kind.TELL, TELL, BEGIN)
    ids = set()
    for tenth in range(150):
        for frame in known.until(tenth / 10):
            if frame.kind is Kind.HELLO:
                known.hear(known.answer(frame))
            ids.add(frame.id if frame.kind is Kind.TELL else b"")
    assert len(ids - {b""}) == 2
    assert [done.answer for done in known.seeker.done()] == [None]
    assert len(known.seeker._ids) == 0


def test_after_a_greeting_in_vain_the_next_request_is_greeted_for(known: Played) -> None:
    known.seeker.ask(Kind.TELL, TELL, BEGIN)
    known.until(10)
    assert known.ask().kind is Kind.HELLO


# Leases do not outlive the half that granted them.


def held(known: Played) -> bytes:
    body = Hold(lease(1), (50000,)).encode()
    assert known.hear(known.answer(known.ask(Kind.HOLD, body))) is None
    known.seeker.done()
    return body


def restarted(known: Played) -> None:
    known.cookies = RESTARTED
    known.seeker.greet(known.now)
    *_, hello = known.until(known.now - BEGIN)
    known.hear(known.answer(hello))
    known.seeker.done()


def test_a_lease_is_renewed_at_the_half_that_granted_it(known: Played) -> None:
    body = held(known)
    assert known.hear(known.answer(known.ask(Kind.HOLD, body))) is None
    assert [done.answer is None for done in known.seeker.done()] == [False]


def test_a_lease_is_not_renewed_at_one_that_has_started_since(known: Played) -> None:
    body = held(known)
    restarted(known)
    ticket = known.seeker.ask(Kind.HOLD, body, known.now)
    assert known.seeker.done() == [Done(ticket, None, 0, None)]
    assert known.until(10) == []


def test_a_renewal_is_given_up_when_it_turns_out_that_the_half_has_started_anew(known: Played) -> None:
    ticket = known.seeker.ask(Kind.HOLD, held(known), BEGIN)
    *_, hello = known.until(1.1)
    known.cookies = RESTARTED
    known.hear(known.answer(hello))
    assert known.seeker.done() == [Done(ticket, None, 4, None)]
    assert known.until(10) == []


def test_a_new_lease_is_asked_for_again_whoever_is_there(known: Played) -> None:
    known.seeker.ask(Kind.HOLD, Hold(lease(2), (50000,)).encode(), BEGIN)
    *_, hello = known.until(1.1)
    known.cookies = RESTARTED
    known.hear(known.answer(hello))
    assert [frame.kind for frame in known.until(1.1)] == [Kind.HOLD]


def test_which_half_granted_which_lease_is_not_remembered_for_ever(known: Played) -> None:
    for number in range(1_000):
        known.hear(known.answer(known.ask(Kind.HOLD, Hold(lease(number), ()).encode())))
    assert len(known.seeker._granted) == 256


# Versions.


def refusal(asked: Frame, newest: int, oldest: int) -> Frame:
    return asked.answer(Kind.OTHER_VERSION, OtherVersion(newest, oldest).encode())


@pytest.mark.parametrize(("theirs", "spoken"), [((6, 5), 6), ((7, 6), None), ((8, 7), None), ((9, 1), None)])
def test_the_newest_version_that_both_speak_is_spoken(theirs: tuple[int, int], spoken: int | None) -> None:
    played = Played(newest=7)
    played.seeker.ask(Kind.TELL, TELL, BEGIN)
    (hello,) = played.until(0)
    assert hello.version == 7
    assert played.hear(refusal(hello, *theirs)) is None
    again = played.until(0)
    assert [frame.version for frame in again] == ([spoken] if spoken else [])
    if spoken is None:
        assert played.seeker.other_version == OtherVersion(*theirs)
        assert [done.answer for done in played.seeker.done()] == [None]
        return
    assert played.hear(played.answer(again[0])) is None
    assert [frame.version for frame in played.until(0)] == [6]
    assert played.seeker.other_version is None


def test_the_version_that_was_agreed_on_is_spoken_till_the_next_greeting() -> None:
    played = Played(newest=7)
    played.seeker.greet(BEGIN)
    (hello,) = played.until(0)
    played.hear(refusal(hello, 6, 5))
    (hello,) = played.until(0)
    played.hear(played.answer(hello))
    assert [played.ask().version for _ in range(3)] == [6] * 3
    played.seeker.greet(BEGIN)
    *_, hello = played.until(0)
    assert (hello.kind, hello.version) == (Kind.HELLO, 7)


def test_a_refusal_that_comes_twice_counts_once() -> None:
    played = Played(newest=7)
    played.seeker.greet(BEGIN)
    (hello,) = played.until(0)
    assert [played.hear(refusal(hello, 6, 5)) for _ in range(3)] == [None, Drop.REPLAY, Drop.REPLAY]
    assert [frame.version for frame in played.until(0)] == [6]


def test_a_refusal_is_forgotten_at_the_next_greeting() -> None:
    played = Played(newest=7)
    played.seeker.greet(BEGIN)
    (hello,) = played.until(0)
    played.hear(refusal(hello, 9, 8))
    assert played.seeker.other_version == OtherVersion(9, 8)
    played.seeker.greet(BEGIN)
    assert played.seeker.other_version is None


def test_an_agent_that_was_replaced_by_an_older_one_is_greeted_again() -> None:
    played = Played(newest=7)
    played.greet()
    asked = played.ask()
    assert played.hear(refusal(asked, 6, 5)) is None
    (hello,) = played.until(0)
    played.hear(refusal(hello, 6, 5))
    (hello,) = played.until(0)
    played.hear(played.answer(hello))
    (again,) = played.until(0)
    assert (again.kind, again.version) == (Kind.TELL, 6)
    assert played.hear(played.answer(again)) is None
    assert [done.answer is None for done in played.seeker.done()] == [False]


def test_nothing_more_is_said_to_one_that_was_replaced_till_it_is_greeted() -> None:
    played = Played(newest=7)
    played.greet()
    played.hear(refusal(played.ask(), 6, 5))
    played.seeker.ask(Kind.TELL, TELL, played.now)
    assert [frame.kind for frame in played.until(0.1)] == [Kind.HELLO]


def test_one_that_refuses_what_it_says_it_speaks_is_given_up() -> None:
    played = Played(newest=7)
    played.seeker.greet(BEGIN)
    for spoken in [(6, 5), (7, 6), (6, 5)]:
        for hello in played.until(0):
            played.hear(refusal(hello, *spoken))
    assert len(played.sent) == 2
    assert [done.answer for done in played.seeker.done()] == [None]


def test_whoever_answers_after_all_speaks_our_version() -> None:
    played = Played(newest=7)
    played.seeker.greet(BEGIN)
    (hello,) = played.until(0)
    played.hear(refusal(hello, 9, 8))
    played.hear(played.answer(played.ask()))
    assert played.seeker.other_version is None


def test_one_that_refuses_again_and_again_is_given_up() -> None:
    played = Played(newest=7)
    played.greet()
    asked = played.ask()
    for _ in range(10):
        played.hear(refusal(asked, 6, 5))
        frames = played.until(0)
        while frames and frames[-1].kind is Kind.HELLO:
            answer = refusal(frames[-1], 6, 5) if frames[-1].version == 7 else played.answer(frames[-1])
            played.hear(answer)
            frames = played.until(0)
        asked = frames[-1] if frames else asked
    assert [done.answer for done in played.seeker.done()] == [None]
    assert played.seeker.next_at() is None


# What is no answer.


def test_an_answer_is_believed_in_either_key() -> None:
    for key in ring("ab"):
        played = Played(ring("ab"))
        played.seeker.greet(BEGIN)
        (hello,) = played.until(0)
        assert played.hear(played.answer(hello), key.answers) is None


def test_what_answers_nothing_is_dropped_and_changes_nothing(known: Played) -> None:
    asked = known.ask()
    answer = known.answer(asked)
    wrong = [
        (replace(answer, sender="BTS02"), Drop.SENDER),
        (replace(answer, receiver="BTS02"), Drop.RECEIVER),
        (replace(answer, id=bytes(16)), Drop.REPLAY),
        (replace(answer, version=9), Drop.VERSION),
        (replace(answer, kind=Kind.HELD, body=Held(1, ()).encode()), Drop.MALFORMED),
        (replace(answer, kind=Kind.OTHER_VERSION), Drop.MALFORMED),
        (replace(answer, kind=Kind.TELL), Drop.MALFORMED),
    ]
    assert [known.hear(frame) for frame, _ in wrong] == [drop for _, drop in wrong]
    assert known.hear(answer, ring("c")[0].answers) is Drop.MAC
    assert known.hear(answer, known.ring[0].requests) is Drop.MAC
    assert known.seeker.done() == []
    assert known.hear(replace(answer, sender="mss", receiver="bts01")) is None


def test_our_own_words_come_back_in_vain(known: Played) -> None:
    known.ask()
    assert known.seeker.receive(known.sent[-1][1], BEGIN, NOON) is Drop.MAC


@given(st.binary(max_size=1_500))
def test_noise_is_dropped(data: bytes) -> None:
    known = Played()
    known.greet()
    known.ask()
    for each in (data, MAGIC + data):
        drop = Drop.TOO_LONG if len(each) > LARGEST else None
        assert known.seeker.receive(each, BEGIN, NOON) in (drop or Drop.MAC, drop or Drop.MAGIC)


@given(st.integers(0))
def test_no_bit_of_an_answer_can_be_changed(bit: int) -> None:
    known = Played()
    known.greet()
    data = known.answer(known.ask()).seal(known.ring[0].answers)
    changed = int.from_bytes(data, "big") ^ 1 << bit % (len(data) * 8)
    assert known.seeker.receive(changed.to_bytes(len(data), "big"), BEGIN, NOON) in (Drop.MAC, Drop.MAGIC)
    assert known.seeker.done() == []


def test_an_answer_that_cannot_be_read_is_none(played: Played) -> None:
    played.seeker.greet(BEGIN)
    (hello,) = played.until(0)
    assert played.hear(hello.answer(Kind.WELCOME, b"short")) is Drop.MALFORMED
    assert played.seeker.welcome is None
    assert played.hear(played.answer(hello)) is None
