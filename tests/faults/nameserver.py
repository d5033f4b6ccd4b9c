"""The name service of the field: a small real DNS server (UDP, A records), which can be wrong, slow and gone.

As a program it takes a line of JSON on standard input, {"name": {"addresses": [...], "delay": 0, "code": 0}}, and knows
those names from then on. `code` is DNS's own: 0 an answer, 2 SERVFAIL, 3 no such name; -1: it says nothing at all.
"""

import heapq
import itertools
import json
import os
import select
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from ipaddress import IPv4Address
from pathlib import Path

from tests.lab.namespace import LabCommandError, Namespace

PORT = 53
NO_SUCH_NAME, SILENT = 3, -1
A, STDIN = 1, 0
FOUND, ASKED = 0x8580, 12  # the flags of an answer that has authority; octets of a header
ROOT = Path(__file__).parents[2]

Zone = dict[str, dict[str, object]]


class NameService:
    """A running one. Safe to be told by several threads at once."""

    def __init__(self, program: "subprocess.Popen[str]") -> None:
        self._program = program
        self._lock = threading.Lock()

    def say(self, name: str, addresses: Sequence[str], delay: float = 0.0, code: int = 0) -> None:
        """What is answered from now on for one name; `delay` in seconds."""
        assert self._program.stdin
        with self._lock:
            zone = {name: {"addresses": list(addresses), "delay": delay, "code": code}}
            self._program.stdin.write(json.dumps(zone) + "\n")
            self._program.stdin.flush()


@contextmanager
def naming_service(namespace: Namespace) -> Iterator[NameService]:
    """At every address of a namespace. LabCommandError when it does not start."""
    program = namespace.popen(sys.executable, "-m", "tests.faults.nameserver", stdin=subprocess.PIPE, cwd=ROOT)
    try:
        assert program.stdout
        if program.stdout.readline() != "ready\n":
            raise LabCommandError("the name server did not start")
        yield NameService(program)
    finally:
        program.kill()
        program.communicate()


def answer(query: bytes, zone: Zone) -> tuple[float, bytes] | None:
    """When (seconds from now) to say what; None: nothing, ever. ValueError, IndexError: that is no query."""
    number, _, questions = struct.unpack_from(">HHH", query)
    if questions != 1:
        raise ValueError("not one question")
    labels, place = [], ASKED
    while length := query[place]:
        labels.append(query[place + 1 : place + 1 + length].decode("ascii"))
        place += 1 + length
    kind, _ = struct.unpack_from(">HH", query, place + 1)
    known = zone.get(".".join(labels).lower(), {"addresses": [], "delay": 0.0, "code": NO_SUCH_NAME})
    if known["code"] == SILENT:
        return None
    found = [IPv4Address(each).packed for each in known["addresses"]] if kind == A and not known["code"] else []  # type: ignore[attr-defined]
    head = struct.pack(">HHHHHH", number, FOUND | int(str(known["code"])), 1, len(found), 0, 0)
    records = b"".join(struct.pack(">HHHIH", 0xC00C, A, 1, 0, 4) + each for each in found)
    return float(str(known["delay"])), head + query[ASKED : place + 5] + records


def serve(server: socket.socket) -> None:
    """Until standard input ends."""
    zone: Zone = {}
    count = itertools.count()
    due: list[tuple[float, int, bytes, tuple[str, int]]] = []
    text = b""
    while True:
        wait = max(0.0, due[0][0] - time.monotonic()) if due else None
        ready, _, _ = select.select([server.fileno(), STDIN], [], [], wait)
        if STDIN in ready:
            more = os.read(STDIN, 65536)
            if not more:
                return
            *lines, text = (text + more).split(b"\n")
            for line in lines:
                zone |= json.loads(line)
        if server.fileno() in ready:
            query, asker = server.recvfrom(2048)
            try:
                told = answer(query, zone)
            except (ValueError, IndexError, struct.error):
                told = None
            if told:
                heapq.heappush(due, (time.monotonic() + told[0], next(count), told[1], asker))
        while due and due[0][0] <= time.monotonic():
            _, _, said, asker = heapq.heappop(due)
            try:
                server.sendto(said, asker)
            except OSError:
                continue  # its link is down


def main() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("", PORT))
        print("ready", flush=True)
        serve(server)


if __name__ == "__main__":
    main()
