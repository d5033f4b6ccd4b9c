"""A conversation with a listener that is held for us: say nothing, and hear the proof of our lease.

It may serve several leases, and says a proof for each of them. Whoever says anything else, or nothing, is not the one
that was asked for: a device on the way that accepts for everybody, or a stranger behind a translated address.
"""

from probes.engine.engine import Engine
from probes.line import Line, converse
from probes.outcome import Outcome, Target
from probes.wire.reader import WireError
from probes.wire.rendezvous.proof import MOST, SIZE, is_among

LONGEST = MOST * SIZE  # bytes that a listener says; what comes behind them is not read


async def probe(engine: Engine, target: Target, wanted: bytes) -> Outcome:
    """One attempt at a held listener, `open` only when the proof that is wanted was among what it said. No answer."""
    return await converse(engine, target, lambda line: hear(line, wanted))


async def hear(line: Line, wanted: bytes) -> None:
    """Until the proof that is wanted was said. WireError when something else was, and not it."""
    said = b""
    try:
        while not is_among(wanted, said):
            if len(said) == LONGEST:
                raise WireError(f"{MOST} proofs, or something else, and not ours among them")
            said += await line.some(LONGEST - len(said))
    except (EOFError, OSError):  # TimeoutError is one
        if line.overslept or _may_go_on(said, wanted):
            raise
        raise WireError(f"no proof of ours; it begins with {said[:SIZE].hex(' ')}") from None


def _may_go_on(said: bytes, wanted: bytes) -> bool:
    """Whether nothing was said, or the last that was said is the beginning of the proof that is wanted."""
    last = said[len(said) // SIZE * SIZE :]
    return not said or (last != b"" and wanted.startswith(last))
