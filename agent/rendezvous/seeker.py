"""The half that asks one agent at one address. It has no clock, no socket and no chance: all that is handed in.

A request is said again with the same id until it is answered, so that it is carried out once at most. After several
times in vain the agent may have started anew: it is greeted again, and the request sealed again, with the new cookie
and a new id. That is safe for all there is to ask but the renewal of a lease: see `granted`.
"""

from collections.abc import Callable
from itertools import count

from agent.rendezvous.answer import believed
from agent.rendezvous.granted import Granted
from agent.rendezvous.holder.cookies import GOOD_FOR, mark
from agent.rendezvous.question import Done, Question, Sealing
from probes.wire.rendezvous.frame import (
    ID_SIZE,
    NO_COOKIE,
    VERSION,
    Drop,
    DropError,
    Frame,
    Kind,
)
from probes.wire.rendezvous.greeting import Hello, OtherVersion, Welcome
from probes.wire.rendezvous.keys import Ring
from probes.wire.rendezvous.messages import Held
from probes.wire.rendezvous.room import ROOM

COOKIE_LASTS = GOOD_FOR - 60.0  # seconds, by our own clock, since we asked for it


class Seeker:
    """`me`: our name, `peer`: the one that is asked for there; `random` makes so many bytes that nobody can guess.

    `welcome`: the newest one; `offset`: seconds that their clock is ahead of ours; `other_version`: the agent there
    speaks no version of ours, and said so since it was greeted last.
    """

    def __init__(
        self, me: str, peer: str, ring: Ring, random: Callable[[int], bytes], *, newest: int = VERSION
    ) -> None:
        self.welcome: Welcome | None = None
        self.offset: float | None = None
        self.other_version: OtherVersion | None = None
        self._me = me
        self._peer = peer
        self._ring = ring
        self._random = random
        self._newest = newest
        self._version = newest
        self._cookie: bytes | None = None
        self._cookie_until = 0.0
        self._tickets = count(1)
        self._questions: list[Question] = []
        self._ids: dict[bytes, tuple[Question, Sealing]] = {}
        self._granted = Granted()
        self._done: list[Done] = []

    def ask(self, kind: Kind, body: bytes, now: float) -> int:
        """Anything but a greeting, which comes first if there is no good cookie. Its ticket."""
        ticket = next(self._tickets)
        question = Question(ticket, kind, body)
        self._questions.append(question)
        if self._has_cookie(now):
            self._seal(question, now)
        else:
            self._greet_for_others(now)
        return ticket

    def greet(self, now: float) -> int:
        """Whether there is a cookie already or not. Its ticket."""
        ticket = next(self._tickets)
        self.other_version = None
        self._greet(ticket, now)
        return ticket

    def receive(self, data: bytes, now: float, utc: float) -> Drop | None:
        """A datagram from there. Not None: it answers nothing that we ask, and why it does not."""
        try:
            frame, body = believed(data, self._ring, self._me, self._peer, self._ids)
        except DropError as drop:
            return drop.reason
        question, sealing = self._ids[frame.id]
        if isinstance(body, OtherVersion):
            self._refused(question, sealing, body, now)
            return None
        if isinstance(body, Held):
            self._note_granted(question, sealing, body)
        self._end(question, frame, sealing.said)
        if isinstance(body, Welcome):
            self._welcomed(body, sealing, now, utc)
        return None

    def tick(self, now: float) -> list[bytes]:
        """The datagrams to be sent now."""
        for question in [*self._questions]:
            if question.is_given_up(now):
                self._give_up(question)
            elif question.is_doubted and question.may_be_sealed and question.is_due(now):
                self._doubt(question, now)
        said = (question.say(now) for question in self._questions)
        return [data for data in said if data is not None]

    def next_at(self) -> float | None:
        """When `tick` has something to do."""
        return min((at for question in self._questions if (at := question.next_at) is not None), default=None)

    def done(self) -> list[Done]:
        """What has come to an end, in that order; each is handed out once."""
        done, self._done = self._done, []
        return done

    def _has_cookie(self, now: float) -> bool:
        return self._cookie is not None and now < self._cookie_until

    @property
    def _is_greeting(self) -> bool:
        return any(question.kind is Kind.HELLO for question in self._questions)

    def _greet_for_others(self, now: float) -> None:
        if not self._is_greeting:
            self._greet(None, now)

    def _greet(self, ticket: int | None, now: float) -> None:
        """In our newest version: it may be spoken there by now."""
        question = Question(ticket, Kind.HELLO, Hello(self._newest).encode())
        self._questions.append(question)
        self._seal_in(question, self._newest, NO_COOKIE, now)

    def _seal(self, question: Question, now: float) -> None:
        """With the cookie that we have, if that still is a good thing to do."""
        if self._cookie is None or not question.may_be_sealed or not self._may_be_asked(question, self._cookie, now):
            self._give_up(question)
            return
        if question.sealing is not None and mark(question.sealing.cookie) != mark(self._cookie):
            self._forget_ids(question)  # an answer that is late is of somebody who is not there any more
        self._seal_in(question, self._version, self._cookie, now)

    def _seal_in(self, question: Question, version: int, cookie: bytes, now: float) -> None:
        number = self._random(ID_SIZE)
        frame = Frame(version, question.kind, self._me, self._peer, number, question.body, cookie)
        data = frame.seal(self._ring[0].requests, ROOM[question.kind])
        question.seal(sealing := Sealing(data, version, cookie, now))
        self._ids[number] = question, sealing

    def _doubt(self, question: Question, now: float) -> None:
        """It was said several times in vain."""
        if self._has_cookie(now) and self._is_worth_another(question):
            self._seal(question, now)
        else:
            self._greet_for_others(now)

    def _is_worth_another(self, question: Question) -> bool:
        """Sealing: it was said in vain with another cookie than the one that we have now."""
        if question.sealing is None or not (question.is_doubted and question.may_be_sealed):
            return False
        return question.sealing.cookie != self._cookie

    def _welcomed(self, welcome: Welcome, sealing: Sealing, now: float, utc: float) -> None:
        self.welcome, self.other_version = welcome, None
        self.offset = welcome.clock / 1000 - (utc - (now - sealing.since) / 2)
        self._version, self._cookie, self._cookie_until = sealing.version, welcome.cookie, sealing.since + COOKIE_LASTS
        for question in [*self._questions]:
            if question.sealing is None or self._is_worth_another(question):
                self._seal(question, now)

    def _refused(self, question: Question, sealing: Sealing, theirs: OtherVersion, now: float) -> None:
        """In the version that it was sealed in. Another one may do."""
        self._forget_ids(question)
        both = range(max(theirs.oldest, self._newest - 1), min(theirs.newest, self._newest) + 1)
        speaks_none = not both or both[-1] == sealing.version
        if speaks_none:
            self.other_version = theirs
        if speaks_none or not question.may_be_sealed:
            self._give_up(question)
        elif question.kind is Kind.HELLO:
            self._seal_in(question, both[-1], NO_COOKIE, now)
        else:  # whoever gave us the cookie has been replaced
            self._cookie = question.sealing = None
            self._greet_for_others(now)

    def _note_granted(self, question: Question, sealing: Sealing, held: Held) -> None:
        """It lasts from when it was asked for, at least."""
        until = sealing.since + held.milliseconds / 1000
        self._granted.note(_lease(question), sealing.cookie, until)

    def _may_be_asked(self, question: Question, cookie: bytes, now: float) -> bool:
        return question.kind is not Kind.HOLD or self._granted.may_be_asked(_lease(question), cookie, now)

    def _give_up(self, question: Question) -> None:
        """Whatever waits for a greeting that comes to nothing is given up, too."""
        self._end(question, None, None)
        if question.kind is Kind.HELLO and not self._is_greeting:
            self._cookie = None
            for each in [*self._questions]:
                if each.sealing is None:
                    self._end(each, None, None)

    def _end(self, question: Question, answer: Frame | None, sent: float | None) -> None:
        self._questions.remove(question)
        self._forget_ids(question)
        if question.ticket is not None:
            self._done.append(Done(question.ticket, answer, question.sends, sent))

    def _forget_ids(self, question: Question) -> None:
        for number in [number for number, (each, _) in self._ids.items() if each is question]:
            del self._ids[number]


def _lease(question: Question) -> bytes:
    return question.body[:ID_SIZE]
