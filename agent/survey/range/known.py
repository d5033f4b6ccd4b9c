"""What is remembered of the dynamic range of one address, from round to round and over restarts."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from math import inf, isfinite

from agent.dynamic.chart import Chart
from agent.dynamic.observed import Observed
from agent.dynamic.search import Search
from agent.ground.ports import PortSet
from agent.judge.held import Shows
from agent.judge.held_reach import HeldReach
from agent.judge.reach import Reach
from agent.judge.silence import Loss
from agent.survey.range.charted import Charted, time
from agent.survey.range.far import Far, Silent
from probes.outcome import Outcome
from probes.state import State

CompleteIn = Callable[[bytes], float]  # from the map's states to seconds until every port will have been asked

DAY = 86_400.0  # seconds
PASSES = 1.5  # full passes that the window spans, at least
PAUSE = 3600.0  # seconds without any range attempt after our own probing seems to have shut us out
ENOUGH_SILENCE = 3  # rounds of nothing but silence; from then on one port a round is asked
MOST_NEVER_HELD = 1024  # ports that are known never to be held
MOST_SHUT = 256  # of which it is known how they are shut


def window_for(size: int, samples: int, interval: float, configured: float | None) -> float:
    """Seconds after which a tested port counts as untested again."""
    return configured or max(DAY, PASSES * interval * -(-size // samples))


@dataclass(slots=True)
class RangeMemory:
    """`window` in seconds; `paused_until` and `reached_at` UTC; the other times monotonic.

    There is a chart for each way to judge, made when it is first used: what one end alone saw means something else than
    what both saw. As a rule there is but one of them.
    """

    ports: PortSet
    loss: Loss
    window: float
    began: float  # UTC
    alone: Charted | None = None  # from this end
    held: Charted | None = None
    silent_rounds: int = 0  # in a row: nothing but silence
    searched_at: float | None = None
    paused_until: float = -inf
    anchored_at: float = -inf  # when it was looked whose the RSTs are
    reach: Reach | HeldReach | None = None  # what the last round came to
    answered: frozenset[int] = field(default_factory=frozenset)  # ports of other checks, in the last round
    met: Far | Silent | None = None  # what the last greeting came to; None: there was none
    reached_at: float = -inf  # when somebody reached a port that was held there
    never_held: dict[int, None] = field(default_factory=dict)  # the newest one last
    strangers: tuple[int, int] = (0, 0)  # at so many ports somebody else accepted, of so many held in the last round
    how: dict[int, Shows] = field(default_factory=dict)  # held ports, how they are shut; the newest one last
    sampled: tuple[int, frozenset[int]] = (-1, frozenset())  # in which round, and which ports of it
    settled: bool = False  # nothing more is to be learned now

    @classmethod
    def new(cls, ports: PortSet, loss: Loss, window: float, now: float) -> "RangeMemory":
        return cls(ports, loss, window, now)

    @property
    def chart(self) -> Charted:
        """From this end alone."""
        if self.alone is None:
            self.alone = self._chart()
        return self.alone

    def is_known_to_both(self, port: int) -> bool:
        """Whether a held listener has shown anything of it."""
        return self.held is not None and self.held.search.map[port] is not Observed.UNTESTED

    @property
    def chart_of_both(self) -> Charted:
        if self.held is None:
            self.held = self._chart()
            self.held.search.credible = True  # silence stands out, as somebody is known to listen
        return self.held

    def _chart(self) -> Charted:
        return Charted.new(self.ports, self.loss, self.window, self.began)

    def last_for(self, window: float) -> None:
        """What is known counts for so many seconds from now on."""
        self.window = window
        for chart in filter(None, (self.alone, self.held)):
            chart.window = window

    def shown(self, address: str) -> Chart:
        """What is known of each port, in the way in which it was judged last."""
        both = self.held is not None and (isinstance(self.reach, HeldReach) or self.alone is None)
        chart = self.chart_of_both if both else self.chart
        search = chart.search
        states, exempt = search.map.states, frozenset(search.exempt)
        return Chart(address, self.ports, states, search.credible or both, exempt, chart.last_full_pass)

    @property
    def search(self) -> Search:
        """From this end alone."""
        return self.chart.search

    @property
    def last_full_pass(self) -> float | None:
        return self.chart.last_full_pass

    def is_paused(self, now: float) -> bool:
        """`now`: UTC. A clock that was set back makes no pause longer than it is."""
        return now < self.paused_until <= now + PAUSE

    def pause(self, now: float) -> None:
        """For an hour from `now` (UTC)."""
        self.paused_until = now + PAUSE

    @property
    def is_thin(self) -> bool:
        """Whether one port a round is all that is worth asking."""
        return self.silent_rounds >= ENOUGH_SILENCE and (self.met is None or isinstance(self.met, Silent))

    def count_round(self, sampled: Iterable[Outcome], now: float) -> None:
        """A round from this end alone is over, with these outcomes of its sample. `now`: UTC."""
        states = {outcome.state for outcome in sampled} - {State.LOCAL_FAULT}
        if states:
            self.silent_rounds = self.silent_rounds + 1 if states == {State.FILTERED} else 0
        self.chart.count_round(now)

    def note_never_held(self, port: int) -> None:
        self.never_held.pop(port, None)
        self.never_held[port] = None
        if len(self.never_held) > MOST_NEVER_HELD:
            del self.never_held[next(iter(self.never_held))]

    def remember(self, port: int, how: Shows) -> None:
        """How it is shut: for the sentences, as long as it is not seen again."""
        self.how.pop(port, None)
        self.how[port] = how
        if len(self.how) > MOST_SHUT:
            del self.how[next(iter(self.how))]

    def was_reached(self, now: float) -> bool:
        """Whether somebody reached a port that was held there, in the last day. `now`: UTC."""
        return now - DAY <= self.reached_at <= now

    def state(self) -> dict[str, object]:
        """For a file."""
        return {
            **({"map": {"origin": None}, "credible": False} if self.alone is None else self.alone.state()),
            "paused_until": _finite(self.paused_until),
            "held": self.held.state() if self.held else None,
            "reached_at": _finite(self.reached_at),
        }

    def restore(self, state: Mapping[str, object], now: float) -> None:
        """From a file; one that was written before there were agents to ask has less in it. Raises ValueError."""
        held, (paused, reached) = state.get("held"), (time(state.get(key)) for key in ("paused_until", "reached_at"))
        if held is not None and not isinstance(held, dict):
            raise ValueError("not what is known of a range")
        self.chart.restore(state, now)
        if self.chart.is_empty:
            self.alone = None
        if held is not None:
            self.chart_of_both.restore({**held, "credible": True}, now)
        self.paused_until = -inf if paused is None else paused
        self.reached_at = -inf if reached is None else reached


def _finite(moment: float) -> float | None:
    return moment if isfinite(moment) else None
