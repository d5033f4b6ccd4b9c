"""The one memory of what was found: the newest result of each path, and what has been counted since the start.

What a peer found and told stands only for a time. Nothing ticks: whether it still stands is decided by whoever reads.
Everything that is shown (metrics, API, table) is a reading of it. It is written and read in the event loop's thread;
`snapshot` hands out what another thread may read at leisure.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from math import inf

from agent.found.entry import Entry, Known
from agent.found.trail import Latency
from agent.ground.clock import Clock
from agent.ground.path import Check, Direction, Path
from agent.inbound.heard import not_told
from agent.inbound.silence import SHORTEST
from agent.judge.result import Result
from agent.judge.verdict import PENDING, Verdict

Key = tuple[str, Check, Direction]  # peer, check, direction


class Ledger:
    """Entries by path, in the order of the plan. `silent_after`: seconds for which stands what a peer found."""

    def __init__(self, paths: Iterable[Path], clock: Clock, silent_after: float = SHORTEST) -> None:
        self._clock = clock
        self._entries: dict[Key, Entry] = {}
        self.skipped: Counter[str] = Counter()
        self.follow(paths, silent_after)

    def follow(self, paths: Iterable[Path], silent_after: float) -> None:
        """These from now on, as a new configuration has them. What was counted of a path stays counted.

        A path that leads elsewhere than before has no result yet, and what was told stands as long as it did, at least.
        """
        now = self._clock.monotonic()
        self._stands = {Direction.OUTBOUND: inf, Direction.INBOUND: silent_after}
        before, self._entries = self._entries, {}
        for path in paths:
            entry = before.get(key(path)) or Entry(path, counted_until=now)
            entry.count_time(now)
            if entry.path != path:
                entry.path, entry.result = path, None
                entry.since = entry.last_run = entry.last_reachable = None
                entry.trail.latency = Latency()  # it names no address, and would be taken for that of the new one
            # The peer may not have heard yet that it is to tell more often.
            stands = self._stands[path.direction]
            entry.stands = stands if entry.result is None else max(stands, entry.stands)
            self._entries[key(path)] = entry

    def record(self, result: Result) -> None:
        """A new result of a path of the plan; one of any other path, or one that nobody has found yet, is dropped.

        A round that ends while a new configuration comes into force may still bring one of where the path led before.
        """
        entry = self._entries.get(key(result.path))
        if entry is None or not self.has(result.path) or result.verdict is Verdict.PENDING:
            return
        now = self._clock.monotonic()
        entry.count_time(now)
        entry.last_run = result.started + result.seconds
        if entry.verdict is not result.verdict:
            entry.since = entry.last_run
        entry.result = result
        entry.stands = self._stands[result.path.direction]
        # What is found here is found now, whatever a clock does meanwhile; what is told has an age.
        told = result.path.direction is Direction.INBOUND
        entry.found = now - (max(0.0, self._clock.time() - entry.last_run) if told else 0.0)
        # A result may wait for others of its round. A clock that steps meanwhile makes it older, if anything.
        entry.asked = now - max(result.seconds, self._clock.time() - result.started)
        if result.verdict is Verdict.REACHABLE:
            entry.last_reachable = entry.last_run
        for address in result.addresses:
            for outcome in address.outcomes:
                entry.count_attempt(outcome)
        entry.trail.note(result, entry.last_run)

    def has(self, path: Path) -> bool:
        """Whether it is one of the plan, and leads where that one does."""
        entry = self._entries.get(key(path))
        return entry is not None and entry.path == path

    def verdict(self, path: Path) -> Verdict:
        """The newest one of a path of the plan."""
        found = self._entries[key(path)].at(self._clock.monotonic())
        return found.verdict if found else Verdict.PENDING

    def since(self, path: Path) -> float | None:
        """When the verdict of a path became what it is (UTC); None: there is none yet."""
        entry = self._entries.get(key(path))
        if entry is None or entry.last_run is None:
            return None
        found = entry.at(self._clock.monotonic())
        fell_silent = found is not None and found.verdict is not entry.verdict
        return entry.last_run + entry.stands if fell_silent else entry.since

    def last_reachable(self, path: Path) -> float | None:
        """When a path was last found reachable (UTC); None: never since the start."""
        entry = self._entries.get(key(path))
        return entry.last_reachable if entry else None

    def found_at(self, path: Path) -> float | None:
        """When the newest result of a path of the plan was found (monotonic); None: there is none yet."""
        entry = self._entries.get(key(path))
        return entry.found if entry is not None and entry.result is not None else None

    def asked_at(self, path: Path) -> float | None:
        """When the round of the newest result of a path of the plan began (monotonic); None: there is none yet."""
        entry = self._entries.get(key(path))
        return entry.asked if entry is not None and entry.result is not None else None

    def newest(self, path: Path) -> Result | None:
        """Of a path of the plan, to be told to its peer; None: nothing is known yet, or it is none of the plan."""
        entry = self._entries.get(key(path))
        return entry.at(self._clock.monotonic()) if entry else None

    def results(self) -> list[Result]:
        """The newest result of every path, `pending` ones included."""
        now = self._clock.monotonic()
        return [entry.at(now) or _pending(entry.path) for entry in self._entries.values()]

    def known(self) -> list[Known]:
        """Every path, for another thread to read at leisure."""
        now = self._clock.monotonic()
        return [
            Known(
                result=entry.at(now) or _pending(entry.path),
                since=self.since(entry.path),
                last_run=entry.last_run,
                last_reachable=entry.last_reachable,
                latency=entry.trail.latency.copy(),
                attempts=tuple(entry.trail.attempts),
                failures=tuple(entry.trail.failures),
                changes=tuple(entry.trail.changes),
            )
            for entry in self._entries.values()
        ]

    def snapshot(self) -> list[Entry]:
        """Copies that nobody writes to any more."""
        now = self._clock.monotonic()
        for entry in self._entries.values():
            entry.count_time(now)
        return [
            replace(entry, result=entry.at(now), attempts=entry.attempts.copy(), durations=list(entry.durations))
            for entry in self._entries.values()
        ]


def _pending(path: Path) -> Result:
    return not_told(path) if path.direction is Direction.INBOUND else Result(path, PENDING, (), 0.0, 0.0)


def key(path: Path) -> Key:
    """What names a path in metrics: the source is this host."""
    return path.peer, path.check, path.direction
