"""Two hosts on loopback with a whole rendezvous each: real sockets, real listeners, a desk that keeps what it hears."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from agent.config.load import parse
from agent.ground.clock import Clock, SystemClock
from agent.ground.ports import PortSet
from agent.rendezvous.directory import directory
from agent.rendezvous.door import Door, SendAway
from agent.rendezvous.holder import Holder, Rules
from agent.rendezvous.listeners import Listeners
from agent.rendezvous.orders import Place
from agent.rendezvous.roster import Roster
from agent.rendezvous.service import Identity, Service
from agent.site.topology import site_of
from agent.site.whoami import Machine, whoami
from probes.wire.rendezvous.keys import Keys, Ring
from probes.wire.rendezvous.states import Accepted, PathState, Willing

RING: Ring = (Keys.derive(b"a key of thirty-two bytes or more"),)
PORTS = PortSet(((49_152, 65_535),))

SITE = """\
site: test
hosts:
  - {{name: ONE, role: processing,    address: {one}, rendezvous: "{one}:{port}"}}
  - {{name: TWO, role: master-secret, address: {two}, rendezvous: "{two}:{port}"}}
  - {{name: SQL, role: sso-database,  address: 127.0.0.99}}
"""


@dataclass
class Notes:
    """A desk that keeps what it hears."""

    told: list[tuple[str, str, PathState]] = field(default_factory=list)

    def tell(self, sender: str, receiver: str, state: PathState) -> None:
        self.told.append((sender, receiver, state))

    def probe_back(self, sender: str, at: Place) -> Accepted:
        return Accepted(Willing.YES, (4,))

    def state(self, sender: str, check: int) -> PathState | None:
        return None


class HostUnderTest:
    """`name` at `address`; its sockets are at `port`, that of the others as well."""

    def __init__(
        self, name: str, addresses: dict[str, str], port: int, ring: Ring = RING, clock: Clock | None = None
    ) -> None:
        config = parse(SITE.format(one=addresses["ONE"], two=addresses["TWO"], port=port), "test")
        source = whoami(site_of(config), Machine((), ()), name)
        self.address = addresses[name]
        self.notes = Notes()
        self.addresses = addresses
        rules = Rules(PORTS, frozenset({1433, 135}), frozenset({port}), lambda _: False, 0.0)
        where = directory(config, source)
        holder = Holder(name, ring, Roster.of(where.own, {}), rules, self.notes, secrets.token_bytes(32))
        clock = clock or SystemClock()

        def accepted(local: str, port: int, remote: Place) -> None:
            holder.accepted(local, port, remote, clock.monotonic())

        self.listeners = Listeners(holder.proofs, accepted)

        def door(send: SendAway) -> Door:
            return Door(holder, self.listeners, send, clock)

        self.warnings: list[str] = []
        identity = Identity(name, ring, secrets.token_bytes)
        self.service = Service(identity, where, door, [(self.address, port)], clock, self.warnings.append)

    async def look(self) -> None:
        others = {name: [address] for name, address in self.addresses.items()}
        await self.service.refresh([self.address], others)


Pair = tuple[HostUnderTest, HostUnderTest]


@asynccontextmanager
async def meeting(
    make: Callable[[], tuple[HostUnderTest, HostUnderTest]],
) -> AsyncIterator[tuple[HostUnderTest, HostUnderTest]]:
    one, two = make()
    async with one.service.opened(), two.service.opened():
        await asyncio.gather(one.look(), two.look())
        yield one, two
