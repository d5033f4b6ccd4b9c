"""Where a peer is: its names resolved anew in every round, and the old addresses of one that does not resolve now."""

from collections.abc import Callable, Coroutine, Iterable, Sequence
from typing import Any

from agent.found.finding import Finding, stale_addresses
from agent.ground.path import Check, Path
from agent.survey.memory import Memory
from agent.survey.together import all_of
from agent.survey.view import View
from probes.outcome import Resolved

Resolve = Callable[[str, float], Coroutine[Any, Any, Resolved]]


class Whereabouts:
    """The addresses of one peer. `paths` all lead to it; `timeout` in seconds, for each name."""

    def __init__(self, paths: Sequence[Path], timeout: float, resolve: Resolve, memory: Memory) -> None:
        self._names = list(dict.fromkeys(name for path in paths for name in path.addresses))
        self._range_size = sum(len(path.ports) for path in paths if path.check is Check.RPC_RANGE)
        self._source, self._peer = paths[0].source, paths[0].peer
        self._timeout = timeout
        self._resolve = resolve
        self._memory = memory
        self.stale: tuple[Finding, ...] = ()
        """Names that did not resolve this time, and are taken for what they were."""

    async def views(self) -> list[View]:
        """One view for each address."""
        resolved = await all_of([self._resolve(name, self._timeout) for name in self._names])
        self.stale = tuple(
            stale_addresses(self._peer, answer, self._memory.addresses[answer.name])
            for answer in resolved
            if not answer.addresses and not answer.ours and answer.name in self._memory.addresses
        )
        views = _each_once(view for answer in resolved for view in self._views_of(answer))
        if all(view.address is not None for view in views):  # otherwise what its name came to before may still hold
            self._memory.keep({str(view.address) for view in views})
        return views

    def _views_of(self, answer: Resolved) -> list[View]:
        if answer.addresses:
            self._memory.addresses[answer.name] = answer.addresses
        known = self._memory.addresses.get(answer.name)
        found = (self._source, self._peer, answer.name)
        if not known:
            return [View(*found, None, self._range_size, answer.detail, answer.seconds, answer.ours)]
        return [View(*found, address, self._range_size, "", answer.seconds) for address in known]


def _each_once(views: Iterable[View]) -> list[View]:
    """One view for each address, however many names lead there."""
    return list({view.address or view.name: view for view in reversed([*views])}.values())[::-1]
