"""Results as the documented JSON, schema 1. Machines get the identifiers, people the sentences in it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agent.found.entry import Known
from agent.found.finding import Finding
from agent.ground.path import Direction
from agent.ground.text import plain, timestamp
from agent.judge.fold import worst
from agent.judge.result import AddressResult, Result
from agent.report.request import Request, requests
from agent.report.standing import sso_document
from agent.sso.standing import Standing
from probes.outcome import Outcome
from probes.state import Phase

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Run:
    """What a document is about. `started` is UTC, `seconds` the whole run. `sso`: None where nobody looked.

    `offsets`: seconds by which the clocks of peers are ahead of ours, where their agents told.
    """

    site: str
    host: str
    started: float
    seconds: float
    results: Sequence[Result]
    findings: Sequence[Finding]
    sso: Standing | None = None
    offsets: Mapping[str, float] = field(default_factory=dict)

    @property
    def ended(self) -> float:
        """When it was over, or is looked at: UTC."""
        return self.started + self.seconds


def document(run: Run, known: Iterable[Known] = ()) -> dict[str, Any]:
    """The whole document; its verdict is its worst path's. `known`: of an agent, from earlier rounds."""
    before = {each.path: each for each in known}
    return {
        "schema": SCHEMA,
        "site": run.site,
        "host": run.host,
        "started": timestamp(run.started),
        "seconds": round(run.seconds, 3),
        "verdict": str(worst(result.verdict for result in run.results)),
        "paths": [path(result, run.host, before.get(result.path)) for result in run.results],
        "findings": [finding(each) for each in run.findings],
        "sso": sso_document(run.sso, run.ended),
    }


def dumps(value: object) -> str:
    """As every document of ours is written."""
    return json.dumps(value, indent=2)  # ASCII: whatever code page a pipe has


def path(result: Result, host: str, known: Known | None = None) -> dict[str, Any]:
    """One path, from `source` to `peer`: an inbound one leads to this host. Ports are text, intervals ascending."""
    judgement = result.judgement
    return {
        "source": result.path.source,
        "peer": host if result.path.direction is Direction.INBOUND else result.path.peer,
        "check": str(result.path.check),
        "direction": str(result.path.direction),
        "port": result.path.port,
        "verdict": str(judgement.verdict),
        "cause": _text(judgement.cause),
        "detail": plain(judgement.detail, 1000),
        "remedy": plain(judgement.remedy, 1000),
        "evidence": str(judgement.evidence),
        "rejected_by": judgement.rejected_by,
        "blocked": list(judgement.blocked.texts()),
        "passes": list(judgement.passes.texts()),
        "suspect": list(judgement.suspect.texts()),
        "requests": [request(each) for each in requests(result, host)],
        "confirmed": judgement.confirmed,
        "tested": judgement.tested,
        "largest_untested": judgement.largest_untested,
        "attempts": dict(sorted(result.attempts.items())),
        "started": _time(result.started or None),
        "seconds": round(result.seconds, 3),
        "since": _time(known.since if known else None),
        "last_reachable": _time(known.last_reachable if known else None),
        "addresses": [address(each) for each in result.addresses],
    }


def request(each: Request) -> dict[str, Any]:
    """What to ask a firewall team for: `probe rules --missing` reads it again."""
    return {
        "sources": list(each.sources),
        "destination": each.destination,
        "ports": list(each.ports),
        "answers": each.answers,
        "certain": each.certain,
    }


def address(each: AddressResult) -> dict[str, Any]:
    """One address; the newest attempt as evidence where the path has one port."""
    judgement = each.judgement
    ports = {outcome.target.port for outcome in each.outcomes}
    newest = each.outcomes[-1] if len(ports) == 1 else None
    return {
        "address": each.address,
        "name": each.name,
        "verdict": str(judgement.verdict),
        "cause": _text(judgement.cause),
        "rejected_by": judgement.rejected_by,
        "state": str(newest.state) if newest else None,
        "icmp": str(newest.icmp) if newest and newest.icmp else None,
        "source": newest.source._asdict() if newest and newest.source else None,
        "started": timestamp(newest.started) if newest else None,
        "seconds": round(newest.seconds, 6) if newest else None,
        "phases": phases(each.resolve_seconds, newest) if newest else None,
        "detail": plain(judgement.detail, 1000),
    }


def phases(resolve_seconds: float, outcome: Outcome) -> dict[str, float]:
    """Seconds for each phase of an attempt that had an end."""
    steps = outcome.steps or ((Phase.CONNECT, outcome.seconds),)
    return {str(phase): round(took, 6) for phase, took in ((Phase.RESOLVE, resolve_seconds), *steps)}


def finding(each: Finding) -> dict[str, str]:
    """One finding."""
    return {
        "peer": each.peer,
        "kind": str(each.kind),
        "detail": plain(each.detail, 1000),
        "remedy": plain(each.remedy, 1000),
    }


def _time(at: float | None) -> str | None:
    return None if at is None else timestamp(at)


def _text(value: Iterable[str] | None) -> str | None:
    return None if value is None else str(value)
