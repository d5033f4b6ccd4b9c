"""Ask SQL Server Browser (UDP 1434) at which TCP port a named instance listens.

Silence is not "down": the Browser ignores unknown and hidden instances, and whoever asks while it is stopped.
"""

import asyncio
import socket

from asyncio_dgram import from_socket
from asyncio_dgram.aio import DatagramClient

from probes.classify import Evidence, conclude, number
from probes.engine.engine import Engine
from probes.outcome import Outcome, Target
from probes.sockets import sockaddr
from probes.state import Phase, State
from probes.wire.reader import WireError
from probes.wire.ssrp import MAX_TEXT_EX, MAX_TEXT_INST, Answer, Request

PORT = 1434
TRIES = 2  # of each question, as datagrams get lost


async def probe(engine: Engine, target: Target, instance: str) -> Outcome:
    """First for the one instance, then for all of them; each question waits its share of the target's timeout.

    ValueError when the name is not one that can be asked for.
    """
    loop = asyncio.get_running_loop()
    started, began = engine.utc(), loop.time()
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
            state, detail = _failed(error, target)
            break
        found = answer.find(instance)
        state, detail = State.OPEN, "answered"
        if found is not None:
            break
    seconds = loop.time() - began
    phase = Phase.DONE if state is State.OPEN else Phase.REPLY
    return Outcome(target, state, phase, started, seconds, detail=detail, answer=found)


def _failed(error: OSError, target: Target) -> tuple[State, str]:
    """As a connect of TCP fails, but for who says that nothing listens: here it is ICMP."""
    seen = conclude(Evidence(target, None, 0.0, number(error)), 0.0)
    if seen.state in (State.CLOSED, State.RESET):
        return State.CLOSED, "port unreachable (ICMP)"
    return seen.state, seen.detail


async def _exchange(target: Target, question: bytes, wait: float) -> bytes:
    """One datagram out, one back from the address that was asked: the socket is connected to it."""
    stream = await from_socket(_connected(target))
    if not isinstance(stream, DatagramClient):
        raise TypeError("a connected socket makes a client")
    try:
        await stream.send(question)
        async with asyncio.timeout(wait):
            data, _ = await stream.recv()
        return bytes(data)
    except TimeoutError:
        _ = stream.exception  # raises what came instead of an answer: `recv` does not wake for it
        raise
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
