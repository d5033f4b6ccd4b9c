"""The rendezvous of one process, built from the configuration: for the agent, and for a person's `once`."""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

from agent.config.address import literal_address
from agent.ground.clock import Clock
from agent.rendezvous.admission import own_firewall, this_program
from agent.rendezvous.directory import directory, listens
from agent.rendezvous.door import Door, SendAway
from agent.rendezvous.holder import Desk, Holder, Rules
from agent.rendezvous.listeners import Listeners
from agent.rendezvous.orders import Place
from agent.rendezvous.ownports import OwnPorts, since_boot
from agent.rendezvous.roster import Roster
from agent.rendezvous.service import Identity, Service
from agent.site.setup import Setup
from agent.site.whoami import this_machine
from probes.resolve import Resolver
from probes.wire.rendezvous.keys import Ring

ANY_PORT = (("0.0.0.0", 0), ("::", 0))  # noqa: S104 - one socket for each address, each at a port of its own
LOOKED = 10.0  # seconds between two looks at this host, at most
ADMISSION_LOOKED = 60.0
LASTING = 60.0  # seconds for which a service listens, at least
NOT_HELD = 300.0  # seconds after the host has started in which nothing is held: services still take their ports
SECRET = 32  # bytes

Warn = Callable[[str], None]


class PortsOf:
    """What is known of this host's ports, to be kept over a restart: `agent.store.kept`."""

    name = "ports"

    def __init__(self, ports: OwnPorts, clock: Clock) -> None:
        self._ports = ports
        self._clock = clock

    def state(self) -> dict[str, object]:
        return self._ports.state()

    def restore(self, state: Mapping[str, object]) -> None:
        self._ports.restore(state, self._clock.time())


class Both:
    """`of_person`: a process of its own beside the agent, at any port. Nothing is held unless `holds`."""

    def __init__(
        self,
        setup: Setup,
        ring: Ring,
        desk: Desk,
        clock: Clock,
        warn: Warn,
        *,
        of_person: bool = False,
        holds: bool = True,
    ) -> None:
        self._setup = setup
        self._clock = clock
        self._warn = warn
        self._holds = holds
        self._resolver = Resolver()
        self._known: dict[str, tuple[str, ...]] = {}  # name → its addresses
        self.own_ports = OwnPorts()
        self.keepsake = PortsOf(self.own_ports, clock)
        self.directory = directory(setup.config, setup.source)
        self._listeners = Listeners(self._proofs, self._accepted)
        self._since: dict[int, float] = {}  # port → since when somebody listens there
        self._admission_at: float | None = None
        self._holder = Holder(
            setup.source.name,
            ring,
            Roster.of(self.directory.own, {}),
            self._rules(),
            desk,
            secrets.token_bytes(SECRET),
        )
        identity = Identity(setup.source.name, ring, secrets.token_bytes, setup.source.source_address)
        listen = ANY_PORT if of_person else listens(setup.config, setup.source)
        self.service = Service(identity, self.directory, self._door, [(at[0], at[1]) for at in listen], clock, warn)

    def go_on_from(self, before: "Both") -> None:
        """In place of it, which is closed: what is known of this host and its peers. Leases and cookies are void."""
        self.keepsake.restore(before.keepsake.state())
        self._known.update(before._known)
        self._since = dict(before._since)
        self._holder.go_on_from(before._holder)
        self.service.go_on_from(before.service)

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Service]:
        """Until the end of the block, this host looked at again and again."""
        async with self.service.opened():
            await self.look()
            task = asyncio.create_task(self._look_for_ever())
            try:
                yield self.service
            finally:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task

    async def look(self) -> None:
        """What has changed on this host: addresses, names, listeners, its firewall."""
        own = await asyncio.to_thread(self._addresses)
        others = await self._others()
        await self.service.refresh(own, others if self._holds else {})
        self._holder.own_addresses = frozenset(own)
        for peer in self.service.contacts:
            await self.service.keep(peer, self.addresses_of(peer))
        if self._holds:
            await self._look_at_ports()
            await self._look_at_firewall()

    async def _look_for_ever(self) -> None:
        every = min(self._setup.config.schedule.interval, LOOKED)
        while True:
            await self._clock.sleep(every)
            try:
                await self.look()
            except Exception as error:  # the next one may do; nobody else would ever know
                self._warn(f"rendezvous: a look at this host broke: {error!r}")

    def addresses_of(self, peer: str) -> tuple[str, ...]:
        """Those that its names came to."""
        host = self.directory.peers[peer]
        return tuple(dict.fromkeys(each for name in host.addresses for each in self._known.get(name, ())))

    async def _others(self) -> dict[str, list[str]]:
        """What everybody's names come to. A name that gives nothing now is what it was before."""
        others = self.directory.others
        names = {name for names in others.values() for name in names}
        names |= {name for host in self.directory.peers.values() for name in host.addresses}
        timeout = self._setup.config.schedule.timeout
        found = await asyncio.gather(*(self._resolver.resolve(name, timeout) for name in sorted(names)))
        self._known |= {each.name: each.addresses for each in found if each.addresses}
        return {other: [at for name in names for at in self._known.get(name, ())] for other, names in others.items()}

    async def _look_at_ports(self) -> None:
        listening = await self._listeners.others()
        if listening is not None:
            self.own_ports.note(self._lasting(listening), self._clock.time())

    def _lasting(self, listening: frozenset[int]) -> list[int]:
        """Those of services. What another process of ours holds for a peer is over after some seconds."""
        now = self._clock.monotonic()
        self._since = {port: self._since.get(port, now) for port in listening}
        return [port for port, since in self._since.items() if now - since >= LASTING]

    async def _look_at_firewall(self) -> None:
        now = self._clock.monotonic()
        if self._admission_at is None or now - self._admission_at >= ADMISSION_LOOKED:
            self._admission_at = now
            port = self._setup.config.rpc.dynamic_ports[0]
            self._holder.admission = await asyncio.to_thread(own_firewall, this_program(), port)

    def _door(self, send: SendAway) -> Door:
        return Door(self._holder, self._listeners, send, self._clock)

    def _proofs(self, local: str, port: int, remote: Place) -> bytes:
        return self._holder.proofs(local, port, remote)

    def _accepted(self, local: str, port: int, remote: Place) -> None:
        self._holder.accepted(local, port, remote, self._clock.monotonic())

    def _seen_lately(self, port: int) -> bool:
        return self.own_ports.seen(port, self._clock.time())

    def _addresses(self) -> list[str]:
        """This host's. Loopback ones beside 127.0.0.1 are nowhere listed: those that the file gives it are taken."""
        given = filter(_is_loopback, self._setup.source.addresses)
        return list(dict.fromkeys(each for each in (*this_machine().addresses, *given) if not _is_link_local(each)))

    def _rules(self) -> Rules:
        config, source = self._setup.config, self._setup.source
        fixed = [owner.fixed_ports.values() for owner in source.owners]
        services = {port for owner in source.owners for port in (owner.epm_port, owner.sql_port)}.union(*fixed)
        own = {at.port for at in (*listens(config, source), *config.web.listen, *(source.listen or ()))}
        age = since_boot(self._clock.time())
        held_from = self._clock.monotonic() + (NOT_HELD if age is None else max(0.0, NOT_HELD - age))
        return Rules(config.rpc.dynamic_ports, services, own, self._seen_lately, held_from)


def _is_loopback(address: str) -> bool:
    found = literal_address(address)
    return found is not None and found.is_loopback


def _is_link_local(address: str) -> bool:
    """Nobody is configured by one: it means another host on every link."""
    found = literal_address(address)
    return found is not None and found.is_link_local
