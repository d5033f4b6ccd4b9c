"""Whether what a port showed is believed: what contradicts the map is bad luck, or the firewall has changed."""

from dataclasses import dataclass

from agent.dynamic.ground import Ground
from agent.dynamic.observed import ANSWERS, Observed
from agent.dynamic.repeats import alike
from agent.judge.silence import Control


@dataclass(frozen=True, slots=True)
class Upset:
    """What an observation meant for others. `luck`: its port had been silent by bad luck; `again`: ports to ask."""

    luck: bool = False
    again: frozenset[int] = frozenset()


CALM = Upset()


class Belief:
    """`fresh`: ports seen in this round; `doubted`: silent now, though they answered or refused before."""

    def __init__(self, ground: Ground) -> None:
        self.fresh: set[int] = set()
        self.doubted: set[int] = set()
        self._ground = ground

    def begin(self) -> None:
        """A new round. Doubts outlive it."""
        self.fresh = set()

    def trust(self, credible: bool) -> None:
        """Whether an RST is the host's own from now on. Silence seen while none was stood for nothing, and is void."""
        if credible and not self._ground.credible:
            map, kept = self._ground.map, self.fresh | self._ground.certain()
            silent = [index for index, state in enumerate(map.states) if state == Observed.SILENT]
            map.forget(index for index in silent if map.ports[index] not in kept)
        self._ground.credible = credible

    def digest(self, port: int, seen: Observed, control: Control | None, now: float, *, counts: bool) -> Upset:
        before, repeats = self._ground.map[port], self._ground.repeats
        was_sure = repeats.is_silent_for_sure(port)
        repeats.saw(port, seen, control, counts=counts)
        upset = CALM
        if seen is Observed.SILENT and self._contradicts(before):
            self.doubted.add(port)
            if not self._ground.is_sure(port, seen):
                return CALM
            upset = self._forget_around(port)
        elif seen is not Observed.SILENT and before is not Observed.UNTESTED and not alike(before, seen):
            luck = before is Observed.SILENT and not was_sure and self._is_luck(port)
            upset = Upset(luck=True) if luck else self._forget_around(port)
        self.doubted.discard(port)
        self._note(port, seen, now)
        return upset

    def _contradicts(self, before: Observed) -> bool:
        """Whether silence says something else than what was seen before."""
        return before is Observed.REFUSED or (self._ground.credible and before in ANSWERS)

    def _is_luck(self, port: int) -> bool:
        """Whether one that was silent and no longer is shows nothing of the ports around it.

        Seen in the same round, or with more of the same on both sides; in that case they are asked next.
        """
        return port in self.fresh or port not in self._ground.edge_ports()

    def _note(self, port: int, seen: Observed, now: float) -> None:
        self._ground.map.observe(port, seen, now)
        self.fresh.add(port)

    def _forget_around(self, port: int) -> Upset:
        """The firewall has changed: what was seen before this round of the ports that were like this one is void.

        A few of them are asked again: what lies on both sides must not be taken for one.
        """
        map = self._ground.map
        index = map.ports.index(port)
        before = bytearray(map.states)
        for each in {map.ports.index(each) for each in self.fresh} - {index}:
            before[each] = Observed.UNTESTED
        run = self._ground.landscape_of(bytes(before)).run_at(index)
        void = [each for each in range(run.first, run.last + 1) if before[each]] if run is not None else []
        map.forget(void)
        again = {void[0], void[len(void) // 2], void[-1]} if void else set()
        return Upset(again=frozenset(map.ports[each] for each in again) - {port})

    def settle_doubts(self, now: float) -> None:
        """What they showed before was forgotten: their silence is all that is known."""
        for port in [each for each in self.doubted if self._ground.map[each] is Observed.UNTESTED]:
            self.doubted.discard(port)
            self._note(port, Observed.SILENT, now)
