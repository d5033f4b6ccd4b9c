"""A run as the one line of a monitoring plugin, by the Monitoring Plugins development guidelines.

`SSOREACH CRITICAL - what is shut, the worst first | performance data`. One line for ever, and bounded: some agents pass
on no more than 4 KB. Of what came over the network nothing but addresses stands in it.
"""

from collections.abc import Iterable, Iterator, Sequence

from agent.found.exit import Plugin, plugin_exit, unsure
from agent.ground.path import Check
from agent.judge.amounts import some
from agent.judge.fold import BAD, WORST
from agent.judge.result import Result
from agent.judge.verdict import Judgement, Verdict
from agent.report.document import Run
from agent.report.escape import status
from agent.report.perfdata import performance
from agent.report.ways import is_inbound
from agent.sso.state import SsoState

NAME = "SSOREACH"
TEXT_BYTES = 1000  # of what stands before the performance data
TEXT_LETTERS = 500  # where there is only text
WORD_LETTERS = 200  # of what is said of one path, and of any other part

WHAT = {
    Check.SQL: "SQL Server",
    Check.EPM: "RPC endpoint mapper",
    Check.RPC_ENDPOINT: "SSO service port",
    Check.RPC_RANGE: "secondary RPC ports",
}

# The SSO service is of no use, or is about to be.
ALARMING = frozenset({SsoState.CACHE_LOST, SsoState.SERVICE_STOPPED})
SSO = {
    SsoState.ON_CACHE: "SSO runs on its cached secret: restart nothing",
    SsoState.CACHE_LOST: "SSO has lost its cached secret: this server cannot decrypt",
    SsoState.SERVICE_STOPPED: "the SSO service does not run",
}


def plugin(run: Run, *, strict: bool, interrupted: bool = False) -> tuple[str, Plugin]:
    """The line, without its end, and the exit code. `interrupted`: not everything was asked, so it is UNKNOWN."""
    code = Plugin.UNKNOWN if interrupted else conclude(run, strict=strict)
    parts = [*_begin(run, code, interrupted=interrupted), *_worst(run.results, strict=strict)]
    return f"{NAME} {code.name} - {_bounded(parts)} | {performance(run)}", code


def conclude(run: Run, *, strict: bool) -> Plugin:
    """What it comes to, the state of SSO included."""
    alarming = run.sso is not None and run.sso.state in ALARMING
    return plugin_exit(run.results, strict=strict, alarming=alarming)


def unknown(why: str) -> str:
    """The line of a plugin that could not do its work. `why`: a line for each mistake."""
    return f"{NAME} {Plugin.UNKNOWN.name} - {status('; '.join(why.splitlines()), TEXT_LETTERS)}"


def _begin(run: Run, code: Plugin, *, interrupted: bool) -> Iterator[str]:
    if interrupted:
        yield "stopped before everything was asked"
    if run.sso is not None and run.sso.state in SSO:
        yield SSO[run.sso.state]
    good = sum(result.verdict is Verdict.REACHABLE for result in run.results)
    host = status(run.host, 64)
    yield f"{good} of {len(run.results)} paths of {host} reachable" + (
        f" at {status(run.site, 64)}" if code is Plugin.OK else ""
    )


def _worst(results: Sequence[Result], *, strict: bool) -> Iterator[str]:
    """What is not reachable, the worst first; last what counts for nothing, as nobody is known to listen there."""
    told = [*(result for result in results if result.verdict in BAD), *unsure(results, strict=strict)]
    for result in sorted(told, key=_badness):
        yield _path(result)
    excused = sum(result.verdict is not Verdict.REACHABLE for result in results) - len(told)
    if excused:
        yield f"{excused} not judged, as nobody is known to listen there: secondary RPC ports"


def _badness(result: Result) -> tuple[bool, bool, int]:
    """What is critical, then what is a warning, then what is unknown."""
    verdict = result.verdict
    return verdict not in BAD, verdict is Verdict.PARTLY_BLOCKED, WORST.index(verdict)


def _path(result: Result) -> str:
    judgement = result.judgement
    way = f"{'from ' if is_inbound(result) else ''}{result.path.peer} {WHAT[result.path.check]}"
    why = f" by {judgement.cause}" if judgement.cause else ""
    return status(f"{way} {judgement.verdict}{why}{_ports(judgement)}", WORD_LETTERS)


def _ports(judgement: Judgement) -> str:
    by = f", refused by {judgement.rejected_by}" if judgement.rejected_by else ""
    if judgement.blocked:
        return f": TCP {some(judgement.blocked.texts())}{by}"
    return f": suspect TCP {some(judgement.suspect.texts())}{by}" if judgement.suspect else by


def _bounded(parts: Iterable[str]) -> str:
    """As many as there is room for, and how many there are beside."""
    parts = list(parts)
    shown, size = 0, 0
    for part in parts:
        size += len(part.encode(errors="backslashreplace")) + len("; ")
        if size > TEXT_BYTES - len("; and 9999 more"):
            break
        shown += 1
    more = [f"and {len(parts) - shown} more"] if shown < len(parts) else []
    return "; ".join([*parts[:shown], *more])
