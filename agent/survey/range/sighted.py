"""What a held round has seen of the ports of one address, and what that makes known of its range."""

from bisect import bisect, bisect_left
from collections import Counter
from collections.abc import Sequence
from math import inf

from agent.dynamic.observed import Observed
from agent.dynamic.repeats import TWICE
from agent.dynamic.runs import SHUT, Kind, Run
from agent.ground.ports import PortSet
from agent.judge.held import Shows, address, is_same
from agent.judge.held_reach import HeldReach
from agent.judge.refusal import kept_back, turned_back
from agent.survey.range.counted import coverage_of_both
from agent.survey.range.known import CompleteIn, RangeMemory
from agent.survey.range.lease import Leased
from probes.outcome import Outcome, Target
from probes.state import Phase, State
from probes.wire.rendezvous.messages import Admission, Found, Holding, Reason, Reported

OBSERVED = {
    Shows.PASSES: Observed.OPEN,
    Shows.DROPPED: Observed.SILENT,
    Shows.RETURN_PATH: Observed.SILENT,
    Shows.STRANGER: Observed.SILENT,  # not our listener: like silence, it takes more than one to be sure
    Shows.INJECTED: Observed.REFUSED,
    Shows.REFUSED: Observed.REFUSED,
    Shows.NOTHING: None,
}
BAD = frozenset(shows for shows, seen in OBSERVED.items() if seen in (Observed.SILENT, Observed.REFUSED))
NEVER = frozenset({Reason.FIXED, Reason.OWN, Reason.SEEN, Reason.EXCLUDED})  # and not only just now


class Sighted:
    """Of one round. `shows`: of each port that was asked, the newest."""

    def __init__(self, known: RangeMemory) -> None:
        self.shows: dict[int, Shows] = {}
        self.outcomes: dict[int, Outcome] = {}
        self.not_held: dict[int, tuple[Holding, Reason]] = {}
        self._held: set[int] = set()
        self._known = known
        self._told: Reported | None = None
        self._reached = False
        self.vouched: set[int] = set()  # refused beside a control that answered

    def take(self, leased: Leased, now: float) -> None:
        """`now`: UTC."""
        self.outcomes.update(leased.outcomes)
        for port, grant in leased.grants.items():
            self._grant(port, grant.holding, grant.reason)
        for port, shows in leased.shows.items():
            self.shows.pop(port, None)
            self.shows[port] = shows
            if shows in BAD:
                self._known.remember(port, shows)
        self._reached |= any(leased.shows[port] is Shows.PASSES for port in self._held & leased.shows.keys())
        if leased.told is not None and leased.told.unbroken:
            self._hear(leased.told, now)

    def _grant(self, port: int, holding: Holding, reason: Reason) -> None:
        if holding is Holding.HELD:
            self._held.add(port)
            self._known.never_held.pop(port, None)
            return
        self.not_held[port] = holding, reason
        if reason in NEVER or holding is Holding.LISTENING:
            self._known.note_never_held(port)

    def _hear(self, told: Reported, now: float) -> None:
        self._told = told
        self._reached |= any(found in (Found.MINE, Found.HALF_OPEN) for found in told.found.values())
        ago = 0 if self._reached else inf if told.reached_ago is None else told.reached_ago
        before = self._known.reached_at if self._known.reached_at <= now else -inf  # or the clock was set back
        self._known.reached_at = max(before, now - ago)

    @property
    def asked(self) -> bool:
        """Whether anything was."""
        return bool(self.outcomes or self.not_held)

    def not_to_be_held(self) -> set[int]:
        """Not now. Where the far end only has too much to hold at this moment, a port is one that nobody asked."""
        return {port for port, (_, reason) in self.not_held.items() if reason is not Reason.FULL}

    def passed(self) -> list[int]:
        """Held ports that did, the newest one last."""
        return [port for port, shows in self.shows.items() if shows is Shows.PASSES and port in self._held]

    @property
    def strangers_accept(self) -> bool:
        """Whether somebody accepts in the place of our own listeners, now or when it was last seen."""
        return any(Shows.STRANGER in shown.values() for shown in (self.shows, self._known.how))

    def is_held(self, port: int) -> bool:
        return port in self._held

    def unseen(self) -> list[int]:
        """A port of each interval that is shut for sure, and was not seen so in this round."""
        index, runs = self._known.ports.index, self._known.chart_of_both.search.sure
        seen = sorted(index(port) for port, shows in self.shows.items() if shows in BAD)
        unseen = (run for run in runs if bisect_left(seen, run.first) == bisect(seen, run.last))
        return [self._known.ports[run.first] for run in unseen]

    def never_reached(self, now: float) -> bool:
        """Whether its own firewall may be what shuts held ports: nobody is known to have reached one, nor that it may.

        `now`: UTC.
        """
        admission = self._told.admission if self._told else Admission.UNKNOWN
        if self._reached or admission is Admission.ADMITS:
            return False
        return admission is Admission.SHUTS or not self._known.was_reached(now)

    def reach(
        self,
        target: str,
        now: float,
        complete_in: CompleteIn | None,
        registered: frozenset[int],
        **circumstances: bool,
    ) -> HeldReach:
        """What it came to. `target`: the probed address; `circumstances`: fields of a reach."""
        search, never_reached = self._known.chart_of_both.search, self.never_reached(now)
        shut, suspect = self._sorted(never_reached)
        certain = PortSet(tuple(each for ports in shut.values() for each in ports.intervals))
        exempt = registered | self._known.never_held.keys()
        return HeldReach(
            self._known.ports,
            target,
            [self.outcomes[port] for port in sorted(self.outcomes)] or [self._not_asked(target, now)],
            coverage_of_both(self._known.chart_of_both, certain, exempt, complete_in),
            shut,
            suspect,
            self._passes(),
            self._unexplained(),
            self._translated(target),
            search.confirmed,
            search.loss.needed is None,
            never_reached=never_reached,
            held=len(self._held),
            passed=len(self.passed()),
            not_held=Counter(self.not_held.values()),
            **circumstances,
        )

    def _sorted(self, never_reached: bool) -> tuple[dict[Shows, PortSet], dict[Shows, PortSet]]:
        """What accuses and what is suspect, by how it is shut."""
        search, shut, suspect = self._known.chart_of_both.search, _Piles(), _Piles()
        sure, index = set(search.sure), self._known.ports.index
        bad = {index(port): shows for port, shows in self.shows.items() if shows in BAD}
        for run in search.landscape.of(*SHUT):
            now = Counter(shows for at, shows in bad.items() if run.first <= at <= run.last)
            certain = run in sure or (now.total() >= TWICE and self._is_vouched(run))  # of one port, or of several
            accuses = certain and now and not (never_reached and Shows.DROPPED in now)
            (shut if accuses else suspect).add(self._how(run, now), search.landscape.intervals([run]))
        for port in search.doubted:
            suspect.add(self.shows.get(port, Shows.DROPPED), PortSet.of([port]))
        return shut.by_how, suspect.by_how

    def _is_vouched(self, run: Run) -> bool:
        """Whether a port of an interval that is refused was so beside one that passed."""
        index = self._known.ports.index
        return run.kind is Kind.REFUSED and any(run.first <= index(port) <= run.last for port in self.vouched)

    def _how(self, run: Run, now: Counter[Shows]) -> Shows:
        """How most of it is shut, by what was seen in this round, or else the last time."""
        index = self._known.ports.index
        before = Counter(shows for port, shows in self._known.how.items() if run.first <= index(port) <= run.last)
        fallback = Shows.DROPPED if run.kind is Kind.SILENT else Shows.REFUSED
        return next((shows for shows, _ in (now or before).most_common(1)), fallback)

    def _unexplained(self) -> PortSet:
        """What was held, and showed nothing for no reason of ours. If anything passed, what accepted is no riddle."""
        excused = {State.LOCAL_FAULT, State.OPEN} if self.passed() else {State.LOCAL_FAULT}
        nothing = (port for port, shows in self.shows.items() if shows is Shows.NOTHING and self.is_held(port))
        outcomes = (self.outcomes[port] for port in nothing)
        return PortSet.of(each.target.port for each in outcomes if each.state not in excused and not turned_back(each))

    def _passes(self) -> PortSet:
        """Where strangers accept, an interval without any proof of ours shows nothing: others listen there."""
        search = self._known.chart_of_both.search
        passes = search.passes_without(self._kept_back()).without(search.doubted | self._silent_services())
        if not self.strangers_accept:
            return passes
        natural = self._known.never_held
        proved = [port for port, seen, _ in search.map.rows() if seen is Observed.OPEN and port not in natural]
        return PortSet(tuple(each for each in passes.intervals if _any_within(proved, *each)))

    def _silent_services(self) -> set[int]:
        """Others listen there, by the far end's word, and did not answer: their own affair, or a firewall's."""
        return {port for port, shows in self.shows.items() if shows is Shows.NOTHING and not self.is_held(port)}

    def _kept_back(self) -> list[int]:
        return [port for port, outcome in self.outcomes.items() if kept_back(outcome)]

    def _translated(self, target: str) -> str | None:
        bound = self._told.bound if self._told else target
        return None if is_same(bound, target) else address(bound)

    def _not_asked(self, target: str, now: float) -> Outcome:
        door = Target(target, self._known.ports[0])
        return Outcome(door, State.LOCAL_FAULT, Phase.CONNECT, now, 0.0, detail="not asked in this round")


def _any_within(ports: Sequence[int], first: int, last: int) -> bool:
    """`ports` ascending."""
    return bisect_left(ports, first) < bisect(ports, last)


class _Piles:
    def __init__(self) -> None:
        self.by_how: dict[Shows, PortSet] = {}

    def add(self, how: Shows, ports: PortSet) -> None:
        self.by_how[how] = self.by_how.get(how, PortSet()) | ports
