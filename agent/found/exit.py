"""What a whole run comes to for a script."""

from collections.abc import Iterable
from enum import IntEnum

from agent.ground.path import Check, Direction
from agent.judge.fold import BAD
from agent.judge.result import Result
from agent.judge.verdict import Cause, Proof, Verdict


class Exit(IntEnum):
    """The exit codes of `probe`."""

    OK = 0
    BAD = 1
    USAGE = 2
    INCONCLUSIVE = 3
    OURS = 4
    INTERRUPTED = 130


class Plugin(IntEnum):
    """The exit codes of a monitoring plugin, and what the first words of its line call them."""

    OK = 0
    WARNING = 1
    CRITICAL = 2
    UNKNOWN = 3


def exit_code(results: Iterable[Result], *, strict: bool) -> Exit:
    """All reachable, something shown to be bad, or nothing bad but not everything shown."""
    results = tuple(results)
    if any(result.verdict in BAD for result in results):
        return Exit.BAD
    return Exit.INCONCLUSIVE if unsure(results, strict=strict) else Exit.OK


def plugin_exit(results: Iterable[Result], *, strict: bool, alarming: bool) -> Plugin:
    """The same as a monitoring plugin has it; what is blocked in part is a warning. `alarming`: SSO does not work."""
    results = tuple(results)
    bad = {result.verdict for result in results} & BAD
    if alarming or bad - {Verdict.PARTLY_BLOCKED}:
        return Plugin.CRITICAL
    if bad:
        return Plugin.WARNING
    return Plugin.UNKNOWN if unsure(results, strict=strict) or not results else Plugin.OK


def unsure(results: Iterable[Result], *, strict: bool) -> list[Result]:
    """Those that are neither shown to work nor shown to be bad, and count.

    But if `strict`, a range of which nothing is shown does not where the port that matters is shown to work.
    """
    results = tuple(results)
    proven = {_way(result) for result in results if _endpoint_reachable(result)}
    open_ends = [result for result in results if result.verdict is not Verdict.REACHABLE and result.verdict not in BAD]
    if strict:
        return open_ends
    return [result for result in open_ends if not (_nobody_known(result) and _way(result) in proven)]


def _way(result: Result) -> tuple[str, Direction]:
    return result.path.peer, result.path.direction


def _endpoint_reachable(result: Result) -> bool:
    return result.path.check is Check.RPC_ENDPOINT and result.verdict is Verdict.REACHABLE


def _nobody_known(result: Result) -> bool:
    """A range of which nothing is shown, as nobody is known to listen there; not one that a person asked about.

    Nor one at which its agent did listen, and what was seen remains unexplained.
    """
    if result.judgement.suspect or result.path.within or result.judgement.evidence is Proof.HELD:
        return False
    return result.path.check is Check.RPC_RANGE and result.judgement.cause is Cause.NO_KNOWN_LISTENER
