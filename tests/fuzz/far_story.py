"""The half of the rendezvous that holds, led through a story by any bytes, the clock held.

The peers may be of another version, at fault, or somebody who holds the key; the network does what it likes.
"""

from agent.rendezvous.orders import Order, Place, Send
from probes.wire.rendezvous.frame import COOKIE_SIZE, ID_SIZE, LARGEST, MAGIC, Frame, Kind
from probes.wire.rendezvous.greeting import Hello
from probes.wire.rendezvous.keys import mac
from probes.wire.rendezvous.messages import Hold, Holding
from probes.wire.rendezvous.states import ProbeBack, States
from tests.agent.rendezvous.played import (
    AT,
    BEGIN,
    DYNAMIC,
    MSS,
    Far,
    Peer,
    asking,
    greeted,
    lease,
    ring,
    state,
)
from tests.fuzz.choices import Choices
from tests.fuzz.steps import MOST_STEPS, PLACES, PORTS, WAITS, wanted

KINDS = tuple(kind for kind in Kind if not kind.is_answer)


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
        sources = dict.fromkeys(wanted(choices), 32769)
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
        self.far.host.taken = dict.fromkeys(wanted(choices), (*Holding,)[choices.number(len(Holding))])
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
        """`Far` sees to it that no answer is longer than its request; what is dropped it must not take for one."""
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


def seeds() -> list[bytes]:
    """Made up: each kind of step often, so that the run without a guide gets somewhere, too."""
    asked = bytes([1, 0, 1, 0, 15, 0, 2, 0, 0, 3, 1, 0, 1, 0, 1, 0, 15, 2, 2, 0, 0, 0, 5])
    sealed = bytes([8, 0, 1, 1, 0, 20, *range(20), 3]) + bytes([7, 0]) + bytes(range(1, 90))
    reached = asked[:10] + bytes([3, 0, 0, 3, 1, 3])
    return [asked, asked * 3, reached, sealed, asked + bytes([5, 0, 0, 9, 1, 3, 6, 0, 1]) + sealed, bytes(60)]
