"""The half of the rendezvous that asks, led through a story by any bytes, the clock held; beside a real far half.

That one may be of another version, at fault, or somebody who holds the key; the network does what it likes.
"""

from agent.rendezvous.question import MOST_SEALINGS, SAID_AT
from agent.rendezvous.seeker import Seeker
from probes.wire.rendezvous.frame import LARGEST, MAGIC, Frame, Kind
from probes.wire.rendezvous.keys import SIZE
from probes.wire.rendezvous.messages import Hold
from probes.wire.rendezvous.states import States
from tests.agent.rendezvous.played import (
    AT,
    BEGIN,
    KIND_OF,
    NOON,
    Far,
    asking,
    counted,
    lease,
    ring,
    state,
)
from tests.fuzz.choices import Choices
from tests.fuzz.steps import MOST_STEPS, WAITS, wanted

ANSWERING = tuple(kind for kind in Kind if kind.is_answer)


class NearStory:
    """What may happen to the half that asks, beside a real far half."""

    def __init__(self) -> None:
        self.now = BEGIN
        self.ring = ring("ab")
        self.far = Far(self.ring)
        self.seeker = Seeker("BTS01", "MSS", self.ring, counted())
        self.asked: list[bytes] = []  # datagrams of its own, the newest last
        self.answers: list[bytes] = []
        self.tickets: set[int] = set()
        self.ended: dict[int, int] = {}

    def step(self, choices: Choices) -> None:
        what = (self.ask, self.pass_on, self.wait, self.answer, self.damage, self.noise, self.any_answer)
        what[choices.number(len(what))](choices)
        self.collect()

    def ask(self, choices: Choices) -> None:
        bodies = (Hold(lease(choices.number(4)), wanted(choices)), asking(1, {50000: 32769}), state(), States(1))
        body = bodies[choices.number(len(bodies) + 1) - 1]
        kind = KIND_OF[type(body).__name__]
        if len(self.tickets) < 20:
            asks = choices.number(4)
            ticket = self.seeker.ask(kind, body.encode(), self.now) if asks else self.seeker.greet(self.now)
            assert ticket not in self.tickets
            self.tickets.add(ticket)
        self.tick()

    def pass_on(self, choices: Choices) -> None:
        """What it said comes to the far half, or some of it, and the answers wait."""
        self.tick()
        for data in self.asked[-1 - choices.number(4) :]:
            sends = [*self.far.hear(data, AT, self.now), *self.far.work(self.now)]
            self.answers += [send.data for send in sends]

    def wait(self, choices: Choices) -> None:
        end = self.now + WAITS[choices.number(len(WAITS))]
        while (at := self.seeker.next_at()) is not None and at <= end:
            self.now = max(self.now, at)
            assert self.tick(), "it wants to be woken for nothing"
        self.now = end
        self.far.tick(self.now)

    def answer(self, choices: Choices) -> None:
        if self.answers:
            self.receive(self.answers[-1 - choices.number(min(len(self.answers), 256))])

    def damage(self, choices: Choices) -> None:
        if self.answers:
            data = bytearray(self.answers[-1 - choices.number(min(len(self.answers), 256))])
            data[int.from_bytes(choices.some(2), "big") % len(data)] ^= 1 << choices.number(8)
            self.refused(bytes(data))

    def noise(self, choices: Choices) -> None:
        self.refused(MAGIC[: choices.number(5)] + choices.sized())

    def any_answer(self, choices: Choices) -> None:
        """Sealed as an answer to one of the newest requests, with any body."""
        if not self.asked:
            return
        request = self.asked[-1 - choices.number(min(len(self.asked), 256))]
        kind = Kind(request[5] | 0x80) if choices.number(4) else ANSWERING[choices.number(len(ANSWERING))]
        version = request[4] if choices.number(4) else choices.number(256)
        frame = Frame(version, kind, "MSS", "BTS01", request[8:24], choices.sized())
        self.receive(frame.seal(self.ring[choices.number(2)].answers))

    def receive(self, data: bytes) -> None:
        self.seeker.receive(data, self.now, NOON)

    def refused(self, data: bytes) -> None:
        """Nothing comes of it."""
        open_before = len(self.seeker._questions), self.seeker.welcome
        assert self.seeker.receive(data, self.now, NOON) is not None
        assert (len(self.seeker._questions), self.seeker.welcome) == open_before

    def tick(self) -> bool:
        """Whether anything came of it."""
        questions = len(self.seeker._questions)
        said = self.seeker.tick(self.now)
        assert all(SIZE < len(data) <= LARGEST for data in said)
        self.asked += said
        self.collect()
        return bool(said) or len(self.seeker._questions) != questions or self._waits_for_greeting()

    def _waits_for_greeting(self) -> bool:
        """A doubted request is left as it is until somebody greets."""
        return any(question.kind is Kind.HELLO for question in self.seeker._questions)

    def collect(self) -> None:
        for done in self.seeker.done():
            assert done.ticket in self.tickets
            assert done.ticket not in self.ended, "it ends twice"
            assert done.sends <= MOST_SEALINGS * len(SAID_AT)
            self.ended[done.ticket] = done.sends

    def end(self) -> None:
        """Whatever is asked for comes to an end by itself."""
        self.wait(Choices(bytes([WAITS.index(61.0)])))
        self.collect()
        assert self.ended.keys() == self.tickets
        assert not self.seeker._questions
        assert not self.seeker._ids


def seeker(data: bytes) -> None:
    """The half that asks."""
    choices, story = Choices(data), NearStory()
    for _ in range(MOST_STEPS):
        if not choices:
            break
        story.step(choices)
    story.end()


def seeds() -> list[bytes]:
    greets, passes, answers = bytes([0, 0, 0, 15, 1, 1]), bytes([1, 3]), bytes([3, 0])
    lies = bytes([6, 0, 1, 1, 30, *range(30), 0])
    spoils = bytes([4, 0, 0, 9, 1, 5, 3, 8, *range(8)])
    whole = greets + passes + answers
    return [whole, whole * 4, greets + passes + spoils, greets + lies * 3, greets + bytes([2, 4]) * 3]
