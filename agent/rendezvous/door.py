"""The half that holds, driven: datagrams in, orders carried out, listeners closed when their time is over."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from agent.ground.clock import Clock, sleep_or
from agent.rendezvous.holder import Holder
from agent.rendezvous.listeners import Listeners
from agent.rendezvous.orders import Close, Look, Open, Order, Place, Send
from agent.rendezvous.tcptable import TcpTable, fresh

SendAway = Callable[[bytes, Place, str], Awaitable[None]]


class Door:
    """`send` takes a datagram to a place, from an address of this host."""

    def __init__(self, holder: Holder, listeners: Listeners, send: SendAway, clock: Clock) -> None:
        self.holder = holder
        self._listeners = listeners
        self._send = send
        self._clock = clock
        self._tasks: set[asyncio.Task[None]] = set()
        self._looks: list[Look] = []
        self._is_looking = False
        self._news = asyncio.Event()
        self._ticking: asyncio.Task[None] | None = None

    def heard(self, data: bytes, source: Place, local: str) -> None:
        """A request, or what pretends to be one."""
        now = self._clock.monotonic()
        self._carry_out(self.holder.receive(data, source, local, now, self._clock.time()))

    def start(self) -> None:
        self._ticking = asyncio.create_task(self._tick_for_ever())

    async def close(self) -> None:
        """Nothing is held any more, and nobody is answered."""
        tasks = [*self._tasks, *([self._ticking] if self._ticking else [])]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        self._carry_out(self.holder.close())
        self._listeners.close_all()

    def _carry_out(self, orders: Iterable[Order]) -> None:
        for order in orders:
            if isinstance(order, Close):
                self._listeners.close(order.local, order.ports)
            elif isinstance(order, Send):
                self._work(self._send(order.data, order.to, order.local))
            elif isinstance(order, Open):
                self._work(self._open(order))
            else:
                self._looks.append(order)
                if not self._is_looking:
                    self._is_looking = True
                    self._work(self._look())
            self._news.set()

    def _work(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _open(self, order: Open) -> None:
        """Also where the system gives no thread or no file any more: else they were waited for for ever."""
        try:
            grants = await self._listeners.open(order.local, order.hold, order.look)
        except (OSError, RuntimeError):
            grants = {}
        self._carry_out(self.holder.opened(order.ticket, grants, self._clock.monotonic()))

    async def _look(self) -> None:
        """Once for all who wait: somebody who asks for many reports takes no more than one thread."""
        try:
            while self._looks:
                orders, self._looks = self._looks, []
                table = await self._table()
                for order in orders:
                    found = None if table is None else table.half_open_at(order.local, order.ports)
                    self._carry_out(self.holder.looked(order.ticket, found, self._clock.monotonic()))
        finally:
            self._is_looking = False

    async def _table(self) -> TcpTable | None:
        try:
            return await asyncio.to_thread(fresh)
        except (OSError, RuntimeError):
            return None

    async def _tick_for_ever(self) -> None:
        while True:
            self._news.clear()
            at = self.holder.next_at()
            await sleep_or(self._news, None if at is None else at - self._clock.monotonic(), self._clock)
            if at is not None and self._clock.monotonic() >= at:
                self._carry_out(self.holder.tick(self._clock.monotonic()))
