"""One run as a textfile for node_exporter or windows_exporter: the same families as /metrics."""

from agent import __version__
from agent.clock import SystemClock
from agent.ledger import Ledger
from agent.metrics import Snapshot, expose
from agent.report.document import Run
from agent.setup import Setup


def expose_run(run: Run, setup: Setup) -> str:
    """The text format, without what only a running agent has."""
    ledger = Ledger([result.path for result in run.results], SystemClock())
    for result in run.results:
        ledger.record(result)
    snapshot = Snapshot(ledger.snapshot(), __version__, setup.config.sha256, run.started, 0.0, 0, {}, sso=run.sso)
    return expose(snapshot).decode()
