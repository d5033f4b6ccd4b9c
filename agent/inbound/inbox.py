"""Who told what of which of our names.

A machine may answer to several hosts of the file: two clusters, for instance. A peer that asks both under one check
tells of each, and the path comes to the worse of them, as long as both are told of.
"""

from collections.abc import Iterable

from agent.ground.path import Check, Path
from agent.inbound.heard import result_of
from agent.inbound.numbers import CHECK_OF
from agent.judge.fold import WORST
from agent.judge.result import Result
from agent.judge.verdict import Verdict
from probes.wire.rendezvous.states import PathState

HELD_UP = 900_000  # milliseconds; no cookie is good for longer


class Inbox:
    """`paths`: the inbound ones. `names`: that of this machine, then those of the hosts that it speaks for.

    `silent_after`: seconds for which what was told stands.
    """

    def __init__(self, paths: Iterable[Path], names: Iterable[str], silent_after: float) -> None:
        self._paths = {(path.peer.casefold(), path.check): path for path in paths}
        own, *hosts = dict.fromkeys(names)
        self._names = {own.casefold(): next(iter(hosts), own)}  # no peer probes a node by its name
        self._names |= {name.casefold(): name for name in hosts}
        self._silent_after = silent_after
        self._told: dict[tuple[str, Check], dict[str, Result]] = {}
        self._said: dict[tuple[str, Check, str], int] = {}  # when the newest of it was, by the peer's clock

    def hear(self, sender: str, receiver: str, state: PathState, now: float) -> Result | None:
        """The newest result of a path, by its peer's word; None: it told nothing of any. Names without case; UTC.

        The caller has made sure that `sender` is who it says it is, and that `receiver` is a name of ours.
        """
        check = CHECK_OF.get(state.check)
        here = self._names.get(receiver.casefold())
        path = self._paths.get((sender.casefold(), check)) if check and here else None
        if path is None or here is None:
            return None
        result = result_of(state, path, here, now)
        if result.verdict is Verdict.PENDING or self._is_overtaken(path, here, state.said):
            return None
        told = self._told.setdefault((path.peer, path.check), {})
        told[here] = result
        standing = [each for each in told.values() if now - each.started < self._silent_after]
        return min(standing or [result], key=lambda each: WORST.index(each.verdict))

    def go_on_from(self, before: "Inbox") -> None:
        """In place of it: of paths that lead where they did, to names that are ours still, what was told stands."""
        ours = {(path.peer, path.check): path for path in self._paths.values()}
        for key, told in before._told.items():
            kept = {
                here: each for here, each in told.items() if here in self._names.values() and each.path == ours.get(key)
            }
            if kept:
                self._told[key] = kept
                self._said.update({(*key, here): before._said[(*key, here)] for here in kept})

    def _is_overtaken(self, path: Path, here: str, said: int) -> bool:
        """Somebody on the way may have held it up. What is older than that can be is said by a clock that was set."""
        key = path.peer, path.check, here
        before = self._said.get(key, said)
        if before - HELD_UP < said < before:
            return True
        self._said[key] = said
        return False
