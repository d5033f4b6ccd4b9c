"""Attempts, in columns: when, from where to where, what was seen, and how long each phase took."""

from agent.found.trail import ANSWERS, OPEN, Attempt
from agent.ground.path import Check
from agent.ground.text import timestamp
from agent.report.document import phases
from agent.report.evidence import far_words
from agent.web.page.line import text
from agent.web.page.row import Try
from probes.outcome import Endpoint, Target


def tries(attempts: tuple[Attempt, ...], check: Check, most: int) -> tuple[Try, ...]:
    """The newest first."""
    return tuple(_try(each, check) for each in reversed(attempts[-most:]))


def _try(attempt: Attempt, check: Check) -> Try:
    outcome = attempt.outcome
    took = phases(attempt.resolve_seconds, outcome)
    return Try(
        at=timestamp(outcome.started),
        source=_door(outcome.source),
        target=_door(outcome.target),
        state=str(outcome.state),
        good=outcome.state in ANSWERS.get(check, OPEN),
        phase=str(outcome.phase),
        seconds=", ".join(f"{phase} {text(seconds)}" for phase, seconds in took.items() if seconds),
        icmp=f"{outcome.icmp} from {outcome.icmp.sender or 'unknown'}" if outcome.icmp else "",
        far=far_words(attempt.far, outcome.target.address),
        detail=outcome.detail,
    )


def _door(at: Endpoint | Target | None) -> str:
    if at is None:
        return "-"
    return f"[{at.address}]:{at.port}" if ":" in at.address else f"{at.address}:{at.port}"
