"""One run as a textfile for node_exporter or windows_exporter: the families of /metrics, without an agent's own.

A sample has no time in it, as the exporters refuse that. That a file is old shows in
`ssoreach_path_last_run_timestamp_seconds`.
"""

import re

from agent import __version__
from agent.found.ledger import Ledger
from agent.ground.clock import SystemClock
from agent.metrics import Snapshot, expose
from agent.report.document import Run
from agent.site.setup import Setup

# What has a meaning only where somebody goes on probing.
LEFT_OUT = frozenset(
    {
        "ssoreach_path_unreachable_seconds_total",
        "ssoreach_attempts_skipped_total",
        "ssoreach_attempts_in_flight",
        "ssoreach_event_loop_lag_seconds",
        "ssoreach_config_last_reload_successful",
        "ssoreach_config_last_reload_success_timestamp_seconds",
    }
)
_FAMILY = re.compile(r"^(?=# HELP )", re.MULTILINE)


def expose_run(run: Run, setup: Setup) -> str:
    """The text format, without what only a running agent has."""
    ledger = Ledger([result.path for result in run.results], SystemClock())
    for result in run.results:
        ledger.record(result)
    snapshot = Snapshot(ledger.snapshot(), __version__, setup.config.sha256, run.started, 0.0, 0, {}, sso=run.sso)
    families = _FAMILY.split(expose(snapshot).decode())
    return "".join(each for each in families if each and each.split(maxsplit=3)[2] not in LEFT_OUT)
