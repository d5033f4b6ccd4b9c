"""What sentences are made of."""

from typing import NamedTuple

from agent.ground.path import Check
from agent.judge.table import Beside
from agent.judge.verdict import Cause, Proof, Verdict

Variant = Check | Beside | Proof  # what may have sentences of its own


class Words(NamedTuple):
    """Templates; the fields are the keys of `judge.single.facts_of`, and of the facts about a range."""

    seen: str
    remedy: str


Sentences = dict[tuple[Verdict, Cause | None, Variant | None], Words]
