"""How many listeners a network namespace has, and descriptors a process: in a millisecond, as Linux tells it."""

from pathlib import Path

LISTEN = "0A"


def held(process: int | str, first: int, last: int) -> int:
    """At ports from `first` to `last`, IPv4 only, in the namespace of a process."""
    lines = Path(f"/proc/{process}/net/tcp").read_text("ascii").splitlines()[1:]
    rows = [line.split()[1:4:2] for line in lines]
    return sum(state == LISTEN and first <= int(local.split(":")[1], 16) <= last for local, state in rows)


def descriptors(process: int | str = "self") -> int:
    """That a process has open; of this one, without the one that it takes to look."""
    return len([*Path(f"/proc/{process}/fd").iterdir()]) - (process == "self")
