"""What was found out about the ports of a range, in one way to judge them, and when all of them had been asked."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from math import inf

from agent.dynamic.portmap import PortMap, unit_for
from agent.dynamic.search import Search
from agent.dynamic.stored import restore, store
from agent.ground.ports import PortSet
from agent.judge.silence import Loss

LATEST = 1e11  # UTC; the year 5138


@dataclass(slots=True)
class Charted:
    """`window`: seconds after which a tested port counts as untested again. The others are UTC."""

    search: Search
    window: float
    pass_began: float
    last_full_pass: float | None = None
    _swept_at: float = -inf  # when what is too old was forgotten

    @classmethod
    def new(cls, ports: PortSet, loss: Loss, window: float, now: float) -> "Charted":
        return cls(Search(PortMap(ports, unit_for(window)), loss), window, now)

    @property
    def is_empty(self) -> bool:
        return not any(self.search.map.states)

    def count_round(self, now: float, but: Collection[int] = ()) -> None:
        """A round is over. `but`: ports that are never asked."""
        oldest = self.search.map.oldest(but)
        if oldest is not None and oldest + self.search.map.unit > self.pass_began:
            self.last_full_pass, self.pass_began = now, now
        self.forget_old(now)

    def forget_old(self, now: float) -> None:
        """What is older than the window; looked at as often as stamps can tell."""
        if abs(now - self._swept_at) >= self.search.map.unit:
            self._swept_at = now
            self.search.forget_before(now - self.window, now)

    def state(self) -> dict[str, object]:
        """For a file."""
        return {
            "map": store(self.search.map),
            "credible": self.search.credible,
            "pass_began": self.pass_began,
            "last_full_pass": self.last_full_pass,
        }

    def restore(self, state: Mapping[str, object], now: float) -> None:
        """From a file. Raises ValueError when it is not understood."""
        stored, credible = state.get("map"), state.get("credible")
        if not isinstance(stored, dict) or not isinstance(credible, bool):
            raise ValueError("not what is known of a range")
        began, full = (time(state.get(key)) for key in ("pass_began", "last_full_pass"))
        restore(self.search.map, stored, since=now - self.window, now=now)
        self.search.credible = credible  # as it was when this was seen: nothing of it is void
        self.pass_began = now if began is None else min(began, now)
        self.last_full_pass = None if full is None or full > now else full


def time(written: object) -> float | None:
    """UTC, or none. Raises ValueError."""
    if written is None:
        return None
    if isinstance(written, bool) or not isinstance(written, int | float) or not 0 <= written <= LATEST:
        raise ValueError("a time that is none")
    return float(written)
