"""Whatever happens, in whatever order: what is said of the secret is true of the service."""

from hypothesis import given, settings
from hypothesis import strategies as st

from agent.sso.seen import Condition
from agent.sso.state import SsoState
from agent.sso.ways import Way

from .world import INTERVAL, SPANS, TOOK, World

# What is shorter than that can happen between two rounds, or while the agent is away and nobody looks: see `Spans`.
SHORTEST = 130
LONG = st.integers(SHORTEST, 900)
ANY = st.integers(1, 900)

EVENT = st.one_of(
    st.tuples(st.just("turn"), LONG),
    st.tuples(st.just("unsure"), ANY),
    st.tuples(st.just("restart"), ANY),
    st.tuples(st.just("stop"), ANY),
    st.tuples(st.just("bar"), ANY),
    st.tuples(st.just("away"), ANY),
    st.tuples(st.just("step"), st.integers(-86_400, 86_400)),
    st.tuples(st.just("reboot"), ANY),
)


class Told(World):
    """The way turns at the earliest when it has been as it is for SHORTEST seconds."""

    def __init__(self) -> None:
        super().__init__()
        self._turned = self.now
        self._number = 0

    def happens(self, event: str, seconds: int) -> None:
        getattr(self, f"_{event}")(seconds)
        self.check()

    def check(self) -> None:
        """No `on-cache` of a service without the secret, no `cache-lost` of one that has it.

        A way that has opened since it was asked last is not known of yet.
        """
        self.look()
        assert self.standing is not None
        state, contact = self.standing.state, self.memory.contact
        if state is SsoState.CACHE_LOST:
            assert not self.has_secret or (self.way is Way.OPEN and self.now - self._turned <= SPANS.brief)
        if state is SsoState.ON_CACHE and contact is not None and contact.held >= INTERVAL:
            assert self.has_secret
        if state in (SsoState.ON_CACHE, SsoState.CACHE_LOST, SsoState.NORMAL):
            assert self.service is not None

    def _fresh(self) -> str:
        self._number += 1
        return f"process {self._number}"

    def _turn(self, seconds: int) -> None:
        self.passes(max(0, SHORTEST - (self.now - self._turned)))
        self.turns(Way.OPEN if self.way is Way.SHUT else Way.SHUT)
        self._turned = self.now
        self._watched_for(seconds)

    def _unsure(self, seconds: int) -> None:
        """The agent cannot ask; the service can, if there is a way."""
        self.asks = False
        self._watched_for(seconds)
        self.asks = True

    def _restart(self, seconds: int) -> None:
        self.runs(self._fresh())
        self._watched_for(seconds)

    def _stop(self, seconds: int) -> None:
        self.runs(None)
        self._watched_for(seconds)

    def _bar(self, seconds: int) -> None:
        self.seen_as(Condition.FORBIDDEN)
        self._watched_for(seconds)
        self.seen_as(None)

    def _away(self, seconds: int) -> None:
        self.agent_ends().passes(seconds).agent_starts()
        self._watched_for(30)

    def _step(self, seconds: int) -> None:
        self.clock_steps(seconds)

    def _reboot(self, seconds: int) -> None:
        self.agent_ends().reboots(self._fresh(), seconds).agent_starts()
        self._turned = self.now
        self._watched_for(30)

    def _watched_for(self, seconds: int) -> None:
        for _ in range(seconds // 5):
            self.passes(5)
            self.check()


@settings(max_examples=150, deadline=None)
@given(st.lists(EVENT, min_size=3, max_size=25))
def test_what_is_said_of_the_secret_is_true(events: list[tuple[str, int]]) -> None:
    world = Told()
    world.passes(2 * INTERVAL + TOOK)
    for event, seconds in events:
        world.happens(event, seconds)
