"""Sites for the change request's tests, and what a permit comes to, packet by packet."""

from collections.abc import Iterable

from agent.config.load import parse
from agent.config.model import Config
from agent.permit.change import Change, dynamic, everything
from agent.permit.flow import Permit
from agent.permit.merged import merged
from agent.permit.settled import settled
from agent.site.topology import site_of
from probes.resolve import Answer

# The smallest useful file of the documentation, and names that its name service knows.
SMALLEST = """\
site: contoso
hosts:
  - {name: BTS01, role: processing,    address: 192.0.2.11}
  - {name: BTS02, role: processing,    address: bts02.contoso.test, zone: app}
  - name: MSS
    role: master-secret
    address: mss.contoso.test
    nodes: [{name: NODE1, address: 192.0.2.31}, {name: NODE2, address: 192.0.2.32}]
  - {name: SQL01, role: sso-database,  port: 1433}
"""
KNOWN = {"bts02.contoso.test": "192.0.2.12", "mss.contoso.test": "192.0.2.30", "SQL01": "192.0.2.51"}
NAMES = {name: Answer(name, (address,), 0.0) for name, address in KNOWN.items()}
SCRAPER = "198.51.100.9"

Packet = tuple[str, str, str, str, int]  # need, source, destination, protocol, port


def config(text: str = SMALLEST, **keys: str) -> Config:
    """`keys` are further top-level ones, in YAML."""
    return parse(text + "".join(f"{key}: {value}\n" for key, value in keys.items()), "test.yaml")


def change(of: Config, scrapers: tuple[str, ...] = (SCRAPER,)) -> Change:
    """All that is needed, its names looked up."""
    needed = everything(of, site_of(of), scrapers)
    done = settled(needed.wanted, NAMES)
    questions = (*needed.questions, *done.questions)
    return Change(of.site, merged(done.permits), needed.notes, (), questions, dynamic(needed.wanted))


def expanded(permits: Iterable[Permit]) -> set[Packet]:
    """What is let through, element by element."""
    return {
        (str(permit.need), source.address, destination.address, str(permit.protocol), port)
        for permit in permits
        for source in permit.sources
        for destination in permit.destinations
        for port in permit.ports
    }
