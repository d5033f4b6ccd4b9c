"""From what a round has seen of all addresses to the results of its paths."""

from collections.abc import Sequence
from dataclasses import replace

from agent.ground.path import Check, Path
from agent.judge.both import judge_both
from agent.judge.endpoint import judge_service
from agent.judge.fold import nearest, worst
from agent.judge.held_reach import HeldReach
from agent.judge.range import judge_range
from agent.judge.reach import Reach
from agent.judge.result import AddressResult, Result
from agent.judge.single import judge_port
from agent.judge.verdict import Judgement, Verdict
from agent.survey.memory import Memory
from agent.survey.view import View
from probes.outcome import Outcome, Target
from probes.state import Phase, State


def conclude(path: Path, views: Sequence[View], memory: Memory, started: float) -> Result:
    """The result of one path; `started` (UTC) is when its round began."""
    own = [view for view in views if view.name in path.addresses]
    addresses = tuple(_resolved(_address(path, view, memory, started), view.resolve_seconds) for view in own)
    judgement = nearest([address.judgement for address in addresses])
    outcomes = [outcome for address in addresses for outcome in address.outcomes]
    ended = max((outcome.started + outcome.seconds for outcome in outcomes), default=started)
    return Result(path, judgement, addresses, started, max(0.0, ended - started))


def _resolved(found: AddressResult, seconds: float) -> AddressResult:
    """An address that the file names takes no time to resolve."""
    return replace(found, resolve_seconds=seconds) if seconds else found


def _address(path: Path, view: View, memory: Memory, now: float) -> AddressResult:
    if view.address is None:
        return _excused(path, view, memory, _unresolved(path, view, now), counts=True)
    if path.check is Check.RPC_ENDPOINT:
        return _endpoint(path, view, memory)
    if path.check is Check.SQL:
        return _database(path, view, view.address, memory, now)
    if view.reach is not None and path.check is Check.RPC_RANGE:
        judged = _range(view, view.reach, memory)
        return AddressResult(view.name, view.address, judged, view.of_range(), seen=view.seen)
    asked = [outcome for port in path.ports for outcome in view.asks[port]]
    return AddressResult(view.name, view.address, _all_ports(path, view, memory), tuple(asked))


def _range(view: View, reach: Reach | HeldReach, memory: Memory) -> Judgement:
    sight = view.sight(memory)
    return judge_both(sight, reach) if isinstance(reach, HeldReach) else judge_range(sight, reach)


def _endpoint(path: Path, view: View, memory: Memory) -> AddressResult:
    """The fixed ports of services, and those that the endpoint mapper names for the others."""
    sight, fixed = view.sight(memory), {each.service for each in path.matchers if each.fixed_port}
    dynamic = [each.service for each in path.matchers if each.required and each.service not in fixed]
    judged = [judge_port(path.check, sight, port) for port in path.ports]
    judged += [judge_service(sight, service, path.epm_port) for service in dynamic]
    named = view.registration.named if view.registration else {}
    ports = dict.fromkeys([*path.ports, *(port for service in dynamic for port in named.get(service, ()))])
    asked = [outcome for port in ports for outcome in view.asks.get(port, ())]
    return AddressResult(view.name, view.address, _together(judged), tuple(asked))


def _database(path: Path, view: View, address: str, memory: Memory, now: float) -> AddressResult:
    """The one port of a SQL Server, or why it is not known."""
    if view.database_port is None:
        return _excused(path, view, memory, _port_unknown(path, address, now), counts=False)
    sight, newest = view.sight(memory), view.newest(view.database_port)
    if view.database_failed is not None and newest is not None and newest.state is State.OPEN:
        sight = replace(sight, outcomes={**sight.outcomes, view.database_port: view.database_failed})
    judgement = judge_port(path.check, sight, view.database_port)
    return AddressResult(view.name, address, judgement, tuple(view.asks[view.database_port]))


def _all_ports(path: Path, view: View, memory: Memory) -> Judgement:
    return _together([judge_port(path.check, view.sight(memory), port) for port in path.ports])


def _together(judged: Sequence[Judgement]) -> Judgement:
    """What needs several ports needs them all, and tells of each one that does not work."""
    verdict = worst(each.verdict for each in judged)
    told = [each for each in judged if each.verdict is not Verdict.REACHABLE] or judged
    head = next(each for each in judged if each.verdict is verdict)
    remedies = dict.fromkeys(each.remedy for each in told)
    return replace(head, detail=" ".join(each.detail for each in told), remedy=" ".join(remedies))


def _excused(path: Path, view: View, memory: Memory, excuse: Outcome, *, counts: bool) -> AddressResult:
    """Nothing could be asked, and `excuse` stands for it; it `counts` as an attempt or not."""
    port = excuse.target.port
    sight = replace(view.sight(memory), outcomes={port: excuse})
    return AddressResult(view.name, view.address, judge_port(path.check, sight, port), (excuse,) if counts else ())


def _unresolved(path: Path, view: View, now: float) -> Outcome:
    port = path.ports[0] if path.ports else 0
    state = State.LOCAL_FAULT if view.unasked else State.UNRESOLVED
    return Outcome(Target(view.name, port), state, Phase.RESOLVE, now, 0.0, detail=view.unresolved)


def _port_unknown(path: Path, address: str, now: float) -> Outcome:
    detail = f"SQL Server Browser (UDP 1434) did not tell the port of instance {path.port} on {path.peer}"
    return Outcome(Target(address, 0), State.LOCAL_FAULT, Phase.RESOLVE, now, 0.0, detail=detail)
