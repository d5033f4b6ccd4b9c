"""Whether somebody limits how often he refuses or answers, so that silence is ours: we asked too fast.

What is silent for that reason must not be believed, and is asked again at a pace that the limit bears.
"""

from bisect import bisect
from collections.abc import Mapping, Set

from agent.dynamic.ground import ALONE, Ground
from agent.dynamic.observed import ANSWERS, Observed
from agent.dynamic.repeats import TWICE
from agent.dynamic.runs import Kind
from agent.judge.silence import LEAST

AGAIN_AT_ONCE = 8  # asks again of silent ports
CAREFUL = 2  # ports at once where somebody limits how often he says that he refuses
NO_CEILING = 1 << 16


class Limits:
    """What one round has shown of them.

    `ceiling`: how many ports may be asked at once; `refusals`: whether somebody limits how often he says that he
    refuses; `postponed`: ports to be asked on their own.
    """

    def __init__(self, ground: Ground) -> None:
        self.ceiling = NO_CEILING
        self.refusals = False
        self.postponed: set[int] = set()
        self._ground = ground
        self._held: set[int] = set()  # silent beside refusals, and not believed yet
        self._most_told = 0  # refusals in one wave

    @property
    def withheld(self) -> set[int]:
        """Ports of which it is not known yet what they showed."""
        return self.postponed | self._held

    def look_at_refusals(self, wave: Mapping[int, Observed | None]) -> set[int]:
        """Silence beside refusals, in one burst: does the refusing device speak only so often?

        It does not if it spoke more often before. Otherwise the silent ports next to refusals are asked on their own,
        and all of them if one of those refuses, too. The ports are given that proved to be silent after all.
        """
        told = [port for port, seen in wave.items() if seen is Observed.REFUSED]
        silent = {port for port, seen in wave.items() if seen is Observed.SILENT}
        believed: set[int] = set()
        on_their_own = wave.keys() <= self.postponed
        self.postponed -= wave.keys()
        self._held -= wave.keys()
        if told and on_their_own:
            self.refusals = True
        elif not told and not self.postponed:
            believed, self._held = self._held, set()
        if self.refusals:
            self.ceiling = min(self.ceiling, CAREFUL)
            self.postponed |= self._held | (silent if told else set())
            self._held = set()
        elif told and len(told) >= self._most_told:
            self._held |= {port for port in silent if self._ground.map[port] in (Observed.UNTESTED, Observed.REFUSED)}
            self.postponed |= self._next_to_refusals(told)
            self._held -= self.postponed
        self._most_told = max(self._most_told, len(told))
        return believed

    def _next_to_refusals(self, told: list[int]) -> set[int]:
        """The nearest on both sides, of those held back."""
        held, ports = sorted(self._held), self._ground.map.ports
        refused = self._ground.landscape.of(Kind.REFUSED)
        known = {ports[index] for run in refused for index in (run.first, run.last)}
        places = [bisect(held, port) for port in known.union(told)]
        return {held[place] for near in places for place in (near - 1, near) if 0 <= place < len(held)}

    def look_at_answers(self, wave: Mapping[int, Observed | None], fresh: Set[int]) -> None:
        """Several that were silent in this round answer at the same time: that was no bad luck, we asked too fast.

        Then silences that were seen but once are void; a few of them, all over the range, are asked again.
        `fresh`: ports seen in this round.
        """
        map, repeats = self._ground.map, self._ground.repeats
        answered = fresh & {port for port, seen in wave.items() if seen in ANSWERS}
        if sum(map[port] is Observed.SILENT for port in answered) < LEAST:
            return
        self.ceiling = CAREFUL
        silent = {port for port in fresh - wave.keys() if map[port] is Observed.SILENT}
        void = {map.ports.index(port) for port in silent if repeats.silences(port) < TWICE}
        map.forget(void)
        parts = {index * 2 * ALONE // len(map.ports): index for index in void}
        self.postponed |= {map.ports[index] for index in parts.values()}

    def heard_after_silence(self, seen: Observed) -> None:
        """A port was silent by bad luck. If it refuses now, the luck was a limit."""
        self.refusals = self.refusals or seen is Observed.REFUSED
        self.ceiling = min(self.ceiling, CAREFUL if self.refusals else AGAIN_AT_ONCE)
