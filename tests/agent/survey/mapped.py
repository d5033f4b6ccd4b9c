"""Paths that look for the SSO service at an endpoint mapper, and what one may have registered."""

from collections.abc import Sequence
from dataclasses import replace

from agent.ground.path import Check, Matcher, Path
from agent.ground.ports import PortSet
from agent.judge.result import Result
from agent.judge.verdict import Cause, Judgement, Verdict
from probes.state import State
from tests.agent.seen import PEER, path
from tests.agent.survey.network import Mapper, Network
from tests.fakes.table import MSDTC, SSO, SSO_ANNOTATION, SSO_PORT, TABLE, Table, tcp

ENTSSO = Matcher("entsso", annotation=SSO_ANNOTATION, required=True)
DTC = Matcher("msdtc", interface=MSDTC.uuid)
BOTH = (ENTSSO, DTC)

NEW_PORT = SSO_PORT + 7
WITHOUT: Table = tuple(entry for entry in TABLE if entry.annotation != SSO_ANNOTATION)
MOVED: Table = (*WITHOUT, tcp(SSO, NEW_PORT, SSO_ANNOTATION))

V, C = Verdict, Cause
Judged = tuple[Verdict, Cause | None]
REACHABLE: Judged = (V.REACHABLE, None)
ABSENT: Judged = (V.INCONCLUSIVE, C.NOT_REGISTERED)
GONE: Judged = (V.SERVICE_DOWN, C.NOT_REGISTERED)
MUTE_MAPPER: Judged = (V.INCONCLUSIVE, C.NO_KNOWN_LISTENER)


def epm(*matchers: Matcher, addresses: Sequence[str] = (PEER,)) -> Path:
    return replace(path(Check.EPM, addresses=addresses), matchers=matchers or BOTH)


def endpoint(*matchers: Matcher, fixed: str = "", addresses: Sequence[str] = (PEER,)) -> Path:
    """`fixed`: the fixed ports among those of the services."""
    found = replace(path(Check.RPC_ENDPOINT, addresses=addresses), matchers=matchers or BOTH)
    return replace(found, ports=PortSet.parse(fixed) if fixed else PortSet(), port=fixed or "dynamic")


def both(*matchers: Matcher, addresses: Sequence[str] = (PEER,)) -> tuple[Path, Path]:
    return epm(*matchers, addresses=addresses), endpoint(*matchers, addresses=addresses)


def judgement(results: Sequence[Result], check: Check) -> Judgement:
    return next(result.judgement for result in results if result.path.check is check)


def judged(results: Sequence[Result], check: Check) -> Judged:
    found = judgement(results, check)
    return found.verdict, found.cause


def of_mapper(results: Sequence[Result]) -> Judged:
    return judged(results, Check.EPM)


def of_endpoint(results: Sequence[Result]) -> Judged:
    return judged(results, Check.RPC_ENDPOINT)


def network(*mappers: Mapper | State, service: State = State.OPEN) -> Network:
    """One with a mapper, and whatever it is at the port of the service."""
    made = Network()
    made.say(135, *mappers or [Mapper(TABLE)])
    for port in (SSO_PORT, NEW_PORT):
        made.say(port, service)
    return made


def full(net: Network, address: str = PEER) -> list[bool]:
    """Of each conversation, whether it read the whole table."""
    return [question.full for question in net.consulted(address)]
