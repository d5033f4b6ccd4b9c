"""A round that a new configuration cuts off in the middle of a lease leaves nothing behind."""

import asyncio
import gc
from collections.abc import Sequence

from agent.ground.clock import SystemClock
from agent.survey.budget import Budget
from agent.survey.range.far import Lease, Told
from agent.survey.range.lease import Means, ask_in_lease
from probes.outcome import Outcome
from probes.wire.rendezvous.messages import Asked, Grant, Holding


class Far:
    """Holds whatever it is asked to, for ever."""

    async def hold(self, ports: Sequence[int]) -> Lease | None:
        until = SystemClock().monotonic() + 5.0
        return Lease(b"id", {port: Grant(port, Holding.HELD) for port in ports}, until, dict.fromkeys(ports, b""))

    async def renew(self, lease: Lease) -> Lease | None:
        return lease

    async def report(self, lease: Lease, asked: Sequence[Asked]) -> Told | None:
        return None


async def test_nobody_is_told_of_asks_that_were_cut_off() -> None:
    told: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))
    asking = asyncio.Event()

    async def silent(port: int, proof: bytes = b"") -> Outcome:
        asking.set()
        await asyncio.Event().wait()
        raise AssertionError

    clock = SystemClock()
    means = Means(silent, silent, Budget(clock), clock, patient=True)
    work = asyncio.ensure_future(ask_in_lease(Far(), [20_000, 20_001], means))
    await asking.wait()
    work.cancel()
    await asyncio.wait([work])
    assert work.cancelled()
    del work
    await asyncio.sleep(0)
    gc.collect()
    assert told == []
