"""How a running agent is, in a line for `systemctl status`."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agent.app import Agent
from agent.judge.verdict import Verdict
from agent.sso.state import SsoState


@dataclass(frozen=True, slots=True)
class Pulse:
    """`lives`: rounds are made. `line`: for a person who looks."""

    lives: bool
    line: str


def pulse(agent: Agent) -> Pulse:
    """Of an agent that listens."""
    readings = agent.readings
    verdicts = [result.verdict for result in readings.ledger.results()]
    standing = readings.term().outlook.standing
    said = line(verdicts, standing.state if standing else SsoState.UNKNOWN, readings.loading.mistakes)
    return Pulse(agent.is_at_work, said if agent.is_at_work else f"no rounds are made any more; {said}")


def line(verdicts: Iterable[Verdict], sso: SsoState, mistakes: Sequence[str]) -> str:
    """`mistakes`: of a configuration that is not in force."""
    counted = Counter(verdicts)
    paths, good = counted.total(), counted.pop(Verdict.REACHABLE, 0)
    others = ", ".join(f"{counted[verdict]} {verdict}" for verdict in Verdict if counted[verdict])
    seen = (
        f"{paths - good} of {paths} paths not shown to be reachable ({others})"
        if others
        else f"all paths reachable: {paths}"
    )
    seen = seen if paths else "no paths are probed"
    refused = [f"the new configuration is not in force: {mistakes[0]}"] if mistakes else []
    return "; ".join([seen, f"SSO: {sso}", *refused])
