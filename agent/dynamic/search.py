"""Which ports of an address to ask next, until every edge of what is shut is found and confirmed.

All that is known is in the map, and what to ask next follows from it alone. So any number of intervals is searched at
once, a search goes on in the next round where the last one left off, and it begins anew by itself where the firewall
has changed. Whoever can ask ports can drive it: `saw` takes what a wave of them showed, `wave` names the next.
"""

from bisect import bisect, bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping
from math import ceil

from agent.dynamic.fan import choose
from agent.dynamic.observed import ANSWERS, Observed
from agent.dynamic.portmap import PortMap
from agent.dynamic.repeats import TWICE, Repeats, alike
from agent.dynamic.runs import Kind, Landscape, Run
from agent.judge.silence import LEAST, MOST, Control, Loss
from agent.ports import NO_PORTS, PortSet

AGAIN_AT_ONCE = 8  # asks again of silent ports
CAREFUL = 2  # ports at once where somebody limits how often he says that he refuses
SPARE = 2  # asks again of a port beyond those needed, a round
ALONE = 16  # a silent port stands alone in more than such a part of the range
NO_CEILING = 1 << 16


class Search:
    """One address. `credible`: an RST from it is its own; `exempt`: ports at which services are registered there."""

    def __init__(self, map: PortMap, loss: Loss) -> None:
        self.map = map
        self.exempt: frozenset[int] = frozenset()
        self.credible = False
        self._repeats = Repeats(loss)
        self._read: tuple[bytes, frozenset[int], bool] | None = None  # what the landscape was made of
        self._doubted: set[int] = set()  # silent now, though they answered or refused before
        self.begin()

    def begin(self, recheck: int = 0) -> None:
        """A new round. The edges that are known are asked again in it: `recheck` ports at most, the oldest first."""
        edges = self._edge_ports()
        self._repeats.keep(edges | self._doubted | self._alone() | self._certain())
        self._due = sorted(edges, key=lambda port: self.map.seen_at(port) or 0.0)[:recheck]
        self.rechecked = frozenset(self._due)
        self._fresh: set[int] = set()  # ports seen in this round
        self._tries: Counter[int] = Counter()
        self._postponed: set[int] = set()  # to be asked on their own
        self._held: set[int] = set()  # silent beside refusals, and not believed yet
        self._most_told = 0  # refusals in one wave
        self._ceiling = NO_CEILING
        self._limited = False  # whether somebody limits how often he says that he refuses

    def trust(self, credible: bool) -> None:
        """Whether an RST is the host's own from now on. Silence seen while none was stood for nothing, and is void."""
        if credible and not self.credible:
            kept = self._fresh | self._certain()
            states = enumerate(self.map.states)
            silent = [index for index, state in states if state == Observed.SILENT]
            self.map.forget(index for index in silent if self.map.ports[index] not in kept)
        self.credible = credible

    def forget_before(self, moment: float, now: float) -> None:
        """What was seen earlier, and what the clock says was seen after `now`. UTC."""
        self.map.forget_before(moment, now)

    @property
    def loss(self) -> Loss:
        return self._repeats.loss

    @property
    def landscape(self) -> Landscape:
        read = self.map.states, self.exempt, self.credible
        if read != self._read:
            self._read, self._landscape = read, self._landscape_of(self.map.states)
        return self._landscape

    def _landscape_of(self, states: bytes) -> Landscape:
        exempt = [port for port in self.exempt if port in self.map.ports]
        return Landscape(self.map.ports, states, exempt, credible=self.credible)

    def saw(
        self, wave: Mapping[int, Observed | None], control: Control | None, now: float, *, counts: bool = True
    ) -> None:
        """What ports that were asked at the same time showed, and how the control beside them did."""
        if control is not None:
            self.loss.control(control)
        believed = self._look_for_limit_on_refusals(wave)
        self._look_for_limit_on_answers(wave)
        self._due = [port for port in self._due if port not in wave]
        for port, seen in wave.items():
            if port not in self._postponed and port not in self._held:
                self._tries[port] += 1
                if seen is not None:
                    self._digest(port, seen, control, now, counts=counts)
        for port in believed:
            self._digest(port, Observed.SILENT, None, now, counts=False)
        self._believe_doubts(now)

    def _look_for_limit_on_refusals(self, wave: Mapping[int, Observed | None]) -> set[int]:
        """Silence beside refusals, in one burst: does the refusing device speak only so often?

        It does not if it spoke more often before. Otherwise the silent ports next to refusals are asked on their own,
        and all of them if one of those refuses, too. The ports are given that proved to be silent after all.
        """
        told = [port for port, seen in wave.items() if seen is Observed.REFUSED]
        silent = {port for port, seen in wave.items() if seen is Observed.SILENT}
        believed: set[int] = set()
        on_their_own = wave.keys() <= self._postponed
        self._postponed -= wave.keys()
        self._held -= wave.keys()
        if told and on_their_own:
            self._limited = True
        elif not told and not self._postponed:
            believed, self._held = self._held, set()
        if self._limited:
            self._ceiling = min(self._ceiling, CAREFUL)
            self._postponed |= self._held | (silent if told else set())
            self._held = set()
        elif told and len(told) >= self._most_told:
            self._held |= {port for port in silent if self.map[port] in (Observed.UNTESTED, Observed.REFUSED)}
            self._postponed |= self._next_to_refusals(told)
            self._held -= self._postponed
        self._most_told = max(self._most_told, len(told))
        return believed

    def _next_to_refusals(self, told: list[int]) -> set[int]:
        """The nearest on both sides, of those held back."""
        held = sorted(self._held)
        known = {self.map.ports[index] for run in self.landscape.of(Kind.REFUSED) for index in (run.first, run.last)}
        places = [bisect(held, port) for port in known.union(told)]
        return {held[place] for near in places for place in (near - 1, near) if 0 <= place < len(held)}

    def _look_for_limit_on_answers(self, wave: Mapping[int, Observed | None]) -> None:
        """Several that were silent in this round answer at the same time: that was no bad luck, we asked too fast.

        Then silences that were seen but once are void; a few of them, all over the range, are asked again.
        """
        answered = self._fresh & {port for port, seen in wave.items() if seen in ANSWERS}
        if sum(self.map[port] is Observed.SILENT for port in answered) < LEAST:
            return
        self._ceiling = CAREFUL
        silent = {port for port in self._fresh - wave.keys() if self.map[port] is Observed.SILENT}
        void = {self.map.ports.index(port) for port in silent if self._repeats.silences(port) < TWICE}
        self.map.forget(void)
        parts = {index * 2 * ALONE // len(self.map.ports): index for index in void}
        self._postponed |= {self.map.ports[index] for index in parts.values()}

    def _digest(self, port: int, seen: Observed, control: Control | None, now: float, *, counts: bool) -> None:
        before = self.map[port]
        was_sure = self._repeats.is_silent_for_sure(port)
        self._repeats.saw(port, seen, control, counts=counts)
        if seen is Observed.SILENT and self._contradicts(before):
            self._doubted.add(port)
            if not self._is_sure(port, seen):
                return
            self._forget_around(port)
        elif seen is not Observed.SILENT and before is not Observed.UNTESTED and not alike(before, seen):
            if before is Observed.SILENT and not was_sure and self._is_luck(port):
                self._limited = self._limited or seen is Observed.REFUSED
                self._ceiling = min(self._ceiling, CAREFUL if self._limited else AGAIN_AT_ONCE)
            else:
                self._forget_around(port)
        self._doubted.discard(port)
        self._note(port, seen, now)

    def _contradicts(self, before: Observed) -> bool:
        """Whether silence says something else than what was seen before."""
        return before is Observed.REFUSED or (self.credible and before in ANSWERS)

    def _is_luck(self, port: int) -> bool:
        """Whether one that was silent and no longer is shows nothing of the ports around it.

        Seen in the same round, or with more of the same on both sides; in that case they are asked next.
        """
        return port in self._fresh or port not in self._edge_ports()

    def _note(self, port: int, seen: Observed, now: float) -> None:
        self.map.observe(port, seen, now)
        self._fresh.add(port)

    def _forget_around(self, port: int) -> None:
        """The firewall has changed: what was seen before this round of the ports that were like this one is void.

        A few of them are asked again: what lies on both sides must not be taken for one.
        """
        index = self.map.ports.index(port)
        fresh = {self.map.ports.index(each) for each in self._fresh}
        before = bytearray(self.map.states)
        for each in fresh - {index}:
            before[each] = Observed.UNTESTED
        run = self._landscape_of(bytes(before)).run_at(index)
        if run is not None:
            void = [each for each in range(run.first, run.last + 1) if before[each]]
            self.map.forget(void)
            again = {void[0], void[len(void) // 2], void[-1]} if void else set()
            self._due += sorted({self.map.ports[each] for each in again} - {port, *self._due})

    def _believe_doubts(self, now: float) -> None:
        """What they showed before was forgotten: their silence is all that is known."""
        for port in [each for each in self._doubted if self.map[each] is Observed.UNTESTED]:
            self._doubted.discard(port)
            self._note(port, Observed.SILENT, now)

    def _is_sure(self, port: int, seen: Observed) -> bool:
        return self._repeats.is_sure(port, seen, against_controls=self.credible)

    # What to ask next.

    def wave(self, left: int, at_once: int, *, controlled: bool = True, exact: bool = True) -> tuple[int, ...]:
        """The ports to ask next, all at once; none when nothing is left to learn. `left`: attempts in this round.

        `controlled`: there is a control to ask beside them. Without one, silence is not asked again. Unless `exact`,
        what was asked is made certain, and no edge is looked for.
        """
        most = min(left, at_once, self._ceiling)
        wanted = self._wanted(left, most, controlled, exact) if most > 0 else ()
        return next((tuple(ports) for ports in wanted if ports), ())

    def _wanted(self, left: int, most: int, controlled: bool, exact: bool) -> Iterator[list[int]]:
        """What there is to ask, the most pressing first."""
        few = min(most, AGAIN_AT_ONCE)
        yield sorted(self._postponed)[:few]
        yield self._due[:few]
        yield self._doubts(controlled)[:few]
        yield self._lone(controlled)[:few]
        gaps = self._gaps() if exact else []
        reserve = (self.loss.needed or 0) * len(gaps)  # for each of the edges that will be found
        yield self._in(gaps, left - reserve, most)
        unconfirmed = self._unconfirmed(controlled)
        if gaps:  # and not enough is left for all of it
            unsettled = self._unsettled()
            yield [port for port in unconfirmed if port in unsettled][:few]
            yield self._in(gaps, left, most)
        yield unconfirmed[:few]

    def _in(self, gaps: list[list[int]], left: int, most: int) -> list[int]:
        return [self.map.ports[index] for index in choose(gaps, left, most)]

    def _doubts(self, controlled: bool) -> list[int]:
        """Those nearest to certainty first: one that is certain settles the others."""
        if self.credible and not controlled:
            return []
        worth = [port for port in self._doubted if self._may_try(port)]
        return sorted(worth, key=lambda port: (-self._repeats.silences(port), port))

    def _may_try(self, port: int) -> bool:
        needed = self.loss.needed
        return needed is not None and self._tries[port] < needed + SPARE

    def _lone(self, controlled: bool) -> list[int]:
        """Silent ports between others that answer: bad luck, more likely than an edge on either side."""
        lone = (self._first(run) for run in self.landscape.of(Kind.SILENT) if run.first == run.last)
        return [port for port in lone if self._worth_another(port, controlled)]

    def _worth_another(self, port: int, controlled: bool) -> bool:
        return controlled and self._repeats.silences(port) < 2 and self._tries[port] < LEAST and self._may_try(port)

    def _gaps(self) -> list[list[int]]:
        """What is worth asking in each."""
        tried = {port for port, tries in self._tries.items() if tries >= LEAST}  # to no avail, if they are in a gap
        mute = {self.map.ports.index(port) for port in tried}
        gaps = ([index for index in gap.untested if index not in mute] for gap in self.landscape.gaps())
        return [gap for gap in gaps if gap]

    def _unconfirmed(self, controlled: bool) -> list[int]:
        """What the edges depend on and was not seen often enough.

        Each interval is to be certain in one port before any is in all that it depends on.
        """
        unsettled = self._unsettled()

        def last(port: int) -> tuple[bool, bool, int, int]:
            return self.map[port] is not Observed.SILENT, port not in unsettled, -self._repeats.silences(port), port

        asked = self._edge_ports() | self._thin()
        return sorted((port for port in asked if self._is_open_question(port, controlled)), key=last)

    def _thin(self) -> set[int]:
        """Silent ports without which much of their interval would stand on nothing, and that were hardly asked again.

        Lost packets, or a limit on connections, would make one interval out of two.
        """
        enough = ceil((self.loss.needed or MOST) / 2)
        return {port for port in self._alone() if self._repeats.silences(port) < enough}

    def _alone(self) -> set[int]:
        return {self.map.ports[index] for index in self.landscape.alone(len(self.map.ports) // ALONE)}

    def _unsettled(self) -> set[int]:
        """Of each silent interval that is not certain in any port, the end that is nearest to it."""
        certain = set(self._silent_runs())
        runs = [run for run in self.landscape.of(Kind.SILENT) if run not in certain]
        ends = [(self.map.ports[run.first], self.map.ports[run.last]) for run in runs]
        return {max(pair, key=self._repeats.silences) for pair in ends}

    def _is_open_question(self, port: int, controlled: bool) -> bool:
        seen = self.map[port]
        if seen is Observed.UNTESTED or self._is_sure(port, seen):
            return False
        return self._may_try(port) and (controlled or seen is not Observed.SILENT or not self.credible)

    def _edge_ports(self) -> set[int]:
        return {self.map.ports[index] for index in self.landscape.edges()}

    def _first(self, run: Run) -> int:
        return self.map.ports[run.first]

    # What it has come to.

    @property
    def confirmed(self) -> bool:
        """Whether every edge of what is shut was found, and seen often enough; and no interval stands on luck.

        Behind a limit on refusals a silent port is told from a refused one only where the host itself answers.
        """
        edges = self._edge_ports()
        if not edges or self.landscape.gaps() or self._thin() or (self._limited and not self.credible):
            return False
        return all(self._is_sure(port, self.map[port]) for port in edges)

    @property
    def suspect(self) -> PortSet:
        """The intervals that are silent for sure in at least one of their ports, where silence stands out at all."""
        return self.landscape.intervals(self._silent_runs())

    def _silent_runs(self) -> list[Run]:
        certain = sorted(map(self.map.ports.index, self._certain()))
        silent = self.landscape.of(Kind.SILENT)
        return [run for run in silent if bisect_left(certain, run.first) < bisect(certain, run.last)]

    def _certain(self) -> set[int]:
        """Ports that are silent for sure."""
        return {port for port in self._repeats.silent_for_sure() if self.map[port] is Observed.SILENT}

    @property
    def refused(self) -> PortSet:
        return self.landscape.intervals(self.landscape.of(Kind.REFUSED))

    @property
    def passes(self) -> PortSet:
        """What answers: intervals where an RST is the host's own, single ports elsewhere."""
        if self.credible:
            return self.landscape.intervals(self.landscape.of(Kind.PASSES))
        ports = [port for port, seen, _ in self.map.rows() if seen is Observed.OPEN]
        return PortSet.of(ports) if ports else NO_PORTS

    @property
    def unexplained(self) -> bool:
        """Whether ports were silent, and it is not known why."""
        return bool(self._doubted or self._postponed or self._held or Observed.SILENT in self.map.states)
