"""When a held port was last reached from another host: then this host's firewall admits what comes to this program."""

from collections.abc import Collection

LASTS = 86_400.0  # seconds


class Reached:
    """`own`: the addresses of this host; set from outside, as they change."""

    def __init__(self) -> None:
        self.own: Collection[str] = frozenset()
        self._at: dict[str, float] = {}  # by our own address

    def note(self, local: str, remote: str, now: float) -> None:
        if remote != local and remote not in self.own:
            self._at[local] = now

    def ago(self, local: str, now: float) -> int | None:
        """Seconds. None: not in the last day."""
        at = self._at.get(local)
        return int(now - at) if at is not None and now - at < LASTS else None
