"""How many listeners a network namespace has, in a millisecond: psutil walks through every process for that."""

from pathlib import Path

LISTEN = "0A"


def held(process: int | str, first: int, last: int) -> int:
    """At ports from `first` to `last`, IPv4 only, in the namespace of a process."""
    lines = Path(f"/proc/{process}/net/tcp").read_text("ascii").splitlines()[1:]
    rows = [line.split()[1:4:2] for line in lines]
    return sum(state == LISTEN and first <= int(local.split(":")[1], 16) <= last for local, state in rows)
