"""The service control manager: what it knows of the service, and what it is asked to do. Raises pywintypes.error."""

import sys

if sys.platform == "win32":
    import time
    from collections.abc import Iterator
    from contextlib import contextmanager
    from dataclasses import dataclass
    from typing import TYPE_CHECKING

    import pywintypes
    import win32service
    import winerror

    from agent.hosting.windows.names import DESCRIPTION, DISPLAY, FORGOTTEN, RESTARTS, SERVICE

    if TYPE_CHECKING:
        from _win32typing import PySC_HANDLE

    OWN_PROCESS, AUTOMATIC = win32service.SERVICE_WIN32_OWN_PROCESS, win32service.SERVICE_AUTO_START
    EVERY = 0.2  # seconds between two looks

    @dataclass(frozen=True, slots=True)
    class Configured:
        """`line`: its command line."""

        line: str
        account: str

    @dataclass(frozen=True, slots=True)
    class Seen:
        """As SERVICE_STATUS_PROCESS has it. `hint`: milliseconds within which it will say something new."""

        state: int
        code: int
        specific: int
        checkpoint: int
        hint: int
        pid: int

    @contextmanager
    def service(access: int) -> "Iterator[PySC_HANDLE]":
        """Raises pywintypes.error, ERROR_SERVICE_DOES_NOT_EXIST where there is none."""
        with manager(win32service.SC_MANAGER_CONNECT) as scm:
            handle = win32service.OpenService(scm, SERVICE, access)
            try:
                yield handle
            finally:
                win32service.CloseServiceHandle(handle)

    @contextmanager
    def manager(access: int) -> "Iterator[PySC_HANDLE]":
        handle = win32service.OpenSCManager(None, None, access)
        try:
            yield handle
        finally:
            win32service.CloseServiceHandle(handle)

    def configured() -> Configured | None:
        """None: there is no such service."""
        try:
            with service(win32service.SERVICE_QUERY_CONFIG) as handle:
                found = win32service.QueryServiceConfig(handle)
        except pywintypes.error as error:
            if error.winerror == winerror.ERROR_SERVICE_DOES_NOT_EXIST:
                return None
            raise
        return Configured(found[3], found[7])

    def seen() -> Seen:
        """How it is now."""
        with service(win32service.SERVICE_QUERY_STATUS) as handle:
            return _seen(handle)

    def _seen(handle: "PySC_HANDLE") -> Seen:
        found: dict[str, int] = win32service.QueryServiceStatusEx(handle)  # type: ignore[assignment]
        return Seen(
            found["CurrentState"],
            found["Win32ExitCode"],
            found["ServiceSpecificExitCode"],
            found["CheckPoint"],
            found["WaitHint"],
            found["ProcessId"],
        )

    def create(line: str, account: str, password: str | None) -> None:
        """It starts with the system."""
        with manager(win32service.SC_MANAGER_CREATE_SERVICE) as scm:
            handle = win32service.CreateService(
                scm,
                SERVICE,
                DISPLAY,
                win32service.SERVICE_ALL_ACCESS,
                OWN_PROCESS,
                AUTOMATIC,
                win32service.SERVICE_ERROR_NORMAL,
                line,
                None,
                False,
                None,
                account,
                password,
            )
            win32service.CloseServiceHandle(handle)

    def change(line: str, account: str | None, password: str | None) -> None:
        """`account`: None leaves it as it is."""
        with service(win32service.SERVICE_CHANGE_CONFIG) as handle:
            win32service.ChangeServiceConfig(
                handle,
                OWN_PROCESS,
                AUTOMATIC,
                win32service.SERVICE_ERROR_NORMAL,
                line,
                None,
                False,
                None,
                account,
                password,
                DISPLAY,
            )

    def manners() -> list[str]:
        """All that has a call of its own; gives what Windows did not take, a line each."""
        restarts = [(win32service.SC_ACTION_RESTART, seconds * 1000) for seconds in RESTARTS]
        recovery = {"ResetPeriod": FORGOTTEN, "RebootMsg": "", "Command": "", "Actions": restarts}
        wanted = {
            "its description": (win32service.SERVICE_CONFIG_DESCRIPTION, DESCRIPTION),
            "its delayed start": (win32service.SERVICE_CONFIG_DELAYED_AUTO_START_INFO, True),
            "restarts after a failure": (win32service.SERVICE_CONFIG_FAILURE_ACTIONS, recovery),
            "restarts when it says that it failed": (win32service.SERVICE_CONFIG_FAILURE_ACTIONS_FLAG, True),
            "its own number in its token": (
                win32service.SERVICE_CONFIG_SERVICE_SID_INFO,
                win32service.SERVICE_SID_TYPE_UNRESTRICTED,
            ),
        }
        refused = []
        # To set a restart, one has to be allowed to start it.
        with service(win32service.SERVICE_CHANGE_CONFIG | win32service.SERVICE_START) as handle:
            for what, (level, value) in wanted.items():
                try:
                    win32service.ChangeServiceConfig2(handle, level, value)
                except pywintypes.error as error:
                    refused.append(f"Windows does not take {what}: {error.strerror}")
        return refused

    def start() -> None:
        """Only asked to; see `wait`."""
        with service(win32service.SERVICE_START) as handle:
            win32service.StartService(handle, None)

    def tell(control: int, access: int) -> None:
        """SERVICE_CONTROL_STOP and the like."""
        with service(access) as handle:
            win32service.ControlService(handle, control)

    def wait(leaving: int, patience: float) -> Seen:
        """Until it is in another state than `leaving`, or has said nothing new for longer than it promised."""
        since, before = time.monotonic(), -1
        with service(win32service.SERVICE_QUERY_STATUS) as handle:
            while True:
                now = _seen(handle)
                if now.checkpoint != before:
                    since, before = time.monotonic(), now.checkpoint
                if now.state != leaving or time.monotonic() - since > max(patience, now.hint / 1000):
                    return now
                time.sleep(EVERY)

    def delete() -> None:
        """It is gone when the last handle to it is closed."""
        with service(win32service.SERVICE_ALL_ACCESS) as handle:
            win32service.DeleteService(handle)
