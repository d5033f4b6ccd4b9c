"""A program for inside a namespace: it holds one port, and says on a line of JSON whatever it is asked to.

Its arguments are an address and a port; it says "ready" when it listens. For each line that it reads it looks at the
TCP table and says whose SYN is half-way in, who came, and at which ports of the host somebody listens.
"""

import asyncio
import json
import sys

from agent.rendezvous.listeners import Listeners
from agent.rendezvous.orders import Place
from agent.rendezvous.tcptable import fresh
from probes.wire.rendezvous.messages import Holding


async def main(local: str, port: int) -> None:
    came: list[Place] = []
    listeners = Listeners(lambda *_: b"proof", lambda _local, _port, remote: came.append(remote))
    grants = await listeners.open(local, [port], [])
    print("ready" if grants[port].holding is Holding.HELD else grants[port], flush=True)
    while await asyncio.to_thread(sys.stdin.readline):
        table = await asyncio.to_thread(fresh)
        assert table is not None
        half_open = [place for _, place in sorted(table.half_open_at(local, [port]))]
        print(json.dumps([half_open, came, sorted({each.port for each in table.listeners})]), flush=True)
    listeners.close_all()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
