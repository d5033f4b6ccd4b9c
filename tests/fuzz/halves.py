"""Both halves of the rendezvous, each led through a story by any bytes, the clock held.

The far one may be of another version, at fault, or somebody who holds the key; the network does what it likes.
"""

from agent.rendezvous.orders import Order, Place, Send
from agent.rendezvous.question import MOST_SEALINGS, SAID_AT
from agent.rendezvous.seeker import Seeker
from probes.wire.rendezvous.frame import COOKIE_SIZE, ID_SIZE, LARGEST, MAGIC, Frame, Kind
from probes.wire.rendezvous.keys import SIZE, mac
from probes.wire.rendezvous.messages import Hello, Hold, Holding
from probes.wire.rendezvous.states import ProbeBack, States
from tests.agent.rendezvous.played import (
    AT,
    BEGIN,
    BTS2,
    DYNAMIC,
    KIND_OF,
    MSS,
    NOON,
    STRANGER,
    Far,
    Peer,
    asking,
    counted,
    greeted,
    lease,
    ring,
    state,
)
from tests.fuzz.choices import Choices

MOST_STEPS = 60
WAITS = (0.0, 0.1, 0.6, 1.0, 3.5, 5.0, 61.0, 601.0)  # seconds
PLACES = (AT, Place(AT.address, 50123), Place(BTS2, 10135), Place(STRANGER, 10135))
PORTS = tuple(range(50000, 50008)) + (22, 1433, 50500, 50600, 50700)
KINDS = tuple(kind for kind in Kind if not kind.is_answer)
ANSWERING = tuple(kind for kind in Kind if kind.is_answer)


def _wanted(choices: Choices) -> tuple[int, ...]:
    mask = int.from_bytes(choices.some(2), "big")
    return tuple(port for at, port in enumerate(PORTS) if mask >> at & 1)


class FarStory:
    """What may happen to the half that holds."""

    def __init__(self) -> None:
        self.now = BEGIN
        self.far = Far(ring("ab"))
        self.far.slow = True
        self.peers = [greeted(self.far, "BTS01", AT), greeted(self.far, "BTS02", PLACES[2])]
        self.said = [peer.last for peer in self.peers]

    def step(self, choices: Choices) -> None:
        what = (
            self.wait,
            self.ask,
            self.work,
            self.connect,
            self.noise,
            self.damage,
            self.replay,
            self.anything_sealed,
            self.any_body,
        )
        what[choices.number(len(what))](choices)
        held = {port for _, port in self.far.host.open}
        assert all(port in DYNAMIC for port in held)
        assert self.far.holder.listeners == len(self.far.host.open)

    def wait(self, choices: Choices) -> None:
        end = self.now + WAITS[choices.number(len(WAITS))]
        while (at := self.far.holder.next_at()) is not None and at <= end:
            self.now = max(self.now, at)
            self.far.tick(self.now)
        self.now = end

    def ask(self, choices: Choices) -> None:
        """As a peer does."""
        peer, number = self.peers[choices.number(2)], choices.number(4)
        sources = dict.fromkeys(_wanted(choices), 32769)
        asked = (
            Hold(lease(number), tuple(sources)),
            Hello(1),
            asking(number, sources),
            state(1, number),
            ProbeBack(10135),
            States(number),
        )[choices.number(6)]
        self.hear(peer.sealed(asked), peer)

    def work(self, choices: Choices) -> None:
        """The host does what was ordered, or some of it."""
        self.far.host.taken = dict.fromkeys(_wanted(choices), (*Holding,)[choices.number(len(Holding))])
        self.far.work(self.now)

    def connect(self, choices: Choices) -> None:
        port, remote = PORTS[choices.number(len(PORTS))], PLACES[choices.number(len(PLACES))]
        self.far.holder.accepted(MSS, port, remote, self.now)
        assert len(self.far.holder.proofs(MSS, port, remote)) % 16 == 0

    def noise(self, choices: Choices) -> None:
        self.dropped(MAGIC[: choices.number(5)] + choices.sized(), PLACES[choices.number(len(PLACES))])

    def damage(self, choices: Choices) -> None:
        """One bit of something that was said, or its end."""
        data = bytearray(self.said[-1 - choices.number(min(len(self.said), 256))])
        at = int.from_bytes(choices.some(2), "big") % len(data)
        if choices.number(4):
            data[at] ^= 1 << choices.number(8)
        else:
            del data[at:]
        self.dropped(bytes(data), PLACES[choices.number(len(PLACES))])

    def replay(self, choices: Choices) -> None:
        data = self.said[-1 - choices.number(min(len(self.said), 256))]
        place = PLACES[choices.number(len(PLACES))]
        sends = self.comes(data, place)
        assert all(send.to == place for send in sends)

    def anything_sealed(self, choices: Choices) -> None:
        """All of it made up but the seal."""
        said = MAGIC + choices.some(LARGEST)
        self.comes(said + mac(self.far.ring[choices.number(2)].requests, said), AT)

    def any_body(self, choices: Choices) -> None:
        """Of a known sender with a good cookie, or another one."""
        peer = self.peers[choices.number(2)]
        version, kind = choices.number(4), KINDS[choices.number(len(KINDS))]
        cookie = choices.some(COOKIE_SIZE).ljust(COOKIE_SIZE, b"\0") if choices.number(4) == 3 else peer.cookie
        body = choices.sized()
        frame = Frame(version, kind, peer.name, peer.receiver, self.far.random(ID_SIZE), body, cookie)
        self.hear(frame.seal(self.far.ring[0].requests, choices.number(5) * 280), peer)

    def hear(self, data: bytes, peer: Peer) -> None:
        self.said.append(data)
        self.comes(data, peer.place)

    def comes(self, data: bytes, place: Place) -> list[Send]:
        """That no answer is longer than its request is seen to by `Far`, which must not take for one what is dropped."""
        sizes, dropped = dict(self.far._sizes), self.far.holder.dropped.total()
        sends = self.far.hear(data, place, self.now)
        assert len(sends) <= 1
        if self.far.holder.dropped.total() > dropped:
            self.far._sizes = sizes
        return sends

    def dropped(self, data: bytes, place: Place) -> None:
        """Nothing is done about it, and it is counted."""
        before, orders = self.far.holder.dropped.total(), len(self.far.host.orders)
        if data not in self.said:
            assert self.comes(data, place) == []
            assert self.far.holder.dropped.total() == before + 1
            assert len(self.far.host.orders) == orders or not any(map(_opens, self.far.host.orders[orders:]))

    def end(self) -> None:
        """What was asked for is over, and forgotten."""
        self.far.host.taken = {}
        self.far.work(self.now)
        for _ in range(2):
            self.wait(Choices(bytes([WAITS.index(601.0)])))
        self.far.tick(self.now)
        assert self.far.host.open == set()
        assert len(self.far.holder._seen) == 0


def _opens(order: Order) -> bool:
    return type(order).__name__ == "Open"


def holder(data: bytes) -> None:
    """The half that holds."""
    choices, story = Choices(data), FarStory()
    for _ in range(MOST_STEPS):
        if not choices:
            break
        story.step(choices)
    story.end()


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
        bodies = (Hold(lease(choices.number(4)), _wanted(choices)), asking(1, {50000: 32769}), state(), States(1))
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


def stories() -> list[bytes]:
    """Made up: each kind of step often, so that the run without a guide gets somewhere, too."""
    asked = bytes([1, 0, 1, 0, 15, 0, 2, 0, 0, 3, 1, 0, 1, 0, 1, 0, 15, 2, 2, 0, 0, 0, 5])
    sealed = bytes([8, 0, 1, 1, 0, 20, *range(20), 3]) + bytes([7, 0]) + bytes(range(1, 90))
    return [asked, asked * 3, sealed, asked + bytes([5, 0, 0, 9, 1, 3, 6, 0, 1]) + sealed, bytes(60)]


def stories_of_the_seeker() -> list[bytes]:
    greets, passes, answers = bytes([0, 0, 0, 15, 1, 1]), bytes([1, 3]), bytes([3, 0])
    lies = bytes([6, 0, 1, 1, 30, *range(30), 0])
    return [greets + passes + answers, (greets + passes + answers) * 4, greets + lies * 3, greets + bytes([2, 4]) * 3]
