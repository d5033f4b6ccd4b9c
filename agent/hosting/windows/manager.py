"""What `probe service` does with Windows services."""

from collections.abc import Sequence

from agent.hosting.manager import RefusedError, Standing, Status, Wish


class WindowsManager:
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
        raise RefusedError("not there yet")

    def status(self) -> Status:
        """See `Manager`."""
        return Status(Standing.ABSENT)
