"""Whether a name could not be asked for by a fault of this machine, or was asked for and not found."""

import asyncio
import errno
import socket
import subprocess
import sys
import threading
import time
from typing import Any

import pytest

from probes.resolve import Resolver


@pytest.mark.parametrize(
    ("error", "ours"),
    [
        (OSError(errno.EMFILE, "Too many open files"), True),
        (OSError(errno.ENFILE, "Too many open files in system"), True),
        (OSError(errno.ENOMEM, "Cannot allocate memory"), True),
        (socket.gaierror(socket.EAI_MEMORY, "Memory allocation failure"), True),
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), False),
        (socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution"), False),
        (TimeoutError(errno.ETIMEDOUT, "it took too long"), False),
        (PermissionError(errno.EACCES, "Permission denied"), False),
        (ValueError("embedded null character"), False),
    ],
)
async def test_only_what_this_machine_lacks_is_ours(error: Exception, ours: bool) -> None:
    def lookup(*_: object, **__: object) -> list[tuple[object, object, object, str, tuple[object, ...]]]:
        raise error

    found = await Resolver(lookup).resolve("host.test", 10.0)
    assert (found.addresses, found.ours) == ((), ours)


# A resolver that has not been asked before and finds no descriptor says that there is no such name.
EXHAUSTED = """
import asyncio, os, resource
from probes.resolve import Resolver

async def main():
    "loaded before".encode("idna")
    with open(os.devnull) as newest:
        lowest = newest.fileno()
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    found = await Resolver().resolve("host.invalid", 30.0)
    print(found.ours, found.detail)

asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="sockets are no descriptors there")
def test_no_such_name_from_who_has_no_descriptor_to_ask_with_is_none() -> None:
    done = subprocess.run([sys.executable, "-c", EXHAUSTED], capture_output=True, text=True, timeout=60)
    assert done.stdout == "True the name service: Too many open files\n", done.stderr


class Blocked:
    """A lookup that waits until the event loop is blocked, which it is for longer than anybody waits for the answer."""

    def __init__(self) -> None:
        self._began, self._answer = threading.Event(), threading.Event()

    def lookup(self, *_: Any, **__: Any) -> list[tuple[Any, Any, Any, str, tuple[Any, ...]]]:
        self._thread = threading.current_thread()
        self._began.set()
        assert self._answer.wait(30.0)
        return [(socket.AF_INET, socket.SOCK_STREAM, 0, "", ("192.0.2.1", 0))]

    async def block(self, *, answered: bool) -> None:
        await asyncio.sleep(0)
        assert self._began.wait(30.0)
        if answered:
            self._answer.set()
            self._thread.join(30.0)
        time.sleep(0.3)  # noqa: ASYNC251

    def over(self) -> None:
        self._answer.set()


async def test_an_answer_that_came_while_the_loop_was_blocked_counts() -> None:
    blocked = Blocked()
    found, _ = await asyncio.gather(Resolver(blocked.lookup).resolve("host.test", 0.1), blocked.block(answered=True))
    assert (found.addresses, found.ours) == (("192.0.2.1",), False)


async def test_no_answer_in_the_time_that_this_agent_did_not_run_is_a_fault_of_ours() -> None:
    blocked = Blocked()
    found, _ = await asyncio.gather(Resolver(blocked.lookup).resolve("host.test", 0.1), blocked.block(answered=False))
    blocked.over()
    assert (found.addresses, found.ours) == ((), True)
    assert "this agent did not run for" in found.detail
