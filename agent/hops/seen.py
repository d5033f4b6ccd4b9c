"""What was asked of an address, hop by hop, and what was answered."""

from collections.abc import Iterator
from dataclasses import dataclass

from probes.hops import Answer, Said

Round = tuple[Answer, ...]  # one answer for each query
ENDS_IT = frozenset({Said.OPEN, Said.RESET, Said.REFUSED, Said.NO_WAY})


@dataclass(frozen=True, slots=True)
class Walk:
    """The way to one port. `knocks`: attempts that may come as far as they like; `hops`: those that may take one hop,
    two hops, and so on; `again`: rounds at one hop alone, from other ports of this host.
    """

    port: int
    knocks: Round
    hops: tuple[Round, ...] = ()
    again: tuple[Round, ...] = ()

    @property
    def said(self) -> set[Said]:
        """By whatever ended the attempts that were not held back."""
        return {answer.said for answer in self.knocks}

    @property
    def told(self) -> Round:
        """The knocks, and whatever else ended otherwise than at a hop: a knock may get lost, and a later one not."""
        held_back = (answer for answers in (*self.hops, *self.again) for answer in answers)
        return (*self.knocks, *(answer for answer in held_back if answer.said in ENDS_IT))

    def first(self, said: Said) -> int | None:
        """The fewest hops with which this was said."""
        return next((hop for hop, answers in self._numbered() if _says(answers, said)), None)

    def last_hop(self, below: int | None = None) -> int:
        """The farthest hop that answered for itself, nearer than `below`; 0: none did."""
        heard = (hop for hop, answers in self._numbered() if _says(answers, Said.HOP))
        return max((hop for hop in heard if below is None or hop < below), default=0)

    def at(self, hop: int) -> Round:
        """What was said there; nothing where nobody asked."""
        return self.hops[hop - 1] if 0 < hop <= len(self.hops) else ()

    def senders(self, hop: int) -> tuple[str, ...]:
        """Who answered for that hop: several, where there are several ways."""
        answers = self.at(hop)
        return tuple(dict.fromkeys(each.sender for each in answers if each.said is Said.HOP and each.sender))

    def hop_of(self, address: str | None) -> int | None:
        """Which hop has this address."""
        return next((hop for hop, _ in self._numbered() if address and address in self.senders(hop)), None)

    def only(self, said: Said, hop: int) -> bool:
        """Whether this and nothing else was said with so many hops, in the rounds that asked again, too."""
        rounds = [self.at(hop), *self.again]
        return all(rounds) and all(answer.said is said for answers in rounds for answer in answers)

    def never(self, said: Said, hop: int) -> bool:
        """Whether this was not said with so many hops, neither at first nor in the rounds that asked again."""
        return not any(_says(answers, said) for answers in (self.at(hop), *self.again))

    def _numbered(self) -> Iterator[tuple[int, Round]]:
        return enumerate(self.hops, 1)


@dataclass(frozen=True, slots=True)
class Traced:
    """One address. `control`: the way to another port of it; None: none was asked, or there was no need to.

    `source`: the address that this host spoke from; None: it has no route. `seconds`: all of it.
    """

    address: str
    source: str | None
    walk: Walk
    control: Walk | None = None
    seconds: float = 0.0
    interrupted: bool = False


def _says(answers: Round, said: Said) -> bool:
    return any(answer.said is said for answer in answers)
