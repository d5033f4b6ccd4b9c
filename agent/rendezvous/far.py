"""The agent at one address of a peer, for a round of its range: `agent.survey.range.far.Far`."""

from collections.abc import Callable, Sequence

from agent.rendezvous.caller import Caller
from agent.rendezvous.holder.leases import LASTING
from agent.survey.range.far import Lease, Told
from probes.wire.reader import WireError
from probes.wire.rendezvous.frame import ID_SIZE, Kind
from probes.wire.rendezvous.keys import Ring
from probes.wire.rendezvous.messages import Asked, Held, Hold, Report, Reported
from probes.wire.rendezvous.proof import proof


class FarAgent:
    """`random` makes so many bytes that nobody can guess."""

    def __init__(self, caller: Caller, ring: Ring, random: Callable[[int], bytes]) -> None:
        self._caller = caller
        self._ring = ring
        self._random = random

    async def hold(self, ports: Sequence[int]) -> Lease | None:
        return await self._hold(self._random(ID_SIZE), tuple(ports))

    async def renew(self, lease: Lease) -> Lease | None:
        return await self._hold(lease.id, tuple(lease.grants))

    async def _hold(self, number: bytes, ports: tuple[int, ...]) -> Lease | None:
        """It lasts from when it was asked for: the answer may have been on its way for long.

        Whoever grants a longer one than we would is not believed.
        """
        done = await self._caller.ask(Kind.HOLD, Hold(number, ports).encode())
        if done.answer is None or done.sent is None:
            return None
        try:
            held = Held.decode(done.answer.body)
        except WireError:
            return None
        until = done.sent + min(held.milliseconds / 1000, LASTING)
        grants = {each.port: each for each in held.grants if each.port in ports}
        proofs = {port: proof(self._ring[0].proofs, number, port) for port in grants}
        return Lease(number, grants, until, proofs, repeated=done.repeated)

    async def report(self, lease: Lease, asked: Sequence[Asked]) -> Told | None:
        done = await self._caller.ask(Kind.REPORT, Report(lease.id, tuple(asked)).encode())
        if done.answer is None:
            return None
        try:
            return Told(Reported.decode(done.answer.body), repeated=done.repeated)
        except WireError:
            return None
