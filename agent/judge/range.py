"""One address, a sample of a range of ports, as far as one end alone can tell.

Only an ICMP code that says that somebody refuses shows a port to be shut, and only an accepted connection shows one to
pass. Silence and resets on ports that nobody is known to listen on show nothing.
"""

import itertools
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from agent.judge.sight import Sight
from agent.judge.single import facts_of, rejected_by
from agent.judge.table import Beside, look_up
from agent.judge.verdict import Cause, Judgement, Proof, Verdict
from agent.judge.words import words
from agent.path import Check
from agent.ports import PortSet
from probes.icmp import Meaning, meaning
from probes.outcome import Outcome
from probes.state import Sent, State

CHECK = Check.RPC_RANGE
SHOWN = 6  # ports in a sentence; all of them are in the JSON


def judge_range(sight: Sight, ports: PortSet) -> Judgement:
    """What the sampled ports of one address show of the whole range `ports`."""
    seen = [sight.outcomes[port] for port in sight.sampled if port in sight.outcomes]
    blocked = [outcome for outcome in seen if _refused(outcome)]
    passes = [] if sight.device_answers_all else [outcome for outcome in seen if outcome.state is State.OPEN]
    verdict, cause, evidence, witness, beside = _decide(sight, seen, blocked, passes)
    tested = PortSet.of(outcome.target.port for outcome in seen if outcome.state is not State.LOCAL_FAULT)
    untested = largest_gap(ports, tested)
    facts = {
        **facts_of(CHECK, sight, witness),
        "port": str(ports),
        "blocked": _some(blocked, seen),
        "door": f"TCP {ports} of {sight.address}",
        "tested": f"{len(tested):,}",
        "size": f"{len(ports):,}",
        "untested": f"{untested:,}",
        "tally": tally(seen),
    }
    text = words(verdict, cause, beside, evidence, CHECK)
    return Judgement(
        verdict,
        cause,
        text.seen.format_map(facts),
        text.remedy.format_map(facts),
        evidence,
        rejected_by(witness),
        _ports(blocked),
        _ports(passes),
        tested=len(tested),
        largest_untested=untested,
    )


class _Decision(NamedTuple):
    """`witness` is the outcome that stands for all of them in the sentences."""

    verdict: Verdict
    cause: Cause | None
    evidence: Proof
    witness: Outcome
    beside: Beside = Beside.NOTHING_MORE


def _decide(sight: Sight, seen: list[Outcome], blocked: list[Outcome], passes: list[Outcome]) -> _Decision:
    if blocked:
        by_target = all(outcome.icmp and outcome.icmp.sender == sight.address for outcome in blocked)
        cause = Cause.HOST_FIREWALL if by_target else Cause.ICMP_REJECT
        return _Decision(Verdict.PARTLY_BLOCKED if passes else Verdict.BLOCKED, cause, Proof.REPLY, blocked[0])
    if sight.device_answers_all:
        return _Decision(Verdict.INCONCLUSIVE, Cause.MIDDLEBOX, Proof.NONE, seen[0])
    tried = [outcome for outcome in seen if outcome.state is not State.LOCAL_FAULT]
    if not tried or all(_no_way(outcome) for outcome in tried):
        witness = (tried or seen)[0]
        held = {Beside.NEIGHBOUR_SILENT} if witness.sent is Sent.HELD else set()
        row = look_up(CHECK, witness.state, held)
        return _Decision(row.verdict, row.cause, row.evidence, witness, row.beside)
    if passes:
        return _Decision(Verdict.INCONCLUSIVE, Cause.NO_KNOWN_LISTENER, Proof.REPLY, passes[0])
    return _Decision(Verdict.INCONCLUSIVE, Cause.NO_KNOWN_LISTENER, Proof.NONE, tried[0])


def _refused(outcome: Outcome) -> bool:
    rejected = outcome.state is State.REJECTED and outcome.icmp is not None
    return rejected and meaning(outcome.icmp) is Meaning.REFUSAL  # type: ignore[arg-type]


def _no_way(outcome: Outcome) -> bool:
    """Nothing got through because there is no way to the host, rather than to the port."""
    return outcome.sent is Sent.HELD or (outcome.state is State.REJECTED and not _refused(outcome))


def _ports(outcomes: Iterable[Outcome]) -> PortSet:
    return PortSet.of(outcome.target.port for outcome in outcomes)


def _some(blocked: list[Outcome], seen: list[Outcome]) -> str:
    """For people: which ports, without listing more than a line of them."""
    texts = _ports(blocked).texts()
    if len(blocked) == len(seen):
        return f"Each of the {len(seen)} tested ports"
    more = f" and {len(texts) - SHOWN} more" if len(texts) > SHOWN else ""
    return f"TCP {', '.join(texts[:SHOWN])}{more}"


def tally(outcomes: Iterable[Outcome]) -> str:
    """For people: `12 filtered, 4 closed`."""
    counted = Counter(outcome.state for outcome in outcomes)
    return ", ".join(f"{number} {state}" for state, number in counted.most_common())


def largest_gap(ports: PortSet, tested: PortSet) -> int:
    """The longest run of ports of the range, in its own order, that has no tested port in it."""
    edges = [-1, *sorted(ports.index(port) for port in tested if port in ports), len(ports)]
    return max(after - before - 1 for before, after in itertools.pairwise(edges))
