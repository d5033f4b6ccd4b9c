"""What many cases came to: a table of situations and verdicts, the wrong ones, and what zero of them shows."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from .campaign import Played
from .compare import Judged
from .grade import FALSE, WRONG, Grade

NOT_JUDGED = frozenset({Grade.OWN, Grade.KNOWN})


@dataclass(slots=True)
class Tally:
    """`rows`: how often a verdict was published in a situation, and what it was worth. `again`: sites played twice."""

    sites: int = 0
    peers: int = 0
    rows: Counter[tuple[str, str, Grade]] = field(default_factory=Counter)
    wrong: list[Judged] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    again: Counter[str] = field(default_factory=Counter)

    def add(self, played: Played) -> None:
        self.again.update([played.again] if played.again else [])
        if played.failure:
            self.failures.append(f"{played.case.name}: {played.failure}")
            return
        self.sites += 1
        self.peers += len(played.case.peers)
        for judged in played.judged:
            self.rows[judged.situation, str(judged.said), judged.grade] += 1
        self.wrong += [judged for judged in played.judged if judged.grade in WRONG]

    def graded(self, *grades: Grade) -> int:
        return sum(count for (_, _, grade), count in self.rows.items() if grade in grades)

    @property
    def judged(self) -> int:
        """Verdicts that could be right or wrong."""
        return sum(self.rows.values()) - self.graded(*NOT_JUDGED)

    @property
    def false(self) -> int:
        return self.graded(*FALSE)

    def said(self, *verdicts: str) -> int:
        """How often one of these was published, and could be right or wrong."""
        return sum(
            count
            for (_, said, grade), count in self.rows.items()
            if said.partition("/")[0] in verdicts and grade not in NOT_JUDGED
        )

    def situations(self) -> Iterator[tuple[str, str, Grade, int]]:
        """By situation, the most frequent verdict first."""
        for key, count in sorted(self.rows.items(), key=lambda row: (row[0][0], -row[1], row[0][1])):
            yield *key, count


def bound(count: int, wrong: int = 0) -> float | None:
    """The greatest share of wrong ones that is still likely (one-sided 95 %) after none in `count`: 3 / count.

    None where some were wrong, or nothing was looked at: then this rule says nothing. It is one of things that have
    nothing to do with each other: sites are drawn so, verdicts of one site are not.
    """
    return min(1.0, 3 / count) if count and not wrong else None
