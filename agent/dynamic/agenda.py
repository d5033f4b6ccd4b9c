"""What to ask next, the most pressing first."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Set

from agent.dynamic.fan import choose
from agent.dynamic.ground import Ground
from agent.dynamic.limits import AGAIN_AT_ONCE
from agent.dynamic.observed import Observed
from agent.dynamic.runs import Kind, Run
from agent.judge.silence import LEAST, MOST

SPARE = 2  # asks again of a port beyond those needed, a round


class Agenda:
    """Of one round. It knows what was asked in it, and decides nothing about what that showed.

    `due`: ports to ask in any case, in this order.
    """

    def __init__(self, ground: Ground, due: Iterable[int] = ()) -> None:
        self._ground = ground
        self._due = list(due)
        self._tries: Counter[int] = Counter()

    def asked(self, wave: Collection[int], withheld: Set[int]) -> None:
        """These were. Of `withheld` it is not known yet what they showed, and that was no try."""
        self._due = [port for port in self._due if port not in wave]
        self._tries.update(port for port in wave if port not in withheld)

    def add(self, again: Set[int]) -> None:
        """To what is due."""
        self._due += sorted(again - set(self._due))

    def wanted(
        self, left: int, most: int, postponed: Set[int], doubted: Set[int], *, controlled: bool, exact: bool
    ) -> Iterator[list[int]]:
        """What there is to ask; the first that is not empty is the next wave. `most`: ports in it.

        `postponed`: to be asked on their own; `doubted`: silent now, though they answered or refused before.
        """
        few = min(most, AGAIN_AT_ONCE)
        yield sorted(postponed)[:few]
        yield self._due[:few]
        yield self._doubts(doubted, controlled)[:few]
        yield self._lone(controlled)[:few]
        gaps = self._gaps() if exact else []
        reserve = (self._ground.repeats.loss.needed or 0) * len(gaps)  # for each of the edges that will be found
        yield self._in(gaps, left - reserve, most)
        unconfirmed = self._unconfirmed(controlled)
        if gaps:  # and not enough is left for all of it
            unsettled = self._unsettled()
            yield [port for port in unconfirmed if port in unsettled][:few]
            yield self._in(gaps, left, most)
        yield unconfirmed[:few]

    def _in(self, gaps: list[list[int]], left: int, most: int) -> list[int]:
        return [self._ground.map.ports[index] for index in choose(gaps, left, most)]

    def _doubts(self, doubted: Set[int], controlled: bool) -> list[int]:
        """Those nearest to certainty first: one that is certain settles the others."""
        if self._ground.credible and not controlled:
            return []
        worth = [port for port in doubted if self._may_try(port)]
        return sorted(worth, key=lambda port: (-self._silences(port), port))

    def _may_try(self, port: int) -> bool:
        loss = self._ground.repeats.loss
        return not loss.hopeless and self._tries[port] < (loss.needed or MOST) + SPARE

    def _lone(self, controlled: bool) -> list[int]:
        """Silent ports between others that answer: bad luck, more likely than an edge on either side."""
        lone = (self._first(run) for run in self._ground.landscape.of(Kind.SILENT) if run.first == run.last)
        return [port for port in lone if self._worth_another(port, controlled)]

    def _worth_another(self, port: int, controlled: bool) -> bool:
        return controlled and self._silences(port) < 2 and self._tries[port] < LEAST and self._may_try(port)

    def _gaps(self) -> list[list[int]]:
        """What is worth asking in each."""
        tried = {port for port, tries in self._tries.items() if tries >= LEAST}  # to no avail, if they are in a gap
        mute = {self._ground.map.ports.index(port) for port in tried}
        gaps = ([index for index in gap.untested if index not in mute] for gap in self._ground.landscape.gaps())
        return [gap for gap in gaps if gap]

    def _unconfirmed(self, controlled: bool) -> list[int]:
        """What the edges depend on and was not seen often enough.

        Each interval is to be certain in one port before any is in all that it depends on.
        """
        unsettled = self._unsettled()

        def last(port: int) -> tuple[bool, bool, int, int]:
            silent = self._ground.map[port] is Observed.SILENT
            return not silent, port not in unsettled, -self._silences(port), port

        asked = self._ground.edge_ports() | self._ground.thin()
        return sorted((port for port in asked if self._is_open_question(port, controlled)), key=last)

    def _unsettled(self) -> set[int]:
        """Of each silent interval that is not certain in any port, the end that is nearest to it."""
        ports, certain = self._ground.map.ports, set(self._ground.certain_runs())
        runs = [run for run in self._ground.landscape.of(Kind.SILENT) if run not in certain]
        return {max((ports[run.first], ports[run.last]), key=self._silences) for run in runs}

    def _is_open_question(self, port: int, controlled: bool) -> bool:
        seen = self._ground.map[port]
        if seen is Observed.UNTESTED or self._ground.is_sure(port, seen):
            return False
        return self._may_try(port) and (controlled or seen is not Observed.SILENT or not self._ground.credible)

    def _silences(self, port: int) -> int:
        return self._ground.repeats.silences(port)

    def _first(self, run: Run) -> int:
        return self._ground.map.ports[run.first]
