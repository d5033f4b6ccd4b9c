"""Rounds of a search against a made-up firewall: who answers what, who limits what, who drives."""

import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from agent.dynamic.observed import ANSWERS, Observed
from agent.dynamic.portmap import PortMap
from agent.dynamic.search import Search
from agent.ground.ports import PortSet
from agent.judge.silence import Control, Loss
from agent.survey.sampling import sample

DYNAMIC = PortSet.parse("49152-65535")
NOON = 1_800_000_000.0

Truth = Mapping[int, Observed]
Wave = tuple[int, ...]
Answer = Callable[[Wave], Mapping[int, Observed | None]]


def truth(ports: PortSet, elsewhere: Observed = Observed.CLOSED, /, **shut: str) -> dict[int, Observed]:
    """For example `truth(DYNAMIC, silent="57344-65535")`."""
    states = dict.fromkeys(ports, elsewhere)
    for name, written in shut.items():
        states.update(dict.fromkeys(PortSet.parse(written), Observed[name.upper()]))
    return states


def random_truth(
    dice: random.Random, ports: PortSet, count: int, kinds: Iterable[Observed], elsewhere: Observed = Observed.CLOSED
) -> dict[int, Observed]:
    """So many shut intervals, anywhere, of which the first round's sample sees a port, and one between them."""
    asked = [ports.index(port) for port in sample(ports, 16, "MSS", 0)]
    states, kinds = [elsewhere] * len(ports), list(kinds)
    for number in dice.sample(range(1, len(asked), 2), count):
        first = dice.randint(asked[number - 1] + 1, asked[number])
        end = asked[number + 1] if number + 1 < len(asked) else len(ports)
        last = dice.randint(asked[number], end - 1)
        states[first : last + 1] = [dice.choice(kinds)] * (last + 1 - first)
    return dict(zip(ports, states, strict=True))


def those(states: Truth, seen: Observed) -> PortSet:
    """The ports that are in truth in this state."""
    return PortSet.of(port for port, each in states.items() if each is seen)


def honest(states: Truth) -> Answer:
    return lambda wave: {port: states[port] for port in wave}


def limited(states: Truth, at_most: int, kinds: Iterable[Observed], dice: random.Random) -> Answer:
    """Of each wave at most so many get such an answer, the rest silence."""
    kinds = set(kinds)

    def answer(wave: Wave) -> dict[int, Observed]:
        lucky = dice.sample(told := [port for port in wave if states[port] in kinds], min(at_most, len(told)))
        return {port: Observed.SILENT if states[port] in kinds and port not in lucky else states[port] for port in wave}

    return answer


def lossy(states: Truth, lost: float, dice: random.Random) -> Answer:
    return lambda wave: {port: Observed.SILENT if dice.random() < lost else states[port] for port in wave}


@dataclass
class Player:
    """Drives a search as an agent does: a sample, then whatever the search wants, until it wants no more."""

    search: Search
    answer: Answer
    controls: Callable[[], Control | None] = lambda: Control.ANSWERED
    budget: int = 250
    at_once: int = 250
    recheck: int = 16
    round: int = 0
    now: float = NOON
    waves: list[Wave] = field(default_factory=list)  # of the newest round

    @property
    def spent(self) -> int:
        """Attempts in the newest round."""
        return sum(map(len, self.waves))

    @property
    def asked(self) -> list[int]:
        """Every port that was asked in the newest round, as often as it was."""
        return [port for wave in self.waves for port in wave]

    def ask(self, wave: Wave) -> None:
        self.waves.append(wave)
        self.search.saw(self.answer(wave), self.controls(), self.now)
        self.now += 4.0

    def begin(self) -> None:
        self.search.begin(self.recheck)
        self.waves = []

    def follow(self, most_waves: int = 3000) -> None:
        """Ask what it wants to know."""
        for _ in range(most_waves):
            left = self.budget - self.spent
            wave = self.search.wave(left, self.at_once, controlled=self.controls() is not None)
            if not wave:
                return
            assert len(wave) == len(set(wave)) <= min(left, self.at_once)
            assert all(port in self.search.map.ports for port in wave)
            self.ask(wave)
        raise AssertionError("it never has enough")

    def play(self, rounds: int = 1) -> Search:
        for _ in range(rounds):
            self.begin()
            self.ask(sample(self.search.map.ports, 16, "MSS", self.round))
            self.follow()
            self.round += 1
            self.now += 60.0
        return self.search


def searching(ports: PortSet = DYNAMIC, *, credible: bool = True) -> Search:
    search = Search(PortMap(ports), Loss())
    search.credible = credible
    return search


def swept(states: Truth, *, credible: bool = True, now: float = NOON - 3600.0) -> Search:
    """Every port was asked once, in earlier rounds."""
    search = searching(PortSet.of(states), credible=credible)
    for port, seen in states.items():
        search.map.observe(port, seen, now)
    return search


def is_right(search: Search, states: Truth) -> bool:
    """Whether all that it claims is so, and nothing that is shut was left out."""
    silent = those(states, Observed.SILENT) if search.credible else PortSet()
    return (search.suspect, search.refused) == (silent, those(states, Observed.REFUSED))


def wrong_claims(search: Search, states: Truth) -> set[int]:
    """Ports that it says are shut in a way that they are not, or pass though they do not."""
    wrong = {port for port in search.suspect if states[port] is not Observed.SILENT}
    wrong |= {port for port in search.refused if states[port] is not Observed.REFUSED}
    return wrong | {port for port in search.passes if search.map[port] and states[port] not in ANSWERS}
