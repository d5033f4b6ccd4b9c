"""A new configuration while the agent runs: read aside, one at a time; a bad one changes nothing, and is said."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from agent.ground.clock import Clock
from agent.ground.text import plain
from agent.log.log import log
from agent.site.setup import Setup
from agent.web.toolkit.settings import Settings
from probes.aside import aside
from probes.wire.rendezvous.keys import Ring

LONGEST = 30.0  # seconds that the disk may take


@dataclass(frozen=True, slots=True)
class Loaded:
    """A configuration as this machine sees it, with the site's key and `web.config_file` where it names them.

    `text`: as it was written.
    """

    setup: Setup
    ring: Ring | None
    web: Settings = field(default_factory=Settings)
    text: str = ""


class UnusableError(Exception):
    """A configuration that cannot come into force. `mistakes`: a line each."""

    def __init__(self, mistakes: Sequence[str]) -> None:
        super().__init__("; ".join(mistakes))
        self.mistakes = tuple(mistakes)


class Origin(Protocol):
    """Where the configuration comes from. Both may block."""

    def load(self) -> Loaded:
        """As it is now. Raises UnusableError."""

    def took(self, loaded: Loaded) -> None:
        """It is in force."""


@dataclass(slots=True)
class Loading:
    """When (UTC) the configuration in force was loaded, and what is wrong with a newer one, a line each."""

    at: float
    mistakes: Sequence[str] = ()

    @property
    def good(self) -> bool:
        """Whether the newest one is in force."""
        return not self.mistakes


class Reloads:
    """`switch` brings a configuration into force, or raises UnusableError and leaves everything as it was."""

    def __init__(
        self, origin: Origin, switch: Callable[[Loaded], Awaitable[None]], loading: Loading, clock: Clock
    ) -> None:
        self._origin = origin
        self._switch = switch
        self._loading = loading
        self._clock = clock
        self._turn = asyncio.Lock()

    async def reload(self) -> Sequence[str]:
        """What is wrong with it, a line each; nothing: it is in force now."""
        async with self._turn:
            mistakes = await self._reload()
            self._loading.mistakes = tuple(mistakes)
            for line in mistakes:
                log.error("the configuration was not loaded anew", extra={"fields": {"mistake": line}})
            return mistakes

    async def _reload(self) -> Sequence[str]:
        try:
            async with asyncio.timeout(LONGEST):
                loaded = await aside(self._origin.load, "reload")
            await self._switch(loaded)
        except UnusableError as error:
            return error.mistakes
        except TimeoutError:
            return [f"it could not be read: the disk did not answer for {LONGEST:.0f} s"]
        except Exception as error:  # a fault of ours; what ran before runs on, as far as it can
            log.error("loading the configuration broke", exc_info=error)
            return [f"a fault of this agent: {type(error).__name__}"]
        self._loading.at = self._clock.time()
        await self._took(loaded)
        log.info("the configuration was loaded anew", extra={"fields": {"sha256": loaded.setup.config.sha256}})
        return []

    async def _took(self, loaded: Loaded) -> None:
        """It is in force, whether or not it can be kept."""
        try:
            async with asyncio.timeout(LONGEST):
                await aside(lambda: self._origin.took(loaded), "reload")
        except Exception as error:
            why = plain(str(error)) or f"the disk did not answer for {LONGEST:.0f} s"
            log.warning("the last good configuration cannot be kept", extra={"fields": {"why": why}})


def what_takes_a_restart(now: Setup, new: Setup) -> Iterator[str]:
    """What a running agent cannot change: its memory is about one host of one site, and lies in one folder."""
    for key, before, after in (
        ("site", now.config.site, new.config.site),
        ("state_dir", now.config.state_dir, new.config.state_dir),
    ):
        if before != after:
            yield f"{key}: a change takes a restart of the agent; nothing was changed"
    if now.source.name != new.source.name:
        yield f"this machine is {now.source.name}, and {new.source.name} in the new file: that takes a restart"


def listens_of(setup: Setup) -> list[tuple[str, int]]:
    """Where the HTTP side listens: as this machine's entry says, or else the file."""
    return [(at.host, at.port) for at in setup.source.listen or setup.config.web.listen]
