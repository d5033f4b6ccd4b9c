"""A chain of hops that answers as rules say, without any network: what a trace sees is played from what is true."""

from dataclasses import dataclass

from agent.hops.seen import Round, Traced, Walk
from probes.hops import Answer, Said

PORT, CONTROL = 5001, 135
GAP = 5  # silent hops after which a trace goes no farther
QUERIES = 3


@dataclass(frozen=True)
class Rule:
    """Something at a hop does this with what is for a port: as it takes in, or as it passes on."""

    place: int
    port: int
    does: Said  # SILENCE, RESET or REFUSED
    as_it_takes_in: bool = False

    @property
    def reaches(self) -> int:
        """With how few hops a SYN meets the rule."""
        return self.place if self.as_it_takes_in else self.place + 1


@dataclass(frozen=True)
class Way:
    """So many hops, the last of them the peer; the hops of `mute` send no ICMP; the peer has what it listens to."""

    length: int
    rules: tuple[Rule, ...] = ()
    mute: frozenset[int] = frozenset()
    listens: frozenset[int] = frozenset({CONTROL})
    stealth: bool = False

    def answer(self, port: int, hops: int) -> Answer:
        met = [rule for rule in self.rules if rule.port == port and hops >= rule.reaches]
        if met:
            first = min(met, key=lambda rule: (rule.place, not rule.as_it_takes_in))
            said, sender = first.does, None
            if said is Said.REFUSED:
                said, sender = (Said.SILENCE, None) if first.place in self.mute else (said, hop_address(first.place))
            return Answer(said, sender, 0.001, str(said))
        if hops < self.length:
            mute = hops in self.mute
            return Answer(Said.SILENCE if mute else Said.HOP, None if mute else hop_address(hops), 0.001, "")
        if port in self.listens:
            return Answer(Said.OPEN, None, 0.001, "SYN-ACK")
        return Answer(Said.SILENCE if self.stealth else Said.RESET, None, 0.001, "")

    def walk(self, port: int, max_hops: int = 30, again: int | None = None) -> Walk:
        hops: list[Round] = []
        for hop in range(1, max_hops + 1):
            hops.append((self.answer(port, hop),) * QUERIES)
            if hops[-1][0].said not in (Said.HOP, Said.SILENCE):
                break
            if len(hops) >= GAP and all(answers[0].said is Said.SILENCE for answers in hops[-GAP:]):
                break
        rounds = ((self.answer(port, again),) * QUERIES,) * 2 if again else ()
        return Walk(port, (self.answer(port, 64),) * QUERIES, tuple(hops), rounds)


def hop_address(hop: int) -> str:
    return f"192.0.2.{hop}"


def traced(walk: Walk, control: Walk | None) -> Traced:
    return Traced("203.0.113.8", "198.51.100.9", walk, control)
