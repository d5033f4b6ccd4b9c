"""A conversation with SQL Server: PRELOGIN out, PRELOGIN back. Never a login."""

from probes.engine.engine import Engine
from probes.line import Framing, Line, converse
from probes.outcome import Outcome, Target
from probes.wire.tds import Prelogin, hello
from probes.wire.tds_packet import HEADER_SIZE, PacketType, frame_size

FRAMING = Framing(HEADER_SIZE, frame_size, bytes([PacketType.TABULAR_RESULT]))


async def probe(engine: Engine, target: Target, _: None = None) -> Outcome:
    """One attempt at a SQL Server; its answer is a `Prelogin`."""
    return await converse(engine, target, prelogin)


async def prelogin(line: Line) -> Prelogin:
    """What the server says of itself before anybody logs in: its version, and whether it wants encryption."""
    return Prelogin.decode(await line.ask(hello(), FRAMING))
