"""What `probe service` does with systemd units."""

import subprocess
from collections.abc import Sequence

from agent.hosting.manager import RefusedError, Standing, Status, Wish
from agent.text import plain


class SystemdManager:
    """A `Manager`."""

    def install(self, wish: Wish) -> Sequence[str]:
        """See `Manager`."""
        raise RefusedError("not there yet")

    def uninstall(self, *, purge: bool) -> Sequence[str]:
        """See `Manager`."""
        raise RefusedError("not there yet")

    def start(self) -> Sequence[str]:
        """See `Manager`."""
        raise RefusedError("not there yet")

    def stop(self) -> Sequence[str]:
        """See `Manager`."""
        raise RefusedError("not there yet")

    def reload(self) -> Sequence[str]:
        """See `Manager`."""
        try:
            done = subprocess.run(
                ("systemctl", "reload", "ssoreach"),  # noqa: S607 - found as an administrator finds it
                capture_output=True,
                text=True,
                check=False,
            )
        except OSError as error:
            raise RefusedError(f"systemctl cannot be run: {error.strerror}") from None
        if done.returncode:
            raise RefusedError(plain(done.stderr.strip()))
        return ("asked to read its configuration anew; its log says what came of it",)

    def status(self) -> Status:
        """See `Manager`."""
        return Status(Standing.ABSENT)
