"""When what a peer told is too old to stand, and what stands in its place."""

from dataclasses import replace

from agent.ground.duration import about
from agent.inbound.words import SILENT
from agent.judge.result import Result
from agent.judge.verdict import Cause, Judgement, Verdict

ROUNDS = 3  # of the peer's, which are as far apart as ours: all hosts have one configuration
SHORTEST = 300.0  # seconds: a peer that was restarted has not fallen silent


def silent_after(interval: float) -> float:
    """For how many seconds stands what a peer found out; `interval`: between two rounds of it."""
    return max(SHORTEST, ROUNDS * interval)


def silent(result: Result, age: float) -> Result:
    """In place of what a peer found `age` seconds ago, and nothing since. Its time stays."""
    facts = {"peer": result.path.peer, "age": about(age)}
    seen, remedy = (text.format_map(facts) for text in SILENT)
    return replace(result, judgement=Judgement(Verdict.INCONCLUSIVE, Cause.AGENT_SILENT, seen, remedy))
