"""A conversation over one socket: a state for every way in which it can end, and nothing left behind."""

import asyncio
import errno
import os
import socket
import time

import pytest

from probes.engine.engine import Engine
from probes.epm import FRAMING as RPC
from probes.epm import Consultation
from probes.line import DeclinedError, Framing, Line, converse
from probes.outcome import Target
from probes.registry import Kind, knock
from probes.sql import FRAMING as TDS
from probes.state import Phase, State
from probes.wire.reader import WireError
from tests.fakes.door import Caller, Left, Treatment, door
from tests.fakes.meeting import BRIEF, meet, sockets, talk_to
from tests.fakes.stubborn import Manner, treatment
from tests.probes.engine.conftest import turns
from tests.probes.engine.doors import LONG, at

FRAMING = Framing(4, lambda header: header[3], b"ab")
FRAME = b"abc\x09hello"
TLS_ALERT = bytes.fromhex("15 03 03 00 02 02 46")
TALKING = [Kind.MAPPER, Kind.PRELOGIN]
ENDS = {
    Manner.CLOSE: (State.HUNG_UP, Phase.REPLY),
    Manner.CLOSE_WHEN_ASKED: (State.HUNG_UP, Phase.REPLY),
    Manner.RESET_WHEN_ASKED: (State.RESET, Phase.REPLY),
    Manner.HTTP: (State.GARBLED, Phase.REPLY),
    Manner.TLS: (State.GARBLED, Phase.REPLY),
    Manner.TLS_RESET: (State.GARBLED, Phase.REPLY),
    Manner.SSH: (State.GARBLED, Phase.REPLY),
    Manner.FLOOD: (State.GARBLED, Phase.REPLY),
}
SILENCES = {Manner.MUTE: State.MUTE, Manner.SHORT: State.GARBLED}
UNORDERLY = {Manner.RESET, Manner.RESET_WHEN_ASKED, Manner.TLS_RESET, Manner.FLOOD}  # of the peer's own doing


def saying(*parts: bytes, then_close: bool = False) -> Treatment:
    async def treat(caller: Caller) -> None:
        for part in parts:
            await caller.say(part)
            await asyncio.sleep(0)
        if then_close:
            caller.hang_up()

    return treat


async def one_frame(line: Line) -> bytes:
    return await line.frame(FRAMING)


def test_every_stubborn_peer_is_met() -> None:
    assert set(Manner) == set(ENDS) | set(SILENCES) | {Manner.RESET}


@pytest.mark.parametrize("kind", TALKING)
@pytest.mark.parametrize("manner", ENDS)
async def test_every_stubborn_peer_has_its_state(engine: Engine, kind: Kind, manner: Manner) -> None:
    outcome, caller = await meet(engine, treatment(manner), kind, Consultation())
    assert (outcome.state, outcome.phase) == ENDS[manner]
    assert outcome.answer is None
    assert caller.left is Left.FIN or manner in UNORDERLY


@pytest.mark.parametrize("kind", TALKING)
@pytest.mark.parametrize("manner", SILENCES)
async def test_silence_is_mute_unless_what_came_was_of_another_protocol(
    engine: Engine, kind: Kind, manner: Manner
) -> None:
    outcome, caller = await meet(engine, treatment(manner), kind, Consultation(), BRIEF)
    assert (outcome.state, outcome.phase) == (SILENCES[manner], Phase.REPLY)
    assert caller.left is Left.FIN


@pytest.mark.parametrize("kind", TALKING)
async def test_reset_at_once_is_a_reset_wherever_we_were(engine: Engine, kind: Kind) -> None:
    outcome, _ = await meet(engine, treatment(Manner.RESET), kind, Consultation())
    assert outcome.state is State.RESET
    assert outcome.phase in (Phase.CONNECT, Phase.SEND, Phase.REPLY)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.ECONNRESET, "accepted, then reset (reply)"),
        (errno.EPIPE, "accepted, then reset (reply)"),
        (errno.EHOSTUNREACH, f"accepted, then cut off: {os.strerror(errno.EHOSTUNREACH)} (reply)"),
        (errno.ECONNREFUSED, f"accepted, then cut off: {os.strerror(errno.ECONNREFUSED)} (reply)"),
    ],
)
async def test_only_an_rst_is_called_one(engine: Engine, code: int, words: str) -> None:
    """A firewall may let the handshake through, and refuse by ICMP what is said then."""

    async def talk(line: Line) -> None:
        await line.frame(FRAMING)
        line.phase = Phase.REPLY
        raise OSError(code, os.strerror(code))

    outcome, _ = await talk_to(engine, saying(FRAME), talk)
    assert (outcome.state, outcome.detail) == (State.RESET, words)


async def test_a_peer_that_sends_for_ever_fills_no_memory_here(engine: Engine) -> None:
    outcome, caller = await meet(engine, treatment(Manner.FLOOD), Kind.MAPPER, Consultation())
    assert outcome.state is State.GARBLED
    assert caller.said < 32 << 20  # what buffers of the system hold


@pytest.mark.parametrize("framing", [RPC, TDS], ids=["rpc", "tds"])
@pytest.mark.parametrize("size", range(1, 8))
async def test_less_than_a_header_is_judged_by_how_it_begins(engine: Engine, framing: Framing, size: int) -> None:
    async def talk(line: Line) -> bytes:
        return await line.frame(framing)

    begun = (framing.begins + bytes(8))[:size]
    ours, _ = await talk_to(engine, saying(begun, then_close=True), talk)
    alien, _ = await talk_to(engine, saying(TLS_ALERT[:size], then_close=True), talk)
    assert (ours.state, alien.state) == (State.HUNG_UP, State.GARBLED)
    assert f"after {size} of {framing.header_size} bytes" in ours.detail
    assert TLS_ALERT[:size].hex(" ") in alien.detail


async def test_a_door_that_does_not_open_is_all_there_is(engine: Engine, closed: int) -> None:
    outcome = await converse(engine, at(closed), one_frame)
    assert (outcome.state, outcome.phase, outcome.steps, outcome.answer) == (State.CLOSED, Phase.CONNECT, (), None)


async def test_a_conversation_that_came_to_its_end(engine: Engine) -> None:
    outcome, caller = await talk_to(engine, saying(FRAME), one_frame)
    assert (outcome.state, outcome.phase, outcome.answer) == (State.OPEN, Phase.DONE, FRAME)
    assert [phase for phase, _ in outcome.steps] == [Phase.CONNECT, Phase.DONE]
    assert outcome.seconds == sum(seconds for _, seconds in outcome.steps)
    assert caller.left is Left.FIN
    assert not caller.heard


@pytest.mark.parametrize("step", range(1, len(FRAME)))
async def test_a_frame_in_pieces(engine: Engine, step: int) -> None:
    pieces = [FRAME[start : start + step] for start in range(0, len(FRAME), step)]
    outcome, _ = await talk_to(engine, saying(*pieces), one_frame)
    assert outcome.answer == FRAME


@pytest.mark.parametrize("size", range(len(FRAME)))
async def test_a_frame_cut_short_is_no_answer(engine: Engine, size: int) -> None:
    outcome, caller = await talk_to(engine, saying(FRAME[:size], then_close=True), one_frame)
    assert (outcome.state, outcome.phase, caller.left) == (State.HUNG_UP, Phase.REPLY, Left.FIN)


async def test_what_was_not_asked_for_is_not_read_before_it_is(engine: Engine) -> None:
    async def two(line: Line) -> list[bytes]:
        return [await line.frame(FRAMING), await line.frame(FRAMING)]

    other = b"abd\x05!"
    outcome, _ = await talk_to(engine, saying(FRAME + other + FRAME), two)
    assert outcome.answer == [FRAME, other]


async def test_what_is_left_unread_does_not_make_it_end_unorderly(engine: Engine) -> None:
    _, caller = await talk_to(engine, saying(FRAME * 1000), one_frame)
    assert caller.left is Left.FIN


async def test_the_length_of_what_is_not_ours_is_not_believed(engine: Engine) -> None:
    def refuse(header: bytes) -> int:
        raise WireError(f"not ours: {header!r}")

    async def talk(line: Line) -> bytes:
        return await line.frame(Framing(4, refuse, b""))

    outcome, _ = await talk_to(engine, saying(b"abcdefgh"), talk)
    assert (outcome.state, outcome.phase) == (State.GARBLED, Phase.REPLY)
    assert "b'abcd'" in outcome.detail


async def test_a_peer_that_takes_nothing_is_mute_while_we_send(engine: Engine, server: socket.socket) -> None:
    async def talk(line: Line) -> None:
        await line.say(bytes(64 << 20))

    before = sockets()
    outcome = await converse(engine, at(server, BRIEF), talk)
    assert (outcome.state, outcome.phase) == (State.MUTE, Phase.SEND)
    assert sockets() == before


async def test_one_deadline_holds_for_the_whole_conversation(engine: Engine) -> None:
    async def drip(caller: Caller) -> None:
        while True:
            await caller.say(FRAME)
            await asyncio.sleep(BRIEF / 10)

    async def listen(line: Line) -> None:
        while True:
            await line.frame(FRAMING)

    outcome, _ = await talk_to(engine, drip, listen, BRIEF)
    assert outcome.state is State.MUTE


@pytest.mark.parametrize("renewed", [False, True])
async def test_the_patience_lasts_from_when_it_was_renewed(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, renewed: bool
) -> None:
    loop = asyncio.get_running_loop()
    before = loop.time

    async def talk(line: Line) -> bytes:
        monkeypatch.setattr(loop, "time", lambda: before() + 1.05 * LONG)
        if renewed:
            line.renew()
        return await line.frame(FRAMING)

    outcome, _ = await talk_to(engine, treatment(Manner.MUTE) if not renewed else saying(FRAME), talk)
    assert outcome.state is (State.OPEN if renewed else State.MUTE)


async def test_a_peer_that_declines(engine: Engine) -> None:
    async def talk(line: Line) -> None:
        await line.frame(FRAMING)
        raise DeclinedError("it says no")

    outcome, caller = await talk_to(engine, saying(FRAME), talk)
    assert (outcome.state, outcome.phase, outcome.detail) == (State.DECLINED, Phase.DECODE, "it says no")
    assert caller.left is Left.FIN


@pytest.mark.parametrize(
    "fault",
    [
        KeyError("ours"),
        ValueError("ours"),
        UnicodeDecodeError("ascii", b"\xff", 0, 1, "ours"),
        ExceptionGroup("ours", [ConnectionResetError()]),
    ],
    ids=lambda fault: type(fault).__name__,
)
async def test_a_fault_of_our_own_accuses_nobody(engine: Engine, fault: Exception) -> None:
    async def talk(line: Line) -> None:
        await line.frame(FRAMING)
        raise fault

    before = sockets()
    async with door(saying(FRAME)) as server:
        with pytest.raises(type(fault)):
            await converse(engine, Target("127.0.0.1", server.port, LONG), talk)
        (caller,) = await server.all_left()
    assert caller.left is Left.FIN
    assert sockets() == before


@pytest.mark.parametrize("kind", TALKING)
async def test_given_up_it_leaves_in_order(engine: Engine, kind: Kind) -> None:
    before = sockets()
    async with door(treatment(Manner.MUTE)) as server:
        async with asyncio.TaskGroup() as group:
            talking = group.create_task(knock(engine, Target("127.0.0.1", server.port, LONG), kind, Consultation()))
            (caller,) = await server.came()
            talking.cancel()
        await server.all_left()
    await turns()
    assert caller.left is Left.FIN
    assert sockets() == before


async def test_an_answer_that_waited_for_our_own_loop_is_no_silence_of_the_peer(engine: Engine) -> None:
    """The loop sleeps across the deadline: whoever was late, it was not the peer."""

    async def sleeps(line: Line) -> None:
        asyncio.get_running_loop().call_soon(time.sleep, 0.6)
        await line.frame(Framing(4, lambda header: 4, b""))

    outcome, _ = await talk_to(engine, treatment(Manner.MUTE), sleeps, patience=0.3)
    assert outcome.state is State.LOCAL_FAULT
