"""What a skip costs: nothing on a developer's machine, the run where `CI` is set, as nobody reads reasons there.

And Ctrl-C for the programs under test, however this run was started, and no proxy on their way to one another.
"""

import os
import signal
import sys

import pytest
from hypothesis import settings

# What asks Windows itself; `make test-windows` runs it.
collect_ignore_glob = [] if sys.platform == "win32" else ["windows/*"]

# A shell without job control has what it starts in the background ignore SIGINT, and that is inherited.
signal.signal(signal.SIGINT, signal.default_int_handler)

# How long an example takes says how busy the machine is. The rest is hypothesis' own, where CI is set as elsewhere.
settings.register_profile("unhurried", settings.get_profile(settings.get_current_profile_name()), deadline=None)
settings.load_profile("unhurried")

# Proxies lead outside; whatever is asked here is on this machine.
for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
    del os.environ[name]


def _in_ci() -> bool:
    return os.environ.get("CI", "").lower() in {"1", "true"}


def _skips(config: pytest.Config) -> int:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return len(reporter.stats.get("skipped", ())) if reporter else 0


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if os.environ.get("LAB") == "0":
        for item in items:
            if item.get_closest_marker("lab"):
                item.add_marker(pytest.mark.skip(reason="LAB=0 leaves the lab out"))


def pytest_sessionfinish(session: pytest.Session) -> None:
    if _in_ci() and _skips(session.config) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if _in_ci() and (skips := _skips(config)):
        terminalreporter.write_line(f"CI is set and {skips} skipped: that is a failure", red=True)
