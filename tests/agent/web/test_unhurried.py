"""While a large text is made nobody looks for cycles, and afterwards somebody does again, whatever happened."""

import gc
import threading

import pytest

from agent.web.shared import Shared
from agent.web.unhurried import no_collection


def test_nobody_looks_for_cycles_inside_and_somebody_does_afterwards() -> None:
    assert gc.isenabled()
    with no_collection():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_a_fault_inside_changes_nothing_of_that() -> None:
    with pytest.raises(ZeroDivisionError), no_collection():
        assert 1 // 0
    assert gc.isenabled()


def test_of_several_threads_the_last_one_out_has_cycles_looked_for_again() -> None:
    inside, may_end = threading.Event(), threading.Event()

    def other() -> None:
        with no_collection():
            inside.set()
            may_end.wait(30)

    thread = threading.Thread(target=other)
    with no_collection():
        thread.start()
        assert inside.wait(30)
    assert not gc.isenabled()
    may_end.set()
    thread.join(30)
    assert gc.isenabled()


async def test_what_is_rendered_for_all_who_ask_is_rendered_so() -> None:
    seen: list[bool] = []

    def render(text: str) -> bytes:
        seen.append(gc.isenabled())
        return text.encode()

    assert await Shared(lambda: "text", render).get() == b"text"
    assert seen == [False]
