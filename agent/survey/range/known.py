"""What is remembered of the dynamic range of one address, from round to round and over restarts."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from math import inf, isfinite

from agent.dynamic.observed import Observed
from agent.dynamic.portmap import PortMap, unit_for
from agent.dynamic.runs import largest_untested
from agent.dynamic.search import Search
from agent.dynamic.stored import restore, store
from agent.judge.coverage import Coverage, RangeState
from agent.judge.range import Reach
from agent.judge.silence import Loss
from agent.ports import PortSet
from probes.outcome import Outcome
from probes.state import State

CompleteIn = Callable[[bytes], float]  # from the map's states to seconds until every port will have been asked

DAY = 86_400.0  # seconds
LATEST = 1e11  # UTC; the year 5138
PASSES = 1.5  # full passes that the window spans, at least
PAUSE = 3600.0  # seconds without any range attempt after our own probing seems to have shut us out
MOST_EXEMPT, MOST_SHARE = 64, 16  # registered ports of a range, or 1/16 of it: a host that has more has none exempt
ENOUGH_SILENCE = 3  # rounds of nothing but silence; from then on one port a round is asked


def window_for(size: int, samples: int, interval: float, configured: float | None) -> float:
    """Seconds after which a tested port counts as untested again."""
    return configured or max(DAY, PASSES * interval * -(-size // samples))


@dataclass(slots=True)
class RangeMemory:
    """`window` in seconds; `pass_began`, `last_full_pass` and `paused_until` UTC; the others monotonic."""

    search: Search
    window: float
    pass_began: float
    last_full_pass: float | None = None
    silent_rounds: int = 0  # in a row: nothing but silence
    searched_at: float | None = None
    paused_until: float = -inf  # UTC
    anchored_at: float = -inf  # when it was looked whose the RSTs are
    reach: Reach | None = None  # what the last round came to
    answered: frozenset[int] = field(default_factory=frozenset)  # ports of other checks, in the last round
    _swept_at: float = -inf  # UTC: when what is too old was forgotten

    @classmethod
    def new(cls, ports: PortSet, loss: Loss, window: float, now: float) -> "RangeMemory":
        return cls(Search(PortMap(ports, unit_for(window)), loss), window, now)

    def is_paused(self, now: float) -> bool:
        """`now`: UTC. A clock that was set back makes no pause longer than it is."""
        return now < self.paused_until <= now + PAUSE

    def pause(self, now: float) -> None:
        """For an hour from `now` (UTC)."""
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
        return {
            "map": store(self.search.map),
            "credible": self.search.credible,
            "pass_began": self.pass_began,
            "last_full_pass": self.last_full_pass,
            "paused_until": self.paused_until if isfinite(self.paused_until) else None,
        }

    def restore(self, state: Mapping[str, object], now: float) -> None:
        """From a file. Raises ValueError when it is not understood."""
        stored, credible = state.get("map"), state.get("credible")
        if not isinstance(stored, dict) or not isinstance(credible, bool):
            raise ValueError("not what is known of a range")
        began, full, paused = (_time(state.get(key)) for key in ("pass_began", "last_full_pass", "paused_until"))
        restore(self.search.map, stored, since=now - self.window, now=now)
        self.search.credible = credible  # as it was when this was seen: nothing of it is void
        self.pass_began = now if began is None else min(began, now)
        self.last_full_pass = None if full is None or full > now else full
        self.paused_until = -inf if paused is None else paused


def _time(written: object) -> float | None:
    """UTC, or none. Raises ValueError."""
    if written is None:
        return None
    if isinstance(written, bool) or not isinstance(written, int | float) or not 0 <= written <= LATEST:
        raise ValueError("a time that is none")
    return float(written)


def exempt_from(registered: frozenset[int], ports: PortSet) -> frozenset[int]:
    """Those of the range; none when there are so many that nothing would be left to test."""
    within = frozenset(port for port in registered if port in ports)
    return within if len(within) <= max(MOST_EXEMPT, len(ports) // MOST_SHARE) else frozenset()


def coverage(known: RangeMemory, complete_in: CompleteIn | None) -> Coverage:
    """`complete_in`: None where there is no further round."""
    search = known.search
    counted = _count(search)
    seconds = complete_in(search.map.states) if complete_in else None
    largest = largest_untested(search.map.states, search.map.ports, search.exempt)
    return Coverage(counted, largest, known.last_full_pass, seconds)


def _count(search: Search) -> dict[RangeState, int]:
    """A registered port is exempt, unless it is shown to be shut."""
    states = search.map.states
    seen = {each: states.count(each) for each in Observed}
    exempt = [port for port in search.exempt if search.map[port] is not Observed.REFUSED]
    for port in exempt:
        seen[search.map[port]] -= 1
    counted = dict.fromkeys(RangeState, 0)
    for each, count in seen.items():
        counted[_STATES[each] if each is not Observed.CLOSED or search.credible else RangeState.INCONCLUSIVE] += count
    counted[RangeState.EXEMPT] = len(exempt)
    return counted


_STATES = {
    Observed.OPEN: RangeState.OPEN,
    Observed.CLOSED: RangeState.OPEN,  # where an RST is the host's own
    Observed.SILENT: RangeState.INCONCLUSIVE,
    Observed.REFUSED: RangeState.BLOCKED,
    Observed.UNTESTED: RangeState.UNTESTED,
}
