"""How the unit is, from what `systemctl show` says of it."""

from collections.abc import Iterator, Mapping

from agent.ground.text import plain
from agent.hosting.manager import ServiceState, Status

PROPERTIES = (
    "LoadState",
    "ActiveState",
    "SubState",
    "StatusText",
    "Result",
    "ExecMainStatus",
    "MainPID",
    "NRestarts",
    "ActiveEnterTimestamp",
    "UnitFileState",
    "FragmentPath",
)
STATES = {
    "active": ServiceState.RUNNING,
    "reloading": ServiceState.RUNNING,
    "activating": ServiceState.STARTING,
    "deactivating": ServiceState.STOPPING,
    "failed": ServiceState.FAILED,
    "inactive": ServiceState.STOPPED,
}


def status_of(shown: Mapping[str, str]) -> Status:
    """`shown`: the properties, each of them there."""
    if shown["LoadState"] == "not-found":
        return Status(ServiceState.ABSENT)
    state = STATES.get(shown["ActiveState"], ServiceState.STOPPED)
    return Status(state, tuple(plain(line) for line in _details(shown)))


def _details(shown: Mapping[str, str]) -> Iterator[str]:
    if shown["StatusText"]:
        yield shown["StatusText"]
    if shown["LoadState"] not in {"loaded", ""}:
        yield f"the unit is {shown['LoadState']}"
    if shown["ActiveState"] == "active":
        yield f"process {shown['MainPID']}, since {shown['ActiveEnterTimestamp']}"
    if shown["Result"] not in {"success", ""}:
        yield f"it ended last by {shown['Result']} (exit {shown['ExecMainStatus']})"
    if shown["SubState"] == "auto-restart":
        yield "it is about to be started again"
    if shown["NRestarts"] not in {"0", ""}:
        yield f"started again by systemd: {shown['NRestarts']} times"
    if shown["UnitFileState"] != "enabled":
        yield f"it does not start with the system ({shown['UnitFileState'] or 'no unit file'})"
    yield shown["FragmentPath"] or "no unit file"
