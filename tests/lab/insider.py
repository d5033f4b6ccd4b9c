"""Somebody who has the site's key and speaks to an agent as he likes, to see what he gets."""

import secrets
import socket

from probes.wire.rendezvous.frame import ID_SIZE, NO_COOKIE, VERSION, Frame, Kind, open_answer
from probes.wire.rendezvous.greeting import Hello, Welcome
from probes.wire.rendezvous.messages import Held, Hold
from probes.wire.rendezvous.room import ROOM

from .overheard import RING
from .rules import RENDEZVOUS


class Insider:
    """`speaker` is bound where he speaks from; `name` is whom he says he is."""

    def __init__(self, speaker: socket.socket, name: str, to: str, receiver: str = "MSS") -> None:
        self._speaker = speaker
        self._name = name
        self._to = (to, RENDEZVOUS)
        self._receiver = receiver

    def request(self, kind: Kind, body: bytes, cookie: bytes = NO_COOKIE) -> bytes:
        """A datagram that nobody has sent yet."""
        frame = Frame(VERSION, kind, self._name, self._receiver, secrets.token_bytes(ID_SIZE), body, cookie)
        return frame.seal(RING[0].requests, ROOM[kind])

    def say(self, data: bytes) -> None:
        self._speaker.sendto(data, self._to)

    def answer(self) -> Frame | None:
        """The next one; None: none comes in a while."""
        try:
            return open_answer(self._speaker.recv(2000), RING).frame
        except TimeoutError:
            return None

    def greet(self) -> bytes:
        """A cookie."""
        self.say(self.request(Kind.HELLO, Hello(VERSION).encode()))
        answer = self.answer()
        assert answer is not None
        return Welcome.decode(answer.body).cookie

    def hold(self, *ports: int) -> Held | None:
        """What becomes of these ports in a lease; None: there was no answer."""
        self.say(self.request(Kind.HOLD, Hold(secrets.token_bytes(ID_SIZE), ports).encode(), self.greet()))
        answer = self.answer()
        return None if answer is None else Held.decode(answer.body)
