"""Whom the agent tells how it is. Every call is made in the event loop, must not block and must not raise."""

from collections.abc import Sequence
from typing import Protocol


class Life(Protocol):
    """What started the agent, and wants to know."""

    def listening(self, urls: Sequence[str]) -> None:
        """It answers there now: it has started."""

    def reloading(self) -> None:
        """It reads its configuration anew."""

    def reloaded(self, mistakes: Sequence[str]) -> None:
        """It has; with mistakes, what ran before runs on."""

    def beat(self) -> None:
        """The event loop turns: told every `period` seconds for as long as it does."""

    def stopping(self) -> None:
        """It was told to stop, and is about to."""

    @property
    def period(self) -> float | None:
        """Seconds between two beats; None: nobody wants to hear them."""


class Alone:
    """In the foreground, nobody is told anything."""

    period = None

    def listening(self, urls: Sequence[str]) -> None:
        """Its log says so."""

    def reloading(self) -> None:
        """Its log says what came of it."""

    def reloaded(self, mistakes: Sequence[str]) -> None:
        """Its log says so."""

    def beat(self) -> None:
        """Nobody asks."""

    def stopping(self) -> None:
        """It just ends."""
