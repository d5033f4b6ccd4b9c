"""Ask SQL Server Browser (UDP 1434) at which TCP port a named instance listens.

Silence is not "down": the Browser ignores unknown and hidden instances, and whoever asks while it is stopped.
"""

import asyncio
import socket
from collections.abc import Callable

import asyncio_dgram

from probes.outcome import Outcome, Target
from probes.sockets import sockaddr
from probes.state import Phase, State
from probes.wire.reader import WireError
from probes.wire.ssrp import MAX_TEXT_EX, MAX_TEXT_INST, Answer, Instance, Request

PORT = 1434
TRIES = 2  # of each question, as datagrams get lost


async def ask_browser(target: Target, instance: str, utc: Callable[[], float]) -> tuple[Outcome, Instance | None]:
    """First for the one instance, then for all of them; each question waits its share of the target's timeout."""
    loop = asyncio.get_running_loop()
    started, began = utc(), loop.time()
    wait = target.timeout / (2 * TRIES)
    state, detail, found = State.FILTERED, f"no answer within {target.timeout:g} s", None
    for question, limit in [(Request(instance), MAX_TEXT_INST)] * TRIES + [(Request(), MAX_TEXT_EX)] * TRIES:
        try:
            answer = Answer.decode(await _exchange(target, question.encode(), wait), limit)
        except TimeoutError:
            continue
        except WireError as error:
            state, detail = State.GARBLED, f"an answer in another protocol: {error}"
            break
        except OSError as error:
            state, detail = State.CLOSED, f"refused: {error.strerror or type(error).__name__}"
            break
        found = answer.find(instance)
        state, detail = State.OPEN, "answered"
        if found is not None:
            break
    seconds = loop.time() - began
    phase = Phase.DONE if state is State.OPEN else Phase.REPLY
    return Outcome(target, state, phase, started, seconds, detail=detail), found


async def _exchange(target: Target, question: bytes, wait: float) -> bytes:
    """One datagram out, one back from the address that was asked: the socket is connected to it."""
    stream = await asyncio_dgram.from_socket(_connected(target))
    if not isinstance(stream, asyncio_dgram.DatagramClient):
        raise TypeError("a connected socket makes a client")
    try:
        await stream.send(question)
        data, _ = await asyncio.wait_for(stream.recv(), wait)
        return bytes(data)
    finally:
        stream.close()


def _connected(target: Target) -> socket.socket:
    """A UDP socket that hears nobody but the address that is asked."""
    sock = socket.socket(socket.AF_INET6 if ":" in target.address else socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.setblocking(False)
        if target.source is not None:
            sock.bind((target.source, 0))
        sock.connect(sockaddr(target))
    except BaseException:
        sock.close()
        raise
    return sock
