"""What is remembered of the dynamic range of one address, from round to round and over restarts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import inf

from agent.dynamic.observed import Observed
from agent.dynamic.portmap import PortMap, unit_for
from agent.dynamic.runs import largest_untested
from agent.dynamic.search import Search
from agent.dynamic.stored import restore, store
from agent.judge.coverage import Coverage, RangeState
from agent.judge.silence import Loss
from agent.ports import PortSet
from probes.outcome import Outcome
from probes.state import State

DAY = 86_400.0  # seconds
PASSES = 1.5  # full passes that the window spans, at least
PAUSE = 3600.0  # seconds without any range attempt after our own probing seems to have shut us out
ENOUGH_SILENCE = 3  # rounds of nothing but silence; from then on one port a round is asked


def window_for(size: int, samples: int, interval: float, configured: float | None) -> float:
    """Seconds after which a tested port counts as untested again."""
    return configured or max(DAY, PASSES * interval * -(-size // samples))


@dataclass(slots=True)
class RangeMemory:
    """`window` in seconds; `pass_began` and `last_full_pass` UTC; the others monotonic."""

    search: Search
    window: float
    pass_began: float
    last_full_pass: float | None = None
    silent_rounds: int = 0  # in a row: nothing but silence
    searched_at: float | None = None
    paused_until: float = -inf
    answered: frozenset[int] = field(default_factory=frozenset)  # ports of other checks, in the last round
    _swept_at: float = -inf  # UTC: when what is too old was forgotten

    @classmethod
    def new(cls, ports: PortSet, loss: Loss, window: float, now: float) -> "RangeMemory":
        return cls(Search(PortMap(ports, unit_for(window)), loss), window, now)

    def is_paused(self, now: float) -> bool:
        return now < self.paused_until

    def pause(self, now: float) -> None:
        self.paused_until = now + PAUSE

    @property
    def is_thin(self) -> bool:
        """Whether one port a round is all that is worth asking."""
        return self.silent_rounds >= ENOUGH_SILENCE

    def count_round(self, sampled: Iterable[Outcome], now: float) -> None:
        """A round is over, with these outcomes of its sample. `now`: UTC."""
        states = {outcome.state for outcome in sampled} - {State.LOCAL_FAULT}
        if states:
            self.silent_rounds = self.silent_rounds + 1 if states == {State.FILTERED} else 0
        oldest = self.search.map.oldest()
        if oldest is not None and oldest + self.search.map.unit > self.pass_began:
            self.last_full_pass, self.pass_began = now, now
        self.forget_old(now)

    def forget_old(self, now: float) -> None:
        """What is older than the window; looked at as often as stamps can tell."""
        if abs(now - self._swept_at) >= self.search.map.unit:
            self._swept_at = now
            self.search.forget_before(now - self.window, now)

    def state(self) -> dict[str, object]:
        """For a file."""
        return {"map": store(self.search.map), "pass_began": self.pass_began, "last_full_pass": self.last_full_pass}

    def restore(self, state: Mapping[str, object], now: float) -> None:
        """From a file. Raises ValueError when it is not understood."""
        match state:
            case {"map": dict(stored), "pass_began": int() | float() as began, "last_full_pass": full}:
                if not (full is None or isinstance(full, int | float)):
                    raise ValueError("a time that is none")
                restore(self.search.map, stored, since=now - self.window, now=now)
                self.search.forget_before(now - self.window, now)
                self.pass_began = min(float(began), now)
                self.last_full_pass = None if full is None or full > now else float(full)
            case _:
                raise ValueError("not what is known of a range")


def coverage(known: RangeMemory, per_round: int, interval: float | None) -> Coverage:
    """`per_round`: ports asked each `interval` (seconds); None: there is no further round."""
    search = known.search
    exempt = [port for port in search.exempt if port in search.map.ports]
    counted = _count(search, exempt)
    untested = counted[RangeState.UNTESTED]
    complete_in = None if interval is None else -(-untested // max(1, per_round)) * interval
    return Coverage(
        counted, largest_untested(search.map.states, search.map.ports, exempt), known.last_full_pass, complete_in
    )


def _count(search: Search, exempt: Iterable[int]) -> dict[RangeState, int]:
    states = search.map.states
    seen = {each: states.count(each) for each in Observed}
    exempt = list(exempt)
    for port in exempt:
        seen[search.map[port]] -= 1
    resets = RangeState.OPEN if search.credible else RangeState.INCONCLUSIVE
    counted = dict.fromkeys(RangeState, 0)
    for each, state in {
        Observed.OPEN: RangeState.OPEN,
        Observed.CLOSED: resets,
        Observed.SILENT: RangeState.INCONCLUSIVE,
        Observed.REFUSED: RangeState.BLOCKED,
        Observed.UNTESTED: RangeState.UNTESTED,
    }.items():
        counted[state] += seen[each]
    counted[RangeState.EXEMPT] = len(exempt)
    return counted
