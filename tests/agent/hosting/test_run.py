"""One life of an agent: what its process does for it, and what whoever started it is told."""

import asyncio
import gc
import logging
import sys
from collections.abc import Callable, Sequence
from typing import cast

import pytest

from agent.app import Agent
from agent.hosting import run as running
from agent.hosting.life import Alone
from agent.hosting.prepare import Prepared
from agent.hosting.run import Run
from agent.term.reload import Loaded
from tests.agent.serving import setup

URL = "http://127.0.0.1:10135"


class FakeAgent:
    """Listens at once, and runs until it is cancelled."""

    def __init__(self) -> None:
        self.runs = 0
        self.mistakes: Sequence[str] = ()

    async def run(self, listening: Callable[[list[str]], None]) -> None:
        self.runs += 1
        listening([URL])
        await asyncio.Event().wait()

    async def reload(self) -> Sequence[str]:
        return self.mistakes


class Told:
    """A life that remembers what it was told."""

    period = 0.001

    def __init__(self) -> None:
        self.heard: list[object] = []
        self.beats = asyncio.Event()
        self.changed = asyncio.Event()

    def listening(self, urls: Sequence[str]) -> None:
        self._hear(("listening", *urls))

    def reloading(self) -> None:
        self._hear("reloading")

    def reloaded(self, mistakes: Sequence[str]) -> None:
        self._hear(("reloaded", *mistakes))

    def beat(self) -> None:
        self.beats.set()

    def stopping(self) -> None:
        self._hear("stopping")

    def _hear(self, what: object) -> None:
        self.heard.append(what)
        self.changed.set()

    async def until(self, what: object) -> None:
        async with asyncio.timeout(10):
            while what not in self.heard:
                self.changed.clear()
                await self.changed.wait()


def a_run(agent: FakeAgent, life: Told | Alone) -> Run:
    return Run(Prepared(cast(Agent, agent), Loaded(setup(), None)), life)


async def test_a_long_life_is_prepared_for_once_it_listens(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    asked: list[object] = []
    monkeypatch.setattr(gc, "freeze", lambda: asked.append("freeze"))
    monkeypatch.setattr(sys, "setswitchinterval", asked.append)
    life = Told()
    with caplog.at_level(logging.INFO, "ssoreach"):
        run = a_run(FakeAgent(), life)
        task = asyncio.create_task(run.run())
        await life.until(("listening", URL))
        run.stop()
        await task
    assert asked == [running.SWITCH, "freeze"]
    assert f"{URL}/metrics" in caplog.records[0].__dict__["fields"]["metrics"]


async def test_its_life_hears_of_all_of_it() -> None:
    life, agent = Told(), FakeAgent()
    run = a_run(agent, life)
    task = asyncio.create_task(run.run())
    async with asyncio.timeout(10):
        await life.beats.wait()
    agent.mistakes = ["ssoreach.yaml:1: not this"]
    run.reload()
    await life.until(("reloaded", *agent.mistakes))
    run.stop()
    run.stop()  # twice is no more than once
    async with asyncio.timeout(10):
        await task
    assert life.heard == [("listening", URL), "reloading", ("reloaded", "ssoreach.yaml:1: not this"), "stopping"]


async def test_what_is_told_to_stop_before_it_runs_does_not_begin() -> None:
    agent = FakeAgent()
    run = a_run(agent, Alone())
    run.stop()
    await run.run()
    assert agent.runs == 0


async def test_another_thread_is_heard_while_it_runs_and_no_longer() -> None:
    life = Told()
    run = a_run(FakeAgent(), life)
    assert not run.soon(run.stop)
    task = asyncio.create_task(run.run())
    await life.until(("listening", URL))
    assert await asyncio.to_thread(run.soon, run.stop)
    async with asyncio.timeout(10):
        await task
    assert not run.soon(run.stop)
