"""What peers tell an agent over the rendezvous, and what they ask of it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from agent.found.ledger import Ledger
from agent.ground.clock import Clock
from agent.ground.path import Check, Path
from agent.inbound.inbox import Inbox
from agent.inbound.numbers import CHECK_OF, CHECKS
from agent.inbound.told import state_of
from agent.judge.result import Result
from agent.rendezvous.orders import Place
from probes.wire.rendezvous.states import Accepted, PathState, Willing

LONGEST = 900.0  # seconds for which one request to be probed back is worth the hurry
PATIENCE = 15.0  # seconds that a person who asked to be probed back is waited for: his process asks again and again


class Hurried(Protocol):
    """What a desk needs of a peer's rounds: `agent.survey.survey`."""

    def hurry(self, until: float) -> None: ...

    @property
    def settled(self) -> bool: ...


class AgentDesk:
    """`paths`: our own, outbound ones. `peer_of`: the host of the file that an agent speaks for.

    `surveys`, by peer, and `meet_elsewhere` are set once they are there.
    """

    def __init__(
        self,
        inbox: Inbox,
        record: Callable[[Result], None],
        ledger: Ledger,
        paths: Sequence[Path],
        peer_of: Callable[[str], str | None],
        clock: Clock,
    ) -> None:
        self.surveys: dict[str, Hurried] = {}
        self.meet_elsewhere: Callable[[str, Place], Awaitable[None]] | None = None
        self._inbox = inbox
        self._record = record
        self._ledger = ledger
        self._paths = {(path.peer, path.check): path for path in paths}
        self._peer_of = peer_of
        self._clock = clock
        self._asked_at: dict[str, float] = {}  # peer → UTC, since when somebody waits
        self._meetings: set[asyncio.Future[None]] = set()

    def go_on_from(self, before: "AgentDesk") -> None:
        """In place of it: what was told stands, and whoever waits is not given an answer from before he asked."""
        self._inbox.go_on_from(before._inbox)
        self._asked_at.update(before._asked_at)

    def tell(self, sender: str, receiver: str, state: PathState) -> None:
        result = self._inbox.hear(sender, receiver, state, self._clock.time())
        if result is not None:
            self._record(result)

    def probe_back(self, sender: str, at: Place) -> Accepted:
        """The probes of our own plan, at our own pace, only sooner."""
        peer = self._peer_of(sender)
        checks = [check for check in Check if (peer, check) in self._paths]
        if peer is None or not checks:
            return Accepted(Willing.NOT_PLANNED)
        if self.meet_elsewhere is not None:
            meeting = asyncio.ensure_future(self.meet_elsewhere(peer, at))
            self._meetings.add(meeting)
            meeting.add_done_callback(self._meetings.discard)
        self._asked_at[peer] = self._clock.time()
        self._wait(peer)
        return Accepted(Willing.YES, tuple(CHECKS[check] for check in checks))

    def state(self, sender: str, check: int) -> PathState | None:
        peer, known = self._peer_of(sender), CHECK_OF.get(check)
        path = self._paths.get((peer, known)) if peer is not None and known is not None else None
        if peer is None or path is None:
            return None
        if self._clock.time() - self._asked_at.get(peer, -LONGEST) < LONGEST:
            self._wait(peer)
        result = self._ledger.newest(path)
        if result is None:
            return PathState(check, verdict=0, cause=0, evidence=0, age=None)
        return state_of(result, self._clock.time(), settled=self._is_settled(peer, path, result))

    def _is_settled(self, peer: str, path: Path, result: Result) -> bool:
        """It was found out since it was asked for, and of a range there is nothing more to find out."""
        fresh = result.started >= self._asked_at.get(peer, 0.0)
        return fresh and (path.check is not Check.RPC_RANGE or self.surveys[peer].settled)

    def _wait(self, peer: str) -> None:
        self.surveys[peer].hurry(self._clock.monotonic() + PATIENCE)
