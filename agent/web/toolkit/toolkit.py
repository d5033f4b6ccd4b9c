"""What is in force of `web.config_file`. Its files are looked at again and again; a bad version changes nothing."""

import asyncio
import ssl

from agent.config.mistakes import ConfigError
from agent.log.log import log
from agent.web.toolkit.read import read
from agent.web.toolkit.settings import Settings, stamp
from probes.aside import aside

EVERY = 5.0  # seconds between looks at the files


class Toolkit:
    """Without a file: neither TLS nor passwords, and nothing to look at."""

    def __init__(self, settings: Settings | None = None) -> None:
        self._settings = settings or Settings()
        self._told = ""  # of a version that is not taken
        self._turn = asyncio.Lock()

    @property
    def settings(self) -> Settings:
        return self._settings

    def context(self) -> ssl.SSLContext | None:
        """For the next connection; None: it is not to be encrypted."""
        return self._settings.context

    def take(self, settings: Settings) -> None:
        """Bring into force what was read: for every request and every connection from now on."""
        self._settings = settings
        self._told = ""
        self.tell()

    def tell(self) -> None:
        """The log has a line for each thing that is otherwise than the file asks for."""
        for note in self._settings.notes:
            log.warning("web.config_file", extra={"fields": {"note": note}})

    async def reread(self) -> list[str]:
        """Read the file now, whether it changed or not. What is wrong with it, a line each; nothing: it is in force."""
        async with self._turn:
            return await self._reread()

    async def look(self) -> None:
        """Read the file if it, or one that it names, is another one than what is in force."""
        async with self._turn:
            now = self._settings
            if await aside(lambda: stamp(now.files), "web.config_file") != now.stamp:
                await self._reread()

    async def watch(self) -> None:
        """Look for ever."""
        while True:
            await asyncio.sleep(EVERY)
            try:
                await self.look()
            except Exception as error:  # a fault of ours; what is in force stays so
                log.error("the look at web.config_file broke", exc_info=error)

    async def _reread(self) -> list[str]:
        now = self._settings
        try:
            read_anew = await aside(lambda: read(now.path), "web.config_file")
        except ConfigError as error:
            self._refuse(str(error))
            return str(error).splitlines()
        if now is not self._settings:
            return []  # something newer came into force meanwhile
        self.take(read_anew)
        if now.path is not None:
            log.info("web.config_file was read anew", extra={"fields": {"tls": read_anew.context is not None}})
        return []

    def _refuse(self, mistakes: str) -> None:
        """Once for each way to be wrong: a certificate that is half renewed is looked at every few seconds."""
        if mistakes == self._told:
            return
        self._told = mistakes
        for line in mistakes.splitlines():
            log.error("web.config_file is not taken; what was good before stays", extra={"fields": {"mistake": line}})
