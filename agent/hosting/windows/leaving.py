"""How the service stops, and goes. Raises RefusedError and pywintypes.error."""

import sys

if sys.platform == "win32":
    import shutil
    import stat
    import time
    from pathlib import Path

    import pywintypes
    import win32service
    import winerror

    from agent.hosting.manager import RefusedError
    from agent.hosting.windows import control
    from agent.hosting.windows.access import CHANGES, strangers
    from agent.hosting.windows.accounts import service_sid
    from agent.hosting.windows.lists import access_of, name_of, own_sid
    from agent.hosting.windows.names import PATIENCE, SERVICE
    from agent.hosting.windows.places import within

    def stopped() -> list[str]:
        """Nothing to tell where it did not run."""
        if control.seen().state == win32service.SERVICE_STOPPED:
            return []
        control.wait(win32service.SERVICE_START_PENDING, PATIENCE)
        try:
            control.tell(win32service.SERVICE_CONTROL_STOP, win32service.SERVICE_STOP)
        except pywintypes.error as error:
            if error.winerror != winerror.ERROR_SERVICE_NOT_ACTIVE:
                raise
        control.wait(win32service.SERVICE_RUNNING, PATIENCE)
        now = control.wait(win32service.SERVICE_STOP_PENDING, PATIENCE)
        if now.state != win32service.SERVICE_STOPPED:
            raise RefusedError(f"it did not stop; end its process: taskkill /F /PID {now.pid}")
        return ["it has stopped"]

    def deleted() -> list[str]:
        """Windows only marks it, where somebody still looks at it."""
        control.delete()
        deadline = time.monotonic() + PATIENCE / 3
        while control.configured() is not None:
            if time.monotonic() > deadline:
                return [f"the service {SERVICE} goes as soon as nobody looks at it: close the Services window"]
            time.sleep(control.EVERY)
        return [f"removed the service {SERVICE}"]

    def purged(folder: Path) -> list[str]:
        """Of a link nothing: what it leads to is not ours. And nothing where others could lay one meanwhile."""
        if not folder.exists():
            return []
        try:
            others = strangers(access_of(folder), CHANGES, {own_sid(), service_sid()})
        except OSError as error:
            raise RefusedError(f"{folder}: {error.strerror or error}") from None
        if others:
            names = ", ".join(map(name_of, others))
            raise RefusedError(
                f"{folder}: can be changed by {names}, so it stays; look at what is in it, and remove it"
            )
        try:
            for path in within(folder):
                path.chmod(stat.S_IWRITE)  # Windows deletes nothing that is marked read-only
            shutil.rmtree(folder)
        except OSError as error:
            raise RefusedError(f"{error.filename or folder}: cannot be removed: {error.strerror or error}") from None
        return [f"removed {folder} with all that was in it"]
