"""From a result of ours to what the peer that it is about is told. Ages go out, no times: no clock need be right."""

from agent.inbound.numbers import CAUSES, CHECKS, NOTHING, PROOFS, VERDICTS
from agent.judge.result import Result
from agent.judge.verdict import Verdict
from probes.wire.rendezvous.states import PathState


def state_of(result: Result, now: float, *, settled: bool) -> PathState:
    """What to tell of one result of a path of ours. `now` is UTC; `settled`: nothing more is to be expected.

    Its sentences stay here: whoever is told finds words of his own.
    """
    judged = result.judgement
    return PathState(
        check=CHECKS[result.path.check],
        verdict=VERDICTS[judged.verdict],
        cause=CAUSES[judged.cause] if judged.cause else NOTHING,
        evidence=PROOFS[judged.evidence],
        age=None if judged.verdict is Verdict.PENDING else max(0, round(now - result.started - result.seconds)),
        confirmed=judged.confirmed,
        settled=settled,
        tested=judged.tested,
        largest_untested=judged.largest_untested,
        rejected_by=judged.rejected_by or "",
        blocked=judged.blocked.intervals,
        passes=judged.passes.intervals,
        suspect=judged.suspect.intervals,
        said=max(0, round(now * 1000)),
    )
