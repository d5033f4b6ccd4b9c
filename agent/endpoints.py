"""`probe endpoints`: what a peer's endpoint mapper has registered."""

from agent.asking import asking
from agent.found.listing import Listing
from agent.ground.clock import SystemClock
from agent.site.addressee import Addressee
from probes.epm import Consultation, Registered
from probes.outcome import Outcome, Target
from probes.registry import Kind
from probes.resolve import Resolver
from probes.state import Phase, State


async def list_endpoints(mapper: Addressee) -> list[Listing]:
    """Ask the mapper at every address of a peer for its whole table."""
    resolver, clock = Resolver(), SystemClock()
    async with asking(clock) as (_, ask):
        listings = []
        for name in mapper.names:
            resolved = await resolver.resolve(name, mapper.timeout)
            if not resolved.addresses:
                target = Target(name, mapper.epm_port, mapper.timeout)
                nowhere = Outcome(target, State.UNRESOLVED, Phase.RESOLVE, clock.time(), 0.0, detail=resolved.detail)
                listings.append(Listing(name, nowhere, None))
            for address in resolved.addresses:
                target = Target(address, mapper.epm_port, mapper.timeout, mapper.source_towards(address))
                outcome = await ask(target, Kind.MAPPER, Consultation())
                answer = outcome.answer
                listings.append(Listing(address, outcome, answer.entries if isinstance(answer, Registered) else None))
    return listings
