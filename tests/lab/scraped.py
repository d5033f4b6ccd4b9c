"""A site for Prometheus to scrape: three agents with a key, something blocked, and an SSO service to look at."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

from tests.fakes.table import SSO_PORT

from .agents import KEY, PORT, Agent, running
from .listeners import listening
from .mapping import mapping
from .rules import drop, prohibit
from .standin import sso_name, standing_in
from .star import Star, address

AGENTS = ("BTS01", "BTS02", "MSS")
DATABASE = address("MSS", 1)  # of the lab's hosts the master alone has several addresses
BLOCKED = "20002-20003"
LIFETIME = 900  # seconds, which no test takes

# The range is small, so that each of its ports has soon been asked. BTS02 is scraped at its IPv6 address: the file says
# so, and its agent listens there too.
SITE = """\
site: lab
rpc: {{dynamic_ports: "20000-20007", samples: 4}}
schedule: {{interval: 10s, timeout: 1500ms}}
web: {{listen: ["0.0.0.0:{port}", "[::]:{port}"]}}
rendezvous: {{listen: "0.0.0.0:{port}", key_file: key}}
sso: {{service: "{service}", backup_confirmed: 2026-01-31}}
names: false
state_dir: state
hosts:
  - {{name: BTS01, role: processing, address: {bts01}, zone: app}}
  - {{name: BTS02, role: processing, address: {bts02}, zone: app, agent: "[{bts02v6}]:{port}"}}
  - {{name: MSS, role: master-secret, address: {mss}, zone: core}}
  - {{name: SQL01, role: sso-database, address: {database}}}
"""


def write(folder: Path, service: str) -> Path:
    """The one file of the site, its key beside it. Agents do not share folders."""
    folder.mkdir(parents=True)
    key = folder / "key"
    key.touch(mode=0o600)
    key.write_text(f"{KEY}\n", "ascii")
    config = folder / "ssoreach.yaml"
    text = SITE.format(
        port=PORT,
        service=service,
        bts01=address("BTS01"),
        bts02=address("BTS02"),
        bts02v6=address("BTS02", 0, 6),
        mss=address("MSS"),
        database=DATABASE,
    )
    config.write_text(text, "utf-8")
    return config


@contextmanager
def scraped_site(star: Star, folder: Path) -> Iterator[dict[str, Agent]]:
    """Its agents, by host. Nothing is blocked but what the hosts' stealth mode makes of ports where nobody listens."""
    master = address("MSS")
    with ExitStack() as stack:
        service = stack.enter_context(standing_in(folder / "services", sso_name()))
        stack.enter_context(listening(star["MSS"], [(master, SSO_PORT), (DATABASE, 1433)], lifetime=LIFETIME))
        stack.enter_context(mapping(star["MSS"], master))
        yield {host: stack.enter_context(running(star, host, write(folder / host, service.name))) for host in AGENTS}


def cut(star: Star) -> AbstractContextManager[None]:
    """A part of the range from BTS01 to the master, and the way from BTS02 to the database."""
    return star.between(prohibit(address("BTS01"), address("MSS"), BLOCKED), drop(address("BTS02"), DATABASE, "1433"))
