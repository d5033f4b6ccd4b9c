"""What the pages are made of, read in the event loop at most once a second: for a thousand peers that is some work."""

import asyncio
from collections.abc import Mapping

from agent.found.entry import Known
from agent.ground.path import Direction
from agent.web.page.single import ReadPath
from agent.web.page.site import Read, drawn_peers
from agent.web.shared import FRESH
from agent.web.sources import Sources

Key = tuple[str, str, str]  # direction, check and peer, as they stand in the address of a page


class Reader:
    """Only to be asked in the event loop."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._at = float("-inf")
        self._read: Read | None = None
        self._by_key: Mapping[Key, Known] = {}

    def site(self) -> Read:
        read = self._newest()
        charts = {peer: self._sources.charts(peer) for peer in drawn_peers(read.known)}
        return Read(read.run, read.setup, read.known, charts)

    def has(self, key: Key) -> bool:
        """Whether it is probed. Says so without reading its range, which is the large part of it."""
        self._newest()
        return key in self._by_key

    def path(self, key: Key) -> ReadPath | None:
        """None: it is not probed, or not any more."""
        read = self._newest()
        known = self._by_key.get(key)
        if known is None:
            return None
        outbound = known.path.direction is Direction.OUTBOUND
        return ReadPath(read.run.site, read.around, known, self._sources.charts(known.path.peer) if outbound else ())

    def _newest(self) -> Read:
        now = asyncio.get_running_loop().time()
        if self._read is None or now - self._at >= FRESH:
            known = self._sources.known()
            self._read = Read(self._sources.run(), self._sources.setup(), known, {})
            self._by_key = {(str(each.path.direction), str(each.path.check), each.path.peer): each for each in known}
            self._at = now
        return self._read
