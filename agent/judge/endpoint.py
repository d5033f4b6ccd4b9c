"""One address, the ports that its endpoint mapper names for the services that must be there."""

from collections.abc import Mapping
from dataclasses import replace

from agent.ground.path import Check
from agent.judge.fold import nearest
from agent.judge.registration import Registration
from agent.judge.sight import Sight
from agent.judge.single import facts_of, judge_port, judged
from agent.judge.table import Beside, look_up
from agent.judge.verdict import Judgement
from probes.state import State

CHECK = Check.RPC_ENDPOINT


def judge_service(sight: Sight, service: str, epm_port: int) -> Judgement:
    """One service: it works if any port that the mapper names for it does. `epm_port` is the mapper's own."""
    registration = sight.registration
    named = () if registration is None else registration.named.get(service, ())
    asked = [port for port in named if port in sight.outcomes]
    if registration is None or not asked:
        return _not_told(sight, service, epm_port, registration)
    own = replace(sight, registration=_of_service(registration, service))
    return nearest([judge_port(CHECK, own, port) for port in asked])


def _of_service(registration: Registration, service: str) -> Registration:
    """What was registered as this service alone: a port that another one took over is not its own any more."""
    still = {service: registration.still.get(service, ())} if registration.still else registration.still
    return replace(registration, named={service: registration.named.get(service, ())}, still=still)


def _not_told(sight: Sight, service: str, epm_port: int, registration: Registration | None) -> Judgement:
    """The mapper did not say where it listens: the judgement rests on what the mapper's own attempt saw."""
    outcome = sight.outcomes[epm_port]
    beside = Beside.NOT_TOLD
    if outcome.state is State.DECLINED:
        beside = Beside.QUERY_REFUSED
    elif registration is not None:
        beside = Beside.SERVICE_ABSENT
    facts: Mapping[str, str] = {**facts_of(CHECK, sight, outcome), "absent": service}
    return judged(CHECK, look_up(CHECK, outcome.state, {beside}), facts, outcome)
