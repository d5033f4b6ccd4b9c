"""A program for inside a namespace: looks at its TCP table all the time, and tells which listeners were there when.

Writes a line of JSON for each look at which the listeners differ from the look before: seconds, and a list of address
and port. Seconds are monotonic, the same for all processes of a machine. It says "ready" first, and ends when its input
does. It imports nothing of the lab. Linux only.
"""

import json
import select
import socket
import sys
import time
from pathlib import Path

BETWEEN = 0.003  # seconds
LISTEN = "0A"
TABLES = {socket.AF_INET: Path("/proc/self/net/tcp"), socket.AF_INET6: Path("/proc/self/net/tcp6")}


def listeners() -> list[tuple[str, int]]:
    found = []
    for family, table in TABLES.items():
        for row in table.read_text("ascii").splitlines()[1:]:
            _, local, _, state, *_ = row.split()
            if state == LISTEN:
                found.append(door(family, local))
    return sorted(found)


def door(family: int, written: str) -> tuple[str, int]:
    """Address and port, as the kernel writes them: words of 32 bits in the machine's order."""
    words, port = written.split(":")
    numbers = (int(words[at : at + 8], 16) for at in range(0, len(words), 8))
    return socket.inet_ntop(family, b"".join(number.to_bytes(4, sys.byteorder) for number in numbers)), int(port, 16)


def main() -> None:
    print("ready", flush=True)
    before: list[tuple[str, int]] | None = None
    while not select.select([sys.stdin], [], [], BETWEEN)[0]:
        if (now := listeners()) != before:
            print(json.dumps([time.monotonic(), now]), flush=True)
            before = now
    print(json.dumps([time.monotonic(), before]), flush=True)


if __name__ == "__main__":
    main()
