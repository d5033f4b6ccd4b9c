"""What `probe run` does to its own process, so that no attempt waits for what is read of it."""

import gc
import logging
import sys

import pytest

from agent.cli import foreground
from tests.agent.serving import setup


async def test_a_long_life_is_prepared_for_once_it_listens(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    asked: list[object] = []
    monkeypatch.setattr(gc, "freeze", lambda: asked.append("freeze"))
    monkeypatch.setattr(sys, "setswitchinterval", asked.append)
    with caplog.at_level(logging.INFO, "ssoreach"):
        foreground._listening(setup(), None, ["http://127.0.0.1:10135"])
    assert asked == [foreground.SWITCH, "freeze"]
    assert "listening" in caplog.text
