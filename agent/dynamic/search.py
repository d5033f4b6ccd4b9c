"""Which ports of an address to ask next, until every edge of what is shut is found and confirmed.

All that is known is in the map, and what to ask next follows from it alone. So any number of intervals is searched at
once, a search goes on in the next round where the last one left off, and it begins anew by itself where the firewall
has changed. Whoever can ask ports can drive it: `saw` takes what a wave of them showed, `wave` names the next.
"""

from collections import Counter
from collections.abc import Mapping

from agent.dynamic.fan import choose
from agent.dynamic.observed import ANSWERS, Observed
from agent.dynamic.portmap import PortMap
from agent.dynamic.repeats import Repeats
from agent.dynamic.runs import Kind, Landscape, Run
from agent.judge.silence import LEAST, Control, Loss
from agent.ports import NO_PORTS, PortSet

AGAIN_AT_ONCE = 8  # asks again of silent ports
CAREFUL = 2  # ports at once where somebody limits how often he says that he refuses
SPARE = 2  # asks again of a port beyond those needed, a round
NO_CEILING = 1 << 16


class Search:
    """One address. `credible`: an RST from it is its own; `exempt`: ports at which services are registered there."""

    def __init__(self, map: PortMap, loss: Loss) -> None:
        self.map = map
        self.exempt: frozenset[int] = frozenset()
        self._credible = False
        self._repeats = Repeats(loss)
        self._landscape: Landscape | None = None
        self._doubted: set[int] = set()  # silent now, though they answered or refused before
        self.begin()

    def begin(self, recheck: int = 0) -> None:
        """A new round. The edges that are known are asked again in it: `recheck` ports at most, the oldest first."""
        edges = self._edge_ports()
        self._repeats.keep(edges | self._doubted)
        self._due = sorted(edges, key=lambda port: self.map.seen_at(port) or 0.0)[:recheck]
        self._fresh: set[int] = set()  # ports seen in this round
        self._tries: Counter[int] = Counter()
        self._postponed: set[int] = set()
        self._ceiling = NO_CEILING
        self._limited: bool | None = None  # whether somebody limits how often he says that he refuses

    @property
    def loss(self) -> Loss:
        return self._repeats.loss

    @property
    def credible(self) -> bool:
        return self._credible

    @credible.setter
    def credible(self, credible: bool) -> None:
        self._credible, self._landscape = credible, None

    @property
    def landscape(self) -> Landscape:
        if self._landscape is None:
            exempt = [port for port in self.exempt if port in self.map.ports]
            self._landscape = Landscape(self.map.ports, self.map.states, exempt, credible=self._credible)
        return self._landscape

    def saw(
        self, wave: Mapping[int, Observed | None], control: Control | None, now: float, *, counts: bool = True
    ) -> None:
        """What ports that were asked at the same time showed, and how the control beside them did."""
        if control is not None:
            self.loss.control(control)
        silent = {port for port, seen in wave.items() if seen is Observed.SILENT}
        self._look_for_limit(wave, silent)
        for port, seen in wave.items():
            self._tries[port] += 1
            if port in self._due:
                self._due.remove(port)
            if seen is not None and port not in self._postponed:
                self._digest(port, seen, control, now, counts=counts)

    def _look_for_limit(self, wave: Mapping[int, Observed | None], silent: set[int]) -> None:
        """Silence beside refusals, in one burst: does the refusing device speak only so often? Then ask it again."""
        refused = Observed.REFUSED in wave.values()
        if wave.keys() <= self._postponed:  # asked again on their own
            if refused:
                self._limited, self._ceiling = True, CAREFUL
            elif self._limited is None:
                self._limited = False
            self._postponed -= wave.keys()
        elif refused and silent and self._limited is None:
            self._postponed |= {port for port in silent if self.map[port] is Observed.UNTESTED}

    def _digest(self, port: int, seen: Observed, control: Control | None, now: float, *, counts: bool) -> None:
        before = self.map[port]
        was_sure = self._repeats.is_silent_for_sure(port)
        self._repeats.saw(port, seen, control, counts=counts)
        if seen is Observed.SILENT and self._contradicts(before):
            self._doubted.add(port)
            if not self._is_sure(port, seen):
                return
            self._forget_around(port)
        elif seen is not Observed.SILENT:
            if before is Observed.SILENT and not was_sure:
                self._ceiling = min(self._ceiling, AGAIN_AT_ONCE)  # bad luck, or a limit on connections
            elif before is not Observed.UNTESTED and (before in ANSWERS) != (seen in ANSWERS):
                self._forget_around(port)
        self._doubted.discard(port)
        self._note(port, seen, now)
        self._believe_doubts(now)

    def _contradicts(self, before: Observed) -> bool:
        """Whether silence says something else than what was seen before."""
        return before is Observed.REFUSED or (self._credible and before in ANSWERS)

    def _note(self, port: int, seen: Observed, now: float) -> None:
        self.map.observe(port, seen, now)
        self._fresh.add(port)
        self._landscape = None

    def _forget_around(self, port: int) -> None:
        """The firewall has changed: what was seen before this round of the ports that were like this one is void."""
        run = self.landscape.run_at(self.map.ports.index(port))
        if run is not None:
            fresh = {self.map.ports.index(each) for each in self._fresh}
            self.map.forget(index for index in range(run.first, run.last + 1) if index not in fresh)
            self._landscape = None

    def _believe_doubts(self, now: float) -> None:
        """What they showed before was forgotten: their silence is all that is known."""
        for port in [each for each in self._doubted if self.map[each] is Observed.UNTESTED]:
            self._doubted.discard(port)
            self._note(port, Observed.SILENT, now)

    def _is_sure(self, port: int, seen: Observed) -> bool:
        return self._repeats.is_sure(port, seen, against_controls=self._credible)

    # What to ask next.

    def wave(self, left: int, at_once: int, *, controlled: bool = True) -> tuple[int, ...]:
        """The ports to ask next, all at once; none when nothing is left to learn. `left`: attempts in this round.

        `controlled`: there is a control to ask beside them. Without one, silence is not asked again.
        """
        most = min(left, at_once, self._ceiling)
        few = min(most, AGAIN_AT_ONCE)
        if most <= 0:
            return ()
        for wanted in (sorted(self._postponed), self._due, self._doubts(controlled), self._lone(controlled)):
            if wanted:
                return tuple(wanted[:few])
        gaps = self._gaps(controlled)
        if gaps:
            reserve = (self.loss.needed or 0) * len(gaps)
            return tuple(self.map.ports[index] for index in choose(gaps, left - reserve, most) or [gaps[0][0]])
        return tuple(self._unconfirmed(controlled)[:few])

    def _doubts(self, controlled: bool) -> list[int]:
        """Those nearest to certainty first: one that is certain settles the others."""
        if self._credible and not controlled:
            return []
        worth = [port for port in self._doubted if self._may_try(port)]
        return sorted(worth, key=lambda port: (-self._repeats.silences(port), port))

    def _may_try(self, port: int) -> bool:
        needed = self.loss.needed
        return needed is not None and self._tries[port] < needed + SPARE

    def _lone(self, controlled: bool) -> list[int]:
        """Silent ports between others that answer: bad luck, more likely than an edge on either side."""
        return [port for run in self._lone_runs() if self._worth_another(port := self._first(run), controlled)]

    def _lone_runs(self) -> list[Run]:
        return [run for run in self.landscape.of(Kind.SILENT) if run.first == run.last]

    def _worth_another(self, port: int, controlled: bool) -> bool:
        return controlled and self._repeats.silences(port) < 2 and self._tries[port] < LEAST and self._may_try(port)

    def _gaps(self, controlled: bool) -> list[list[int]]:
        """Those whose ends are not in doubt themselves."""
        doubtful = {run for run in self._lone_runs() if self._worth_another(self._first(run), controlled)}
        return [gap.untested for gap in self.landscape.gaps() if not doubtful & {gap.before, gap.after}]

    def _unconfirmed(self, controlled: bool) -> list[int]:
        """What the edges depend on and was not seen often enough.

        Each interval is to be certain in one port before any is in all that it depends on.
        """
        certain = [run for run in self.landscape.of(Kind.SILENT) if self._is_silent(run)]
        settled = {self.map.ports[index] for run in certain for index in (run.first, run.last)}

        def last(port: int) -> tuple[bool, bool, int, int]:
            return self.map[port] is not Observed.SILENT, port in settled, -self._repeats.silences(port), port

        return sorted((port for port in self._edge_ports() if self._is_open_question(port, controlled)), key=last)

    def _is_open_question(self, port: int, controlled: bool) -> bool:
        seen = self.map[port]
        if seen is Observed.UNTESTED or self._is_sure(port, seen):
            return False
        return self._may_try(port) and (controlled or seen is not Observed.SILENT or not self._credible)

    def _edge_ports(self) -> set[int]:
        return {self.map.ports[index] for index in self.landscape.edges()}

    def _first(self, run: Run) -> int:
        return self.map.ports[run.first]

    # What it has come to.

    @property
    def confirmed(self) -> bool:
        """Whether every edge of what is shut was found, and seen often enough from both sides."""
        edges = self._edge_ports()
        return bool(edges) and not self.landscape.gaps() and all(self._is_sure(port, self.map[port]) for port in edges)

    @property
    def suspect(self) -> PortSet:
        """The intervals that are silent for sure in at least one of their ports, where silence stands out at all."""
        return self.landscape.intervals(run for run in self.landscape.of(Kind.SILENT) if self._is_silent(run))

    def _is_silent(self, run: Run) -> bool:
        return any(self._repeats.is_silent_for_sure(self.map.ports[index]) for index in (run.first, run.last))

    @property
    def refused(self) -> PortSet:
        return self.landscape.intervals(self.landscape.of(Kind.REFUSED))

    @property
    def passes(self) -> PortSet:
        """What answers: intervals where an RST is the host's own, single ports elsewhere."""
        if self._credible:
            return self.landscape.intervals(self.landscape.of(Kind.PASSES))
        ports = [port for port, seen, _ in self.map.rows() if seen is Observed.OPEN]
        return PortSet.of(ports) if ports else NO_PORTS

    @property
    def unexplained(self) -> bool:
        """Whether ports were silent, and it is not known why."""
        return bool(self._doubted or self._postponed or Observed.SILENT in self.map.states)
