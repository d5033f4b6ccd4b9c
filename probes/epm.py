"""A conversation with an RPC endpoint mapper: bind once, then look up its table or ask where one interface listens.

Anonymous, as RPC clients do it; nothing but the mapper's own interface is ever bound or called.
"""

import contextlib
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import replace
from typing import ClassVar, NamedTuple, Protocol
from uuid import UUID

from probes.engine.engine import Engine
from probes.line import DeclinedError, Framing, Line, converse
from probes.outcome import Outcome, Target
from probes.wire.bind import Bind, BindAck, BindNak, Context
from probes.wire.call import Fault, Request, Response
from probes.wire.epm import EPMAPPER, NIL_UUID, EptStatus, LookupHandleFree, Opnum
from probes.wire.ept_lookup import Entry, EptLookup, EptLookupResponse
from probes.wire.ept_map import EptMap, EptMapResponse
from probes.wire.fragments import Reassembly
from probes.wire.pdu import HEADER_SIZE, VERSION, Header, PacketType, frame_size
from probes.wire.reader import WireError
from probes.wire.syntax import SyntaxId
from probes.wire.tower import tcp_tower

FRAMING = Framing(HEADER_SIZE, frame_size, bytes(VERSION))
MOST_PAGES = 64
MOST_ENTRIES = 10_000  # a busy Windows server has some hundreds


class Key(NamedTuple):
    """What a service is registered as: an interface, and perhaps an object (MSDTC has one for each machine)."""

    interface: SyntaxId
    object: UUID = NIL_UUID


Ports = dict[Key, tuple[int, ...]]


class Consultation(NamedTuple):
    """What to ask a mapper in one conversation.

    `elsewhere` are addresses of other machines: what listens there, by its tower, is not what was asked for.
    `full`: its whole table, and `choose` then says which of it is wanted; otherwise only `wanted` is asked for. While
    the conversation stays open, `meanwhile` hears where the wanted ones listen: firewalls that understand RPC open the
    port that a mapper named, and close it again with the conversation. If it says so, they are asked for once more.
    """

    full: bool = True
    wanted: Collection[Key] = ()
    choose: Callable[[Sequence[Entry]], Collection[Key]] = lambda entries: ()
    meanwhile: Callable[[Ports], Awaitable[bool]] | None = None
    elsewhere: Collection[str] = ()


class Registered(NamedTuple):
    """What a mapper said: its table, if asked for; where the wanted ones listen, and, if asked again, still do."""

    entries: tuple[Entry, ...] | None
    ports: Ports
    still: Ports | None = None


async def probe(engine: Engine, target: Target, question: Consultation) -> Outcome:
    """One attempt at a mapper; its answer is `Registered`."""
    return await converse(engine, target, lambda line: consult(line, question))


async def consult(line: Line, question: Consultation) -> Registered:
    """One conversation with a mapper. DeclinedError when it refuses."""
    mapper = Mapper(line)
    await mapper.bind()
    entries = await mapper.lookup() if question.full else None
    wanted = question.wanted if entries is None else question.choose(entries)
    ports = await mapper.where(wanted, question.elsewhere)
    if question.meanwhile is None or not await question.meanwhile(ports):
        return Registered(entries, ports)
    line.renew()
    try:
        return Registered(entries, ports, await mapper.where(wanted, question.elsewhere))
    except (EOFError, OSError, WireError, DeclinedError):  # what it said before stands, and nothing was said after
        return Registered(entries, ports, {})


class Question(Protocol):
    """One operation of the mapper."""

    OPNUM: ClassVar[Opnum]

    def encode(self) -> bytes: ...


class Mapper:
    """A mapper at the other end of a line, after `bind`."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._calls = 0

    async def bind(self) -> None:
        """DeclinedError when it will not be bound, EOFError when it hangs up instead."""
        call = self._next_call()
        frame = await self._line.ask(Bind(call, (Context(0, EPMAPPER),)).encode(), FRAMING)
        if Header.decode(frame).packet_type is PacketType.BIND_NAK:
            raise DeclinedError(f"the endpoint mapper refuses the association: {BindNak.decode(frame).reason}")
        results = BindAck.decode(frame).results
        if not results or not results[0].accepted:
            reason = results[0].reason if results else "no answer to it"
            raise DeclinedError(f"the endpoint mapper refuses its own interface: {reason}")

    async def lookup(self) -> tuple[Entry, ...]:
        """The whole table, page by page. One without end is cut off with WireError; its handle then ends with us."""
        found: list[Entry] = []
        question = EptLookup()
        for _ in range(MOST_PAGES):
            page = EptLookupResponse.decode(await self._call(question))
            _check(page.status)
            found += page.entries
            if len(found) > MOST_ENTRIES:
                break
            if not page.more:
                return tuple(found)
            question = EptLookup(handle=page.handle)
        raise WireError(f"a table of more than {MOST_ENTRIES} entries or {MOST_PAGES} pages")

    async def where(self, wanted: Collection[Key], elsewhere: Collection[str] = ()) -> Ports:
        """The TCP ports of each; none where it is not registered."""
        return {key: await self.map(key.interface, key.object, elsewhere) for key in wanted}

    async def map(
        self, interface: SyntaxId, target: UUID = NIL_UUID, elsewhere: Collection[str] = ()
    ) -> tuple[int, ...]:
        """The TCP ports at which an interface (and object) listens here; none when it is not registered."""
        answer = EptMapResponse.decode(await self._call(EptMap(tcp_tower(interface), target)))
        _check(answer.status)
        if answer.more:
            with contextlib.suppress(DeclinedError):  # what it said stands, whatever it makes of our thanks
                await self._call(LookupHandleFree(answer.handle))
        here = [tower for tower in answer.towers if tower and str(tower.address) not in elsewhere]
        return replace(answer, towers=tuple(here)).tcp_ports

    async def _call(self, question: Question) -> bytes:
        """The stub of the answer; DeclinedError for a fault."""
        call = self._next_call()
        await self._line.say(Request(call, question.OPNUM, question.encode()).encode())
        answer = Reassembly(call)
        while True:
            frame = await self._line.frame(FRAMING)
            if Header.decode(frame).packet_type is PacketType.FAULT:
                raise DeclinedError(f"the endpoint mapper refuses the question: {Fault.decode(frame).status}")
            stub = answer.feed(Response.decode(frame))
            if stub is not None:
                return stub

    def _next_call(self) -> int:
        self._calls += 1
        return self._calls


def _check(status: EptStatus) -> None:
    """A mapper that failed has not said that anything is not registered."""
    if status.is_failure:
        raise DeclinedError(f"the endpoint mapper cannot answer: {status}")
