"""A conversation with SQL Server: PRELOGIN out, PRELOGIN back. Never a login."""

from probes.line import Framing, Line
from probes.wire import tds

FRAMING = Framing(tds.HEADER_SIZE, tds.frame_size, bytes([tds.PacketType.TABULAR_RESULT]))


async def prelogin(line: Line, _: None = None) -> tds.Prelogin:
    """What the server says of itself before anybody logs in: its version, and whether it wants encryption."""
    return tds.Prelogin.decode(await line.ask(tds.hello(), FRAMING))
