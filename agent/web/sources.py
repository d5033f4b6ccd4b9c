"""What is served comes from here, and from nowhere else. Each is called in the event loop, and answers at once."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from agent.dynamic.chart import Chart
from agent.found.entry import Known
from agent.metrics import Snapshot
from agent.report.document import Run
from agent.site.setup import Setup


@dataclass(frozen=True, slots=True)
class Sources:
    """`setup`: the configuration in force. `charts`: of the dynamic range of a peer, by its name in the file.

    `reload` reads the configuration anew: what is wrong with it, a line each; nothing when it is in force now.
    """

    metrics: Callable[[], Snapshot]
    run: Callable[[], Run]
    ready: Callable[[], bool]
    setup: Callable[[], Setup]
    known: Callable[[], Sequence[Known]]
    charts: Callable[[str], Sequence[Chart]]
    reload: Callable[[], Awaitable[Sequence[str]]]
