"""One master secret server in this very loop, on a fast clock, and as many processing servers on loopback as wanted.

What it does for each of them is counted, not timed: attempts, tasks, descriptors, and calls of our own functions.
"""

import asyncio
import gc
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from agent.demo.demo import listener
from agent.demo.mapper import mapper
from agent.metrics import expose
from tests.scale.counting import calls
from tests.scale.fast import FastClock
from tests.scale.listeners import descriptors
from tests.scale.village import DATABASE, MASTER, SSO_PORTS, Resident, living

ROUND = 60.0  # seconds
SITE = """\
site: town
names: false
state_dir: state
web: {{listen: "127.0.0.1:{web}"}}
{more}
hosts:
  - {{name: MSS, role: master-secret, address: {master}, source_address: {master}}}
  - {{name: SQL01, role: sso-database, address: {database}, port: {sql}}}
"""
PEER = "  - {{name: BTS{number:04}, role: processing, address: 127.78.{net}.{host}, epm_port: {epm}}}\n"
SMALL = """\
rpc: {dynamic_ports: "21000-21255", samples: 4}
schedule: {interval: 60s, timeout: 2s}
"""


@dataclass(frozen=True, slots=True)
class Effort:
    """Of one agent, in one round of all its peers, after the first one. `calls`: of functions of ours."""

    attempts: int
    tasks: int
    descriptors: int
    calls: int
    scrape_calls: int
    scrape_bytes: int
    blocks: int  # of memory, that the agent has more than before


async def effort(folder: Path, peers: int) -> Effort:
    """Of an agent with so many peers, all of which answer."""
    gc.collect()
    opened, blocks = descriptors(), sys.getallocatedblocks()
    clock = FastClock()
    async with _lived_in(folder, peers, clock) as master:
        await clock.advance(2 * ROUND)
        before = master.attempts
        with calls() as round_calls:
            await clock.advance(ROUND)
        attempts = master.attempts - before
        with calls() as scrape_calls:
            text = expose(master.agent.readings.metrics())
        gc.collect()
        return Effort(
            attempts,
            len(asyncio.all_tasks()),
            descriptors() - opened,
            round_calls(),
            scrape_calls(),
            len(text),
            sys.getallocatedblocks() - blocks,
        )


@contextmanager
def town(peers: int, web: int = 0, more: str = "") -> Iterator[str]:
    """The configuration of a master secret server with so many peers, all of which answer until the end of the block.

    `more`: further keys of the file; `web`: the port of its HTTP side.
    """
    with listener("0.0.0.0", SSO_PORTS) as sso, mapper("0.0.0.0", sso) as epm, listener(DATABASE) as sql:
        rows = (PEER.format(number=each, net=each // 250, host=each % 250 + 1, epm=epm) for each in range(peers))
        yield SITE.format(web=web, more=more, master=MASTER, database=DATABASE, sql=sql) + "".join(rows)


@asynccontextmanager
async def _lived_in(folder: Path, peers: int, clock: FastClock) -> AsyncIterator[Resident]:
    with town(peers, more=SMALL) as text:
        clock.started()
        master = Resident(folder, text, "MSS", clock)
        async with living([master], clock):
            yield master
