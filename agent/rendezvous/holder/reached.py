"""When a held port was last reached from another host: then this host's firewall admits what comes to this program."""

LASTS = 86_400.0  # seconds


class Reached:
    """By our own address."""

    def __init__(self) -> None:
        self._at: dict[str, float] = {}

    def go_on_from(self, before: "Reached") -> None:
        self._at.update(before._at)

    def note(self, local: str, now: float) -> None:
        self._at[local] = now

    def ago(self, local: str, now: float) -> int | None:
        """Seconds. None: not in the last day."""
        at = self._at.get(local)
        return int(now - at) if at is not None and now - at < LASTS else None
