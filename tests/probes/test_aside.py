"""Work aside: its result and its fault arrive, and nobody has to wait for one that hangs."""

import asyncio
import subprocess
import sys
import threading

import pytest

from probes.aside import aside


async def test_what_it_comes_to_arrives() -> None:
    assert await asyncio.wait_for(aside(lambda: threading.current_thread().name, "apart"), 30) == "apart"


@pytest.mark.parametrize("error", [OSError(5, "Input/output error"), ZeroDivisionError(), KeyError("x")])
async def test_its_fault_arrives(error: Exception) -> None:
    def breaks() -> None:
        raise error

    with pytest.raises(type(error)):
        await asyncio.wait_for(aside(breaks, "apart"), 30)


async def test_whoever_stops_waiting_is_left_alone() -> None:
    done, goes_on = threading.Event(), threading.Event()

    def slow() -> None:
        assert goes_on.wait(30)
        done.set()

    answer = aside(slow, "apart")
    answer.cancel()
    goes_on.set()
    async with asyncio.timeout(30):
        while not done.is_set():  # noqa: ASYNC110 - it is in another thread
            await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert answer.cancelled()


HANGS = """
import asyncio, threading
from probes.aside import aside

async def main():
    aside(threading.Event().wait, "apart")
    await asyncio.sleep(0)

asyncio.run(main())
print("ended")
"""


def test_a_process_ends_though_its_work_hangs() -> None:
    done = subprocess.run([sys.executable, "-c", HANGS], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (0, "ended\n"), done.stderr
