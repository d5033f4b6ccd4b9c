"""What the log says when something changes: one event a change, never one a probe."""

from dataclasses import dataclass

from agent.found.ledger import Ledger
from agent.ground.text import timestamp
from agent.judge.fold import BAD
from agent.judge.result import Result
from agent.judge.verdict import PENDING, Judgement
from agent.log.log import log
from agent.sso.standing import Standing
from agent.sso.state import SsoState, Why
from agent.sso.stored import Remembered
from agent.sso.words.compose import words

ALARMING = (Why.STOPPED, Why.NEVER, Why.SAME, Why.LOST, Why.ELSEWHERE, Why.UNWATCHED)


@dataclass(frozen=True, slots=True)
class VerdictChange:
    """Of one path. Times are UTC: `since` that of the verdict before, `last_reachable` of the newest good result."""

    result: Result
    before: Judgement
    since: float | None
    last_reachable: float | None

    @classmethod
    def of(cls, result: Result, ledger: Ledger) -> "VerdictChange | None":
        """What `result` is going to change, before it is recorded; None: nothing that is worth an event."""
        known = ledger.newest(result.path)
        before, found = known.judgement if known else PENDING, result.judgement
        if (found.verdict, found.cause) == (before.verdict, before.cause):
            return None
        return cls(result, before, ledger.since(result.path), ledger.last_reachable(result.path))

    def tell(self) -> None:
        """To the log."""
        result = self.result
        fields: dict[str, object] = {
            "peer": result.path.peer,
            "check": str(result.path.check),
            "direction": str(result.path.direction),
            "verdict": str(result.verdict),
            "cause": str(result.judgement.cause or ""),
            "since": timestamp(result.started + result.seconds),
            "before": str(self.before.verdict),
            **_times(before_since=self.since, last_reachable=self.last_reachable),
            "detail": result.judgement.detail,
        }
        say = log.warning if result.verdict in BAD else log.info
        say("verdict changed", extra={"fields": fields})


def sso_changed(standing: Standing, before: Remembered, now: float) -> None:
    """A new state of SSO on this machine; `now` is UTC. What was kept over a restart counts as known before."""
    if standing.why is Why.NO_PART:
        return
    contact, told = standing.contact, words(standing, now)
    fields: dict[str, object] = {
        "service": standing.service.name,
        "state": str(standing.state),
        "why": str(standing.why),
        **_times(since=standing.since),
        "before": str(before.state or SsoState.UNKNOWN),
        **_times(before_since=before.since, last_contact=contact.at if contact else None),
        "detail": " ".join(filter(None, (told.headline, told.seen, told.fails, told.avoid, told.remedy))),
    }
    say = log.warning if standing.why in ALARMING else log.info
    say("SSO state changed", extra={"fields": fields})


def _times(**times: float | None) -> dict[str, object]:
    return {name: timestamp(at) for name, at in times.items() if at is not None}
