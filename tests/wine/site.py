"""The site of the Windows host: BTS01 is wine, behind the router stand its master secret server and its database."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from tests.fakes.table import SSO_PORT
from tests.lab.listeners import listening
from tests.lab.mapping import mapping
from tests.lab.star import Star, address

HOST, PORT = "BTS01", 10135
MASTER, DATABASE = address("MSS"), address("MSS", 1)
LIFETIME = 900  # seconds, which no test takes
PATIENCE, EVERY = 90, 0.5  # seconds: for each thing that is waited for, a round among them; between two looks
T = TypeVar("T")
SITE = """\
site: windows
rpc: {{dynamic_ports: "49700-49715", samples: 4}}
schedule: {{interval: 10s}}
web: {{listen: "0.0.0.0:{port}"{web}}}
names: false
state_dir: {state}
hosts:
  - {{name: {host}, role: processing, address: {own}}}
  - {{name: MSS, role: master-secret, address: {master}}}
  - {{name: SQL01, role: sso-database, address: {database}}}
"""


def write(config: Path, web: str = "", state: str = "state") -> Path:
    """`web`: more of what stands under that key; `state`: where it remembers, beside the file."""
    config.parent.mkdir(parents=True, exist_ok=True)
    more = f", {web}" if web else ""
    text = SITE.format(port=PORT, web=more, state=state, host=HOST, own=address(HOST), master=MASTER, database=DATABASE)
    config.write_text(text, "utf-8")
    return config


@contextmanager
def serving(star: Star) -> Iterator[None]:
    """The database, the mapper and the SSO service's own port."""
    doors = [(MASTER, SSO_PORT), (DATABASE, 1433)]
    with listening(star["MSS"], doors, lifetime=LIFETIME), mapping(star["MSS"], MASTER):
        yield


def until(holds: Callable[[], T], what: str) -> T:
    """What `holds` gives, once that is something. AssertionError if it never is."""
    deadline = time.monotonic() + PATIENCE
    while not (found := holds()):
        assert time.monotonic() < deadline, f"not within {PATIENCE} s: {what}"
        time.sleep(EVERY)  # what is waited for needs the machine more than we do
    return found
