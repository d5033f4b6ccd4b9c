"""A held listener, and all who are not: each says something else in exactly one way, or nothing."""

import asyncio
import time
from collections.abc import Callable, Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from probes.engine.engine import Engine
from probes.line import Line
from probes.outcome import Outcome
from probes.proof import LONGEST, hear, probe
from probes.registry import Kind
from probes.state import Phase, State
from probes.wire.reader import WireError
from probes.wire.rendezvous.proof import MOST, SIZE, proof
from tests.fakes.door import Caller, Left, Treatment
from tests.fakes.meeting import BRIEF, Met, meet, talk_to
from tests.fakes.stubborn import HTTP, Manner, treatment
from tests.probes.engine.doors import LONG, at
from tests.probes.wire.reading import byte_by_byte

KEY = bytes(range(32))
PORT = 50_000
OURS, OTHER, THIRD = (proof(KEY, bytes([lease]) * 16, PORT) for lease in (1, 2, 3))
MANY = [proof(KEY, bytes([100 + lease]) * 16, PORT) for lease in range(MOST)]

ENDS: dict[State, Callable[[Caller], None]] = {
    State.MUTE: lambda caller: None,
    State.HUNG_UP: Caller.hang_up,
    State.RESET: Caller.reset,
}


def saying(parts: Sequence[bytes], end: State = State.MUTE) -> Treatment:
    """And then the end, of the listener's own doing."""

    async def treat(caller: Caller) -> None:
        for part in parts:
            await caller.say(part)
            await asyncio.sleep(0)
        ENDS[end](caller)

    return treat


async def ask(engine: Engine, treat: Treatment, patience: float = LONG) -> Met:
    return await meet(engine, treat, Kind.PROOF, OURS, patience)


@pytest.fixture
def awake(monkeypatch: pytest.MonkeyPatch) -> None:
    """Our loop is never late, however busy the machine is that runs the tests."""
    monkeypatch.setattr(Line, "overslept", False)


def passed(outcome: Outcome) -> bool:
    return (outcome.state, outcome.phase, outcome.answer) == (State.OPEN, Phase.DONE, None)


# Proven.


@pytest.mark.parametrize(
    "said",
    [OURS, OURS + OTHER, OTHER + OURS + THIRD, OURS + OURS, b"".join(MANY[1:]) + OURS],
    ids=["alone", "first", "second among three", "twice", "the last there can be"],
)
async def test_the_right_proof_is_found_wherever_it_stands(engine: Engine, said: bytes) -> None:
    """It never hangs up by itself: what it sees of us is a FIN, and so ours was the first."""
    outcome, caller = await ask(engine, saying([said]))
    assert passed(outcome)
    assert (bytes(caller.heard), caller.left) == (b"", Left.FIN)


@pytest.mark.parametrize("said", [OURS, OTHER + OURS, OTHER + THIRD + OURS])
async def test_however_it_comes_in_pieces(engine: Engine, said: bytes) -> None:
    outcome, caller = await ask(engine, saying(byte_by_byte(said)))
    assert passed(outcome)
    assert (bytes(caller.heard), caller.left) == (b"", Left.FIN)


async def test_the_second_of_three_byte_by_byte_is_not_waited_behind(engine: Engine) -> None:
    outcome, _ = await ask(engine, saying(byte_by_byte(OTHER + OURS + THIRD)))
    assert passed(outcome)


async def test_a_listener_that_leaves_behind_its_proof_has_proven_it(engine: Engine) -> None:
    outcome, _ = await ask(engine, saying([OTHER, OURS], State.HUNG_UP))
    assert passed(outcome)


# Not proven.


@pytest.mark.usefixtures("awake")
@pytest.mark.parametrize("end", ENDS)
async def test_whoever_says_nothing_has_the_state_of_its_end(engine: Engine, end: State) -> None:
    outcome, caller = await ask(engine, saying([], end), BRIEF if end is State.MUTE else LONG)
    assert outcome.state is end
    assert caller.left is Left.FIN or end is State.RESET


@pytest.mark.parametrize("size", range(1, SIZE))
@pytest.mark.parametrize("before", [b"", OTHER], ids=["alone", "behind another"])
async def test_a_proof_cut_short_proves_nothing(engine: Engine, before: bytes, size: int) -> None:
    outcome, caller = await ask(engine, saying([before + OURS[:size]], State.HUNG_UP))
    assert (outcome.state, outcome.phase, caller.left) == (State.HUNG_UP, Phase.REPLY, Left.FIN)


@pytest.mark.usefixtures("awake")
@pytest.mark.parametrize("end", [State.MUTE, State.RESET])
async def test_a_proof_cut_short_by_other_means(engine: Engine, end: State) -> None:
    outcome, _ = await ask(engine, saying([OURS[:-1]], end), BRIEF if end is State.MUTE else LONG)
    assert (outcome.state, outcome.phase) == (end, Phase.REPLY)


@pytest.mark.usefixtures("awake")
@pytest.mark.parametrize("end", [State.MUTE, State.HUNG_UP])
@pytest.mark.parametrize(
    "said",
    [
        OTHER,
        OTHER + THIRD,
        OTHER[:1],
        OTHER[:-1],
        b"\0" + OURS,
        OURS[1:],
        bytes([OURS[0] ^ 1]) + OURS[1:],
        OURS[:-1] + bytes([OURS[-1] ^ 1]),
        bytes(SIZE),
        HTTP,
        b"SSH-2.0-OpenSSH_9.2p1\r\n",
    ],
)
async def test_whoever_says_something_else_is_garbled(engine: Engine, said: bytes, end: State) -> None:
    outcome, caller = await ask(engine, saying([said], end), BRIEF if end is State.MUTE else LONG)
    assert (outcome.state, outcome.phase, caller.left) == (State.GARBLED, Phase.REPLY, Left.FIN)
    assert outcome.detail.endswith(f"it begins with {said[:SIZE].hex(' ')}")


@pytest.mark.parametrize("lease", [bytes(16), bytes([1]) * 15 + b"\2"])
async def test_the_proof_of_another_lease_or_port_is_none(engine: Engine, lease: bytes) -> None:
    outcome, _ = await ask(engine, saying([proof(KEY, lease, PORT), proof(KEY, b"\1" * 16, PORT + 1)], State.HUNG_UP))
    assert outcome.state is State.GARBLED


async def test_more_proofs_than_a_listener_says_are_not_read(engine: Engine) -> None:
    outcome, _ = await ask(engine, saying([b"".join(MANY) + OURS]))
    assert (outcome.state, outcome.phase) == (State.GARBLED, Phase.REPLY)
    assert "64 proofs, or something else, and not ours among them" in outcome.detail


async def test_a_firehose_fills_no_memory_here(engine: Engine) -> None:
    outcome, caller = await ask(engine, treatment(Manner.FLOOD))
    assert outcome.state is State.GARBLED
    assert caller.said < 32 << 20  # what buffers of the system hold


@pytest.mark.usefixtures("awake")
async def test_one_deadline_holds_however_long_somebody_drips(engine: Engine) -> None:
    async def drip(caller: Caller) -> None:
        while True:
            await caller.say(b"?")
            await asyncio.sleep(BRIEF / 10)

    outcome, _ = await ask(engine, drip, BRIEF)
    assert outcome.state is State.GARBLED


async def test_a_closed_door_is_all_there_is(engine: Engine, closed: int) -> None:
    outcome = await probe(engine, at(closed), OURS)
    assert (outcome.state, outcome.phase, outcome.answer) == (State.CLOSED, Phase.CONNECT, None)


@pytest.mark.parametrize("said", [b"", OTHER], ids=["nothing yet", "another one so far"])
async def test_a_proof_that_waited_for_our_own_loop_is_nobodys_fault(engine: Engine, said: bytes) -> None:
    """The loop sleeps across the deadline: ours may have come meanwhile."""

    async def sleeps(line: Line) -> None:
        asyncio.get_running_loop().call_later(BRIEF / 3, time.sleep, 2 * BRIEF)
        await hear(line, OURS)

    outcome, _ = await talk_to(engine, saying([said]), sleeps, patience=BRIEF)
    assert outcome.state is State.LOCAL_FAULT


# Anything at all.


class Played:
    """A line on which these parts come, and then FIN; it keeps what it was asked for."""

    overslept = False

    def __init__(self, said: bytes, sizes: Sequence[int]) -> None:
        self._said = said
        self._sizes = [*sizes]
        self.wanted: list[int] = []

    async def some(self, most: int) -> bytes:
        self.wanted.append(most)
        size = min(most, self._sizes.pop() if self._sizes else most)
        part, self._said = self._said[:size], self._said[size:]
        if not part:
            raise EOFError
        return part


@given(
    st.lists(st.sampled_from([OURS, OTHER, THIRD, b"\0", OURS[:3]]), max_size=70).map(b"".join),
    st.lists(st.integers(1, 40)),
)
@example(b"".join(MANY) + OURS, [LONGEST - 1])
def test_whatever_is_said_is_read_to_the_bound_and_judged_alike(said: bytes, sizes: list[int]) -> None:
    heard = said[:LONGEST]
    proven = OURS in [heard[at : at + SIZE] for at in range(0, LONGEST, SIZE)]
    line = Played(said, sizes)
    try:
        asyncio.run(hear(line, OURS))  # type: ignore[arg-type]  # it is asked for no more than this
        found = True
    except (EOFError, WireError):
        found = False
    assert found is proven
    assert all(0 < most <= LONGEST for most in line.wanted)
