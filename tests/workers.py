"""For `make test`, where several processes share the tests: which go first, and which have the machine for themselves.

A test that is marked `quiet` measures what a busy machine takes away: it waits until no other test of this checkout
runs, and none begins before it has ended. All the others run beside one another.
"""

import sys
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# Two files that are there anyway: whoever holds the first is next, and the second is held for as long as a test runs.
NEXT, RUNNING = ROOT / "pyproject.toml", Path(__file__)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Beside the random order within each of three parts, and whole files only.

    The lab's tests wait more than they work, and some files of them take minutes, so they go first. What is quick then
    fills what is left of each process' time, and what has to be alone comes when there is nothing else to wait for.
    """
    alone = {item.path for item in items if _is_quiet(item)}
    items.sort(key=lambda item: 2 if item.path in alone else item.get_closest_marker("lab") is None)


def _is_quiet(item: pytest.Item) -> bool:
    return item.get_closest_marker("quiet") is not None


if sys.platform != "win32":
    import fcntl

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
        """Outermost, so that no time limit of the test's counts what it waits here."""
        with _turn(alone=_is_quiet(item)):
            return (yield)

    @contextmanager
    def _turn(*, alone: bool) -> Iterator[None]:
        with ExitStack() as here:
            with _locked(NEXT, fcntl.LOCK_EX):
                here.enter_context(_locked(RUNNING, fcntl.LOCK_EX if alone else fcntl.LOCK_SH))
            yield

    @contextmanager
    def _locked(path: Path, how: int) -> Iterator[None]:
        """To the end of the block or of this process, however it ends, and whatever a test has forked."""
        with path.open("rb") as file:
            fcntl.flock(file, how)
            try:
                yield
            finally:
                fcntl.flock(file, fcntl.LOCK_UN)
