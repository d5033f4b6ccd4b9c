"""A conversation over one connected socket: say something, read one frame of the protocol, within one deadline.

Nothing is read that was not asked for, so a peer that sends for ever fills no memory here. Every way to fail is a
state: the peer resets, hangs up, stays mute, or speaks another protocol.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from probes.classify import LATE_SHARE
from probes.engine.engine import Engine
from probes.outcome import Outcome, Target
from probes.sockets import close_politely
from probes.state import Phase, State
from probes.wire.reader import WireError

RST = (ConnectionResetError, ConnectionAbortedError, BrokenPipeError)


class Framing(NamedTuple):
    """How long a frame is: its header's size, and the whole frame's size by the header. WireError: not our protocol.

    `begins`: with which bytes every frame begins, to tell another protocol by less than a header.
    """

    header_size: int
    frame_size: Callable[[bytes], int]
    begins: bytes


class DeclinedError(Exception):
    """The peer speaks the protocol and says no; the text is plain English."""


class Line:
    """One connected socket. `patience`: seconds for everything that is said and read, from now on."""

    def __init__(self, sock: socket.socket, patience: float) -> None:
        self._sock = sock
        self._patience = patience
        self._loop = asyncio.get_running_loop()
        self.phase = Phase.SEND
        self.renew()

    def renew(self) -> None:
        """Begin a new part of the conversation, with all of the patience again: something else took its time."""
        self._deadline = self._loop.time() + self._patience

    @property
    def overslept(self) -> bool:
        """Whether our own event loop was late by then: an answer may have waited for us, and not we for it."""
        return self._loop.time() - self._deadline > LATE_SHARE * self._patience

    async def ask(self, request: bytes, framing: Framing) -> bytes:
        """Say something, and read the one frame that answers it."""
        await self.say(request)
        return await self.frame(framing)

    async def say(self, request: bytes) -> None:
        self.phase = Phase.SEND
        async with asyncio.timeout_at(self._deadline):
            await self._loop.sock_sendall(self._sock, request)

    async def frame(self, framing: Framing) -> bytes:
        """The header is judged before its length is believed."""
        self.phase = Phase.REPLY
        frame = bytearray()
        try:
            async with asyncio.timeout_at(self._deadline):
                await self._fill(frame, framing.header_size)
                await self._fill(frame, framing.frame_size(bytes(frame)))
        except (EOFError, OSError):  # TimeoutError is one
            if not framing.begins.startswith(bytes(frame[: len(framing.begins)])):
                raise WireError(f"it begins with {bytes(frame[:16]).hex(' ')}") from None
            raise
        self.phase = Phase.DECODE
        return bytes(frame)

    async def some(self, most: int) -> bytes:
        """Whatever comes next, and no more than so many bytes; EOFError when nothing will."""
        self.phase = Phase.REPLY
        async with asyncio.timeout_at(self._deadline):
            part = await self._loop.sock_recv(self._sock, most)
        if not part:
            raise EOFError("with nothing more said")
        return part

    async def _fill(self, frame: bytearray, size: int) -> None:
        while len(frame) < size:
            part = await self._loop.sock_recv(self._sock, size - len(frame))
            if not part:
                raise EOFError(f"after {len(frame)} of {size} bytes")
            frame += part


async def converse(engine: Engine, target: Target, talk: Callable[[Line], Awaitable[object]]) -> Outcome:
    """Connect, talk, close in order. The target's timeout holds for the connect, and again for all that is said.

    The outcome is `open` when `talk` came to its end; what it returned is then its answer.
    """
    outcome, sock = await engine.connect(target)
    if sock is None:
        return outcome
    loop = asyncio.get_running_loop()
    accepted = loop.time()
    line = Line(sock, target.timeout)
    answer, state, detail = None, State.OPEN, outcome.detail
    try:
        answer = await talk(line)
        line.phase = Phase.DONE
    except Exception as error:
        state, detail = _ended(error, line, target.timeout)
    finally:
        close_politely(sock)
    said = loop.time() - accepted
    steps = ((Phase.CONNECT, outcome.seconds), (line.phase, said))
    seconds = outcome.seconds + said
    return outcome._replace(state=state, phase=line.phase, detail=detail, seconds=seconds, steps=steps, answer=answer)


def _ended(error: Exception, line: Line, patience: float) -> tuple[State, str]:
    """How a conversation that did not come to its end ended. What is not in here is a fault of our own code: raised."""
    if isinstance(error, TimeoutError) and line.overslept:
        return State.LOCAL_FAULT, "this agent was not running while it should have listened"
    if isinstance(error, TimeoutError):
        return State.MUTE, f"accepted, then no whole answer within {patience:g} s"
    if isinstance(error, EOFError):
        return State.HUNG_UP, f"accepted, then closed {error}"
    if isinstance(error, WireError):
        return State.GARBLED, f"an answer in another protocol: {error}"
    if isinstance(error, DeclinedError):
        return State.DECLINED, str(error)
    if isinstance(error, RST):
        return State.RESET, f"accepted, then reset ({line.phase})"
    if isinstance(error, OSError):  # an ICMP error, and the system does not hand over which or whose
        return State.RESET, f"accepted, then cut off: {error.strerror or type(error).__name__} ({line.phase})"
    raise error
