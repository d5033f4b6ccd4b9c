"""Which ports of an address to ask next, until every edge of what is shut is found and confirmed.

All that is known is in the map, and what to ask next follows from it alone. So any number of intervals is searched at
once, a search goes on in the next round where the last one left off, and it begins anew by itself where the firewall
has changed. Whoever can ask ports can drive it: `saw` takes what a wave of them showed, `wave` names the next.
"""

from collections.abc import Iterable, Mapping

from agent.dynamic.agenda import Agenda
from agent.dynamic.belief import Belief
from agent.dynamic.ground import Ground
from agent.dynamic.limits import AGAIN_AT_ONCE, Limits
from agent.dynamic.observed import Observed
from agent.dynamic.portmap import PortMap
from agent.dynamic.runs import Kind, Landscape, Run
from agent.ground.ports import NO_PORTS, PortSet
from agent.judge.silence import Control, Loss

__all__ = ["AGAIN_AT_ONCE", "Search"]


class Search:
    """One address."""

    def __init__(self, map: PortMap, loss: Loss) -> None:
        self._ground = Ground(map, loss)
        self._belief = Belief(self._ground)
        self.begin()

    def begin(self, recheck: int = 0) -> None:
        """A new round. The edges that are known are asked again in it: `recheck` ports at most, the oldest first."""
        ground, edges = self._ground, self._ground.edge_ports()
        ground.repeats.keep(edges | self._belief.doubted | ground.alone() | ground.certain())
        due = sorted(edges, key=lambda port: self.map.seen_at(port) or 0.0)[:recheck]
        self.rechecked = frozenset(due)
        self._belief.begin()
        self._limits = Limits(ground)
        self._agenda = Agenda(ground, due)

    def trust(self, credible: bool) -> None:
        """Whether an RST is the host's own from now on. Silence seen while none was stood for nothing, and is void."""
        self._belief.trust(credible)

    def forget_before(self, moment: float, now: float) -> None:
        """What was seen earlier, and what the clock says was seen after `now`. UTC."""
        self.map.forget_before(moment, now)

    @property
    def map(self) -> PortMap:
        return self._ground.map

    @property
    def loss(self) -> Loss:
        return self._ground.repeats.loss

    @property
    def landscape(self) -> Landscape:
        return self._ground.landscape

    @property
    def credible(self) -> bool:
        """Whether an RST from it is its own. Set, it voids nothing: see `trust`."""
        return self._ground.credible

    @credible.setter
    def credible(self, credible: bool) -> None:
        self._ground.credible = credible

    @property
    def exempt(self) -> frozenset[int]:
        """Ports at which services are registered there."""
        return self._ground.exempt

    @exempt.setter
    def exempt(self, ports: frozenset[int]) -> None:
        self._ground.exempt = ports

    def saw(
        self,
        wave: Mapping[int, Observed | None],
        control: Control | None,
        now: float,
        *,
        counts: bool = True,
        measures: bool = True,
    ) -> None:
        """What ports that were asked at the same time showed, and how the control beside them did.

        `measures`: the control was a port, whose answer tells how often ports are silent by bad luck.
        """
        if control is not None:
            self.loss.control(control, measures=measures)
        believed = self._limits.look_at_refusals(wave)
        self._limits.look_at_answers(wave, self._belief.fresh)
        withheld = self._limits.withheld
        self._agenda.asked(wave.keys(), withheld)
        for port, seen in wave.items():
            if seen is not None and port not in withheld:
                self._digest(port, seen, control, now, counts=counts)
        for port in believed:
            self._digest(port, Observed.SILENT, None, now, counts=False)
        self._belief.settle_doubts(now)

    def _digest(self, port: int, seen: Observed, control: Control | None, now: float, *, counts: bool) -> None:
        upset = self._belief.digest(port, seen, control, now, counts=counts)
        if upset.luck:
            self._limits.heard_after_silence(seen)
        self._agenda.add(upset.again)

    def wave(self, left: int, at_once: int, *, controlled: bool = True, exact: bool = True) -> tuple[int, ...]:
        """The ports to ask next, all at once; none when nothing is left to learn. `left`: attempts in this round.

        `controlled`: there is a control to ask beside them. Without one, silence is not asked again. Unless `exact`,
        what was asked is made certain, and no edge is looked for.
        """
        most = min(left, at_once, self._limits.ceiling)
        if most <= 0:
            return ()
        postponed, doubted = self._limits.postponed, self._belief.doubted
        wanted = self._agenda.wanted(left, most, postponed, doubted, controlled=controlled, exact=exact)
        return next((tuple(ports) for ports in wanted if ports), ())

    # What it has come to.

    @property
    def confirmed(self) -> bool:
        """Whether every edge of what is shut was found, and seen often enough; and no interval stands on luck.

        Behind a limit on refusals a silent port is told from a refused one only where the host itself answers.
        """
        edges = self._ground.edge_ports()
        if not edges or self.landscape.gaps() or self._ground.thin() or (self._limits.refusals and not self.credible):
            return False
        return all(self._ground.is_sure(port, self.map[port]) for port in edges)

    @property
    def suspect(self) -> PortSet:
        """The intervals that are silent for sure in at least one of their ports, where silence stands out at all."""
        return self.landscape.intervals(self._ground.certain_runs())

    @property
    def sure(self) -> list[Run]:
        """The intervals, silent or refused, that were seen so often enough in at least one of their ports."""
        return self._ground.sure_runs()

    @property
    def doubted(self) -> frozenset[int]:
        """Ports that are silent now, though they were not before; or it is not known yet what they showed."""
        return frozenset(self._belief.doubted | self._limits.withheld)

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

    def passes_without(self, untried: Iterable[int]) -> PortSet:
        """The same, but for ports that could not be tried now, and all beside them that was never asked."""
        states, ports, gone = self.map.states, self.map.ports, set[int]()
        for port in (each for each in untried if each in ports):
            first = last = ports.index(port)
            while first > 0 and states[first - 1] == Observed.UNTESTED:
                first -= 1
            while last + 1 < len(states) and states[last + 1] == Observed.UNTESTED:
                last += 1
            gone.update(ports.between(first, last))
        return self.passes.without(gone)

    @property
    def unexplained(self) -> bool:
        """Whether ports were silent, and it is not known why."""
        return bool(self._belief.doubted or self._limits.withheld or Observed.SILENT in self.map.states)
