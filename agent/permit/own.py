"""What this program needs itself: datagrams between agents, and scrapes."""

from collections.abc import Iterator, Sequence

from agent.config.model import Config
from agent.ground.ports import PortSet
from agent.permit.flow import Need, Protocol, Side, Wanted, Why
from agent.permit.required import Plans, side_of_host, side_of_source
from agent.rendezvous.directory import directory
from agent.site.topology import Site, Source, scraped_at

AGENTS = Why(
    "ssoreach agents",
    "To ask the agent there to listen for a test, and to hear what arrived: without it, silence shows nothing.",
)
SCRAPES = Why("ssoreach agents", "Prometheus collects what each agent found.")


def between_agents(config: Config, planned: Plans) -> Iterator[Wanted]:
    """From every machine to each agent that it meets; both ways, as both meet one another."""
    if not planned:
        return
    book = directory(config, planned[0][0])  # whom others ask where is the same for all
    for source, paths in planned:
        for peer in dict.fromkeys(path.peer for path in paths):
            if peer in book.peers:
                places = [book.place(peer, address) for address in book.peers[peer].addresses]
                for port in dict.fromkeys(place.port for place in places):
                    there = tuple(place.address for place in places if place.port == port)
                    yield _own(
                        side_of_source(source), side_of_host(book.peers[peer], there), Protocol.UDP, port, AGENTS
                    )


def scrapes(config: Config, site: Site, scrapers: Sequence[str]) -> Iterator[Wanted]:
    """From each of the addresses at which Prometheus is to every agent that can be found."""
    for scraper in scrapers:
        for source in site.sources():
            where = scraped_at(config, source)
            if where is not None:
                there = _agent(source, where.host)
                yield _own(Side(scraper, (scraper,)), there, Protocol.TCP, where.port, SCRAPES)


def _agent(source: Source, host: str) -> Side:
    return side_of_source(source)._replace(addresses=(host,))


def _own(source: Side, destination: Side, protocol: Protocol, port: int, why: Why) -> Wanted:
    return Wanted(source, destination, protocol, PortSet.of([port]), Need.MONITORING, (why,))
