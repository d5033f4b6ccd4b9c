"""What one round came to for one path: the judgement, and the evidence under it."""

from collections import Counter
from dataclasses import dataclass

from agent.judge.verdict import Judgement, Verdict
from agent.path import Path
from probes.outcome import Outcome


@dataclass(frozen=True, slots=True)
class AddressResult:
    """One address of a path; `name` as configured, `address` None when the name gave none.

    `resolve_seconds`: what the name took; 0 for an address.
    """

    name: str
    address: str | None
    judgement: Judgement
    outcomes: tuple[Outcome, ...]
    resolve_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Result:
    """One path. `started` is UTC; `seconds` from the first attempt to the verdict."""

    path: Path
    judgement: Judgement
    addresses: tuple[AddressResult, ...]
    started: float
    seconds: float

    @property
    def verdict(self) -> Verdict:
        return self.judgement.verdict

    @property
    def attempts(self) -> Counter[str]:
        """How many attempts saw what."""
        return Counter(str(outcome.state) for address in self.addresses for outcome in address.outcomes)
