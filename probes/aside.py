"""Work that may hang, in a daemon thread: it must hold up neither the loop nor the end of the process."""

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def aside(work: Callable[[], T], name: str) -> "asyncio.Future[T]":
    """What `work` comes to, in the end, in a thread of that name. RuntimeError when there can be no thread for it.

    Whoever stops waiting leaves the thread alone: nothing can end it. Wait in `asyncio.timeout`, and not by `wait_for`:
    that of Python 3.11 may swallow that the waiting task is to end.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[T] = loop.create_future()
    threading.Thread(target=_work, args=(work, loop, answer), daemon=True, name=name).start()
    return answer


def _work(work: Callable[[], T], loop: asyncio.AbstractEventLoop, answer: "asyncio.Future[T]") -> None:
    try:
        found = work()
        _hand_over(loop, answer, lambda: answer.set_result(found))
    except Exception as error:  # whoever waits is to hear of it
        problem = error
        _hand_over(loop, answer, lambda: answer.set_exception(problem))


def _hand_over(loop: asyncio.AbstractEventLoop, answer: "asyncio.Future[T]", give: Callable[[], None]) -> None:
    """From the thread to the loop; the loop may be gone, and whoever asked may have given up."""
    try:
        loop.call_soon_threadsafe(lambda: None if answer.done() else give())
    except RuntimeError:
        return
