"""`once --both`: have the agents of the peers probe us back, and wait for what comes of it.

An agent keeps its own pace, whoever asks: to find every edge of what is shut may take it some minutes.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from agent.ground.clock import Clock
from agent.ground.duration import about
from agent.inbound.inbox import Inbox
from agent.judge.result import Result
from agent.rendezvous.question import Done
from probes.wire.reader import WireError
from probes.wire.rendezvous.frame import Kind
from probes.wire.rendezvous.states import Accepted, PathState, ProbeBack, States, Willing

EVERY = 2.0  # seconds between two looks at what has come of it
LONGEST = 600.0  # seconds
A_WORD = 60.0  # seconds between two words to whoever waits
PATIENCE = 5  # looks without an answer


class Asking(Protocol):
    """What is needed of the rendezvous: `agent.rendezvous.service`."""

    def port_towards(self, peer: str, address: str) -> int | None: ...

    def name_at(self, peer: str, address: str) -> str | None: ...

    async def ask(self, peer: str, address: str, kind: Kind, body: bytes = b"") -> Done: ...


class Back:
    """`name`: ours. What comes of it goes to `record`, as it comes; `told` hears what a person may want to know."""

    def __init__(
        self,
        service: Asking,
        name: str,
        inbox: Inbox,
        record: Callable[[Result], None],
        clock: Clock,
        told: Callable[[str], None],
    ) -> None:
        self._service = service
        self._name = name
        self._inbox = inbox
        self._record = record
        self._clock = clock
        self._told = told

    async def ask(self, peers: Mapping[str, Sequence[str]]) -> None:
        """`peers` with the addresses of each, all at the same time."""
        async with asyncio.TaskGroup() as group:
            for peer, addresses in peers.items():
                group.create_task(self._ask(peer, addresses))

    async def _ask(self, peer: str, addresses: Sequence[str]) -> None:
        for address in addresses:
            accepted = await self._request(peer, address)
            if accepted is None:
                continue
            if accepted.willing is not Willing.YES:
                self._told(f"{peer} does not probe back: it has nothing to ask of this host by its configuration")
                return
            await self._wait(peer, address, accepted.checks)
            return
        self._told(f"{peer} was not asked to probe back: no agent answers there")

    async def _request(self, peer: str, address: str) -> Accepted | None:
        port = self._service.port_towards(peer, address)
        if port is None:
            return None
        done = await self._service.ask(peer, address, Kind.PROBE_BACK, ProbeBack(port).encode())
        try:
            return Accepted.decode(done.answer.body) if done.answer else None
        except WireError:
            return None

    async def _wait(self, peer: str, address: str, checks: Sequence[int]) -> None:
        """Until everything is settled. Asking again is what keeps the agent at it."""
        self._told(f"{peer} probes back, at its agent's own pace; where something is shut that takes some minutes")
        began, said, unheard, waiting = self._clock.monotonic(), 1, 0, [*checks]
        while waiting and unheard < PATIENCE and (passed := self._clock.monotonic() - began) < LONGEST:
            if passed >= said * A_WORD:
                self._told(f"{peer} still probes back, since {about(passed)}; Ctrl-C shows what is known by then")
                said += 1
            states = await asyncio.gather(*(self._state(peer, address, check) for check in waiting))
            heard = [state for state in states if state is not None]
            unheard = 0 if heard else unheard + 1
            for state in heard:
                self._note(peer, address, state)
            settled = {state.check for state in heard if state.settled}
            waiting = [check for check in waiting if check not in settled]
            if waiting:
                await self._clock.sleep(EVERY)

    async def _state(self, peer: str, address: str, check: int) -> PathState | None:
        done = await self._service.ask(peer, address, Kind.STATES, States(check).encode())
        try:
            return PathState.decode(done.answer.body) if done.answer else None
        except WireError:
            return None

    def _note(self, peer: str, address: str, state: PathState) -> None:
        sender = self._service.name_at(peer, address) or peer
        result = self._inbox.hear(sender, self._name, state, self._clock.time())
        if result is not None:
            self._record(result)
