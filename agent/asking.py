"""The one way from a plan to the network: an engine, behind the token bucket that the whole process shares."""

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from itertools import groupby

from agent.found.finding import Finding, cloned, disagreeing, unresolved
from agent.ground.clock import Clock
from agent.ground.path import Path
from agent.judge.result import Result
from agent.site.setup import Setup
from agent.site.topology import site_of
from agent.survey.called import peers_of
from agent.survey.knocker import Ask
from agent.survey.manners import Manners
from agent.survey.naming import Naming
from agent.survey.range.far import Greet
from agent.survey.survey import Survey
from probes.engine.choice import create
from probes.engine.engine import Engine
from probes.engine.pace import Pace
from probes.outcome import Outcome, Target
from probes.registry import Kind, knock
from probes.resolve import Resolver

RATE, BURST = 200, 400  # attempts a second, and at once


@asynccontextmanager
async def asking(clock: Clock) -> AsyncIterator[tuple[Engine, Ask]]:
    """An engine, open until the end of the block, and the paced way to ask it."""
    engine = create(clock.time)
    pace = Pace(RATE, BURST, clock.monotonic, clock.sleep)

    async def ask(target: Target, kind: Kind = Kind.CONNECT, question: object = None) -> Outcome:
        await pace.take()
        return await knock(engine, target, kind, question)

    try:
        yield engine, ask
    finally:
        engine.close()


def surveys(
    paths: Iterable[Path],
    manners: Manners,
    ask: Ask,
    clock: Clock,
    publish: Callable[[Result], None],
    greet_for: Callable[[str], Greet] | None = None,
) -> list[Survey]:
    """One for each peer; the plan has a peer's paths side by side. `greet_for`: how its agents are greeted."""
    resolve = Resolver().resolve
    by_peer = groupby(paths, key=lambda path: path.peer)
    return [
        Survey(tuple(group), manners, ask, resolve, clock, publish, greet_for(peer) if greet_for else None)
        for peer, group in by_peer
    ]


def naming(setup: Setup, clock: Clock) -> Naming:
    """The names of the peers that are probed, unless the configuration says `names: false`."""
    peers = peers_of(setup.paths, site_of(setup.config).hosts) if setup.config.names else []
    return Naming(peers, Resolver(), setup.config.schedule.timeout, clock)


def findings(surveyed: Sequence[Survey], results: Sequence[Result]) -> list[Finding]:
    """What the newest rounds noticed beside the paths."""
    told = [each for survey in surveyed for each in survey.findings]
    clones = cloned({survey.peer: (survey.contact_identifiers, survey.addresses) for survey in surveyed})
    return [*told, *clones, *disagreeing(results), *unresolved(results)]
