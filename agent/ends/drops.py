"""What the log says of datagrams that were dropped: a key that differs looks like a dead network from everywhere else.

Whoever can send to the port can have them dropped, so the log says one line a reason, an hour apart at least, with
nothing in it of what they say or where they come from.
"""

from collections.abc import Callable, Mapping

from agent.ground.clock import Clock
from probes.wire.rendezvous.frame import Drop

HUSH = 3600.0  # seconds in which a reason is told once

# Those that somebody can do something about. Strangers' datagrams, and what a restart leaves behind, are only counted.
WORDS = {
    Drop.MAC: "sealed with another key: compare the key files of all hosts (sha256sum, Get-FileHash)",
    Drop.SENDER: "from an address that the configuration here does not have for who sent them: compare the "
    "configurations; a peer with several addresses is to have all of them there, or a source_address",
    Drop.RECEIVER: "meant for a host of another name: compare the configurations, and which machine has which address",
    Drop.VERSION: "in a version that is not spoken here: bring the agents to the same version",
    Drop.RATE: "more than a peer has any reason to send",
}


class Drops:
    """`dropped`: the counters, as they go on; `warn` takes a line for the log."""

    def __init__(self, dropped: Mapping[Drop, int], warn: Callable[[str], None], clock: Clock) -> None:
        self._dropped = dropped
        self._warn = warn
        self._clock = clock
        self._told: dict[Drop, int] = {}  # as many as were told of
        self._hushed: dict[Drop, float] = {}  # until when (monotonic)

    def go_on_from(self, before: "Drops") -> None:
        """In place of it, with counters that go on: nothing is told twice."""
        self._told.update(before._told)
        self._hushed.update(before._hushed)

    def look(self) -> None:
        """Tell what has come since the last time that it was told."""
        for reason, words in WORDS.items():
            new = self._dropped.get(reason, 0) - self._told.get(reason, 0)
            if new and self._clock.monotonic() >= self._hushed.get(reason, 0.0):
                self._told[reason] = self._told.get(reason, 0) + new
                self._hushed[reason] = self._clock.monotonic() + HUSH
                self._warn(f"rendezvous: {new} dropped ({reason}), {words}")
