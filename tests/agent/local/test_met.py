"""What commands on this machine go by is right as long as the agent runs, and gone afterwards."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

from agent.local.local import NAME, Local, read
from agent.local.met import EVERY, met
from tests.held import HeldClock

PLAIN, URL = "http://127.0.0.1:10135", "https://127.0.0.1:10135"
PRINT = "ab" * 32


async def until(clock: HeldClock, holds: Callable[[], bool]) -> None:
    """The file is written in a thread, which no held clock moves."""
    async with asyncio.timeout(10):
        while not holds():
            await clock.advance(EVERY)
            await asyncio.sleep(0.01)


async def test_another_certificate_is_in_the_file_soon_and_the_file_goes_with_the_agent(tmp_path: Path) -> None:
    now: list[tuple[list[str], str | None]] = [([PLAIN], None)]
    clock, path = HeldClock(), tmp_path / NAME
    async with met(Local(tmp_path, lambda _: None), lambda: now[-1], clock):
        assert (read(path).urls, read(path).fingerprint) == ((PLAIN,), None)
        now.append(([URL], PRINT))
        await until(clock, lambda: read(path).fingerprint == PRINT)
        assert read(path).urls == (URL,)
    assert not path.exists()


async def test_a_file_that_could_not_be_written_is_tried_again(tmp_path: Path) -> None:
    """On Windows it cannot be replaced while a command, or whatever looks for viruses, has it open."""
    said: list[str] = []
    folder, clock = tmp_path / "state", HeldClock()
    folder.write_text("a file, where a folder should be", encoding="utf-8")
    async with met(Local(folder, said.append), lambda: ([PLAIN], None), clock):
        await clock.advance(EVERY)
        folder.unlink()
        await until(clock, (folder / NAME).exists)
        assert read(folder / NAME).urls == (PLAIN,)
    assert len(said) == 1


async def test_it_ends_also_while_the_file_is_just_being_written(tmp_path: Path) -> None:
    """At every moment of it: what is written, and that it is to end, may come in one turn of the loop."""
    for turns in range(30):
        now: list[tuple[list[str], str | None]] = [([PLAIN], None)]
        clock = HeldClock()
        async with asyncio.timeout(10):
            async with met(Local(tmp_path, lambda _: None), lambda now=now: now[-1], clock):  # type: ignore[misc]
                now.append(([URL], PRINT))
                await clock.advance(EVERY)
                end = time.monotonic() + 10
                while read(tmp_path / NAME).fingerprint != PRINT and time.monotonic() < end:
                    time.sleep(0.001)  # noqa: ASYNC251 - the loop is not to hear of it yet
                for _ in range(turns % 4):
                    await asyncio.sleep(0)
        assert not (tmp_path / NAME).exists()
