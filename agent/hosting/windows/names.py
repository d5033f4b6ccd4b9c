"""What Windows calls the service, and how long it may take."""

from pathlib import PureWindowsPath

SERVICE = "ssoreach"
DISPLAY = "SSO reachability agent (ssoreach)"
DESCRIPTION = (
    "Probes which network paths between BizTalk servers, their master secret server and the SSO database are open or "
    "shut, and serves what it finds to Prometheus and to people."
)
SOURCE = SERVICE  # in the event log
LOG_FILE = "agent.log"  # beside what the agent remembers, where the configuration names no file

RESTARTS = (5, 30, 60)  # seconds until the first, the second and every further restart after a failure
FORGOTTEN = 24 * 60 * 60  # seconds without a failure after which it is the first one again

LONGEST_START = 120.0  # seconds until it listens; a mapper or a name that hangs is waited for elsewhere
LONGEST_SILENCE = 60.0  # seconds in which the event loop may not turn
LONGEST_STOP = 8.0  # seconds from being told to stop
LONGEST_SHUTDOWN = 4.0  # Windows gives a service 5 when it shuts down (WaitToKillServiceTimeout)
PATIENCE = 30.0  # seconds that a command goes on waiting when the service says nothing new


def data_folder(program_data: str | None) -> PureWindowsPath:
    """Where configuration, key and state are by default; `program_data`: what the variable says."""
    return PureWindowsPath(program_data or r"C:\ProgramData", SERVICE)
