"""`make mutants`: which small changes of the code does no test notice?

Nothing on disk is changed. Each change is made in a forked child, to the one module, as it is imported; the child then
runs the test files that execute the changed line, until one test fails. A child that takes too long has noticed, too.
"""

import argparse
import ast
import importlib
import os
import random
import resource
import select
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import Any, NamedTuple

import coverage
import hypothesis
import pytest

from tests.mutation.changes import Change, changes
from tests.mutation.members import members, parsed

assert sys.platform == "linux"  # what forks, and watches a process without a race

ROOT = Path(__file__).parents[2]
ROOMS = {"agent/judge": "tests/agent/judge", "probes/wire": "tests/probes/wire"}
OPTIONS = ("-x", "-q", "--assert=plain", "--hypothesis-seed=0", "-p", "no:cacheprovider", "-o", "timeout=60")
PLUGINS = ("pytest_asyncio.plugin", "pytest_timeout", "_hypothesis_pytestplugin")
READY = (*PLUGINS, "hypothesis.strategies")  # imported once, for all children
EXAMPLES = 25  # of a property
MEMORY = 2 << 30  # bytes; a change can make a loop endless
FAILED = int(pytest.ExitCode.TESTS_FAILED)


class TestFile(NamedTuple):
    """`executes`: the lines of each file of the room."""

    path: Path
    seconds: float
    executes: dict[str, frozenset[int]]


def main() -> int:
    arguments = _arguments()
    for name in READY:
        importlib.import_module(name)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    # No shrinking: that a test fails is enough. The same examples each time, fewer, whatever the time they take.
    phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
    hypothesis.settings.register_profile(
        "mutants", database=None, deadline=None, derandomize=True, phases=phases, max_examples=EXAMPLES
    )
    hypothesis.settings.load_profile("mutants")
    survived = 0
    for room, tests in ROOMS.items():
        if wanted := [*_wanted(room, arguments.only)]:
            survived += _room(room, wanted, sorted((ROOT / tests).rglob("test_*.py")), arguments)
    return 1 if survived else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument("--only", nargs="+", default=[""], metavar="PART", help="of `agent/judge/held.py:61:`")
    parser.add_argument("--sample", type=int, help="so many changes of each room in place of all")
    parser.add_argument("--seed", type=int, default=random.randrange(1000), help="of the sample")
    return parser.parse_args()


def _wanted(room: str, parts: Iterable[str]) -> Iterator[tuple[Path, Change]]:
    for path in sorted((ROOT / room).rglob("*.py")):
        for change in changes(parsed(path), members(ROOT, path)):
            if any(part in f"{path.relative_to(ROOT)}:{change.line}:" for part in parts):
                yield path, change


def _room(
    room: str, wanted: Sequence[tuple[Path, Change]], tests: Iterable[Path], arguments: argparse.Namespace
) -> int:
    files = [_measured(path, room) for path in tests]
    size = min(len(wanted), len(wanted) if arguments.sample is None else arguments.sample)
    chosen = [wanted[place] for place in sorted(random.Random(arguments.seed).sample(range(len(wanted)), size))]
    print(f"{room}: {len(chosen):,} of {len(wanted):,} changes, seed {arguments.seed}", flush=True)
    made, survived = Counter[Path](), Counter[Path]()
    for path, change in chosen:
        made[path] += 1
        if not _noticed(path, change, files):
            survived[path] += 1
            print(f"{path.relative_to(ROOT)}:{change.line}: {change.what}", flush=True)
    for path in made:
        print(f"| {path.relative_to(ROOT)} | {made[path]} | {survived[path]} |", flush=True)
    return survived.total()


def _measured(path: Path, room: str) -> TestFile:
    """One test file as it is; RuntimeError if it fails without any change."""
    reading, writing = os.pipe()

    def run() -> int:
        measured = coverage.Coverage(data_file=None, config_file=False, include=[f"{ROOT / room}/*"])
        measured.start()
        code = int(pytest.main([*OPTIONS, *_plugins(), str(path)]))
        measured.stop()
        data = measured.get_data()
        told = {name: sorted(data.lines(name) or ()) for name in data.measured_files()}
        with os.fdopen(writing, "w") as pipe:
            pipe.write(repr(told))
        return code

    began = time.monotonic()
    child = _forked(run)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        told: dict[str, list[int]] = ast.literal_eval(pipe.read() or "{}")
    if _ended(child, 600):
        raise RuntimeError(f"{path} fails as it is")
    executes = {name: frozenset(lines) for name, lines in told.items()}
    return TestFile(path, time.monotonic() - began, executes)


def _noticed(path: Path, change: Change, files: Iterable[TestFile]) -> bool:
    """The test file of the same name first, as it is likeliest to; then the quick ones."""
    able = [each for each in files if change.lines & each.executes.get(str(path), frozenset())]
    able.sort(key=lambda each: (path.stem not in each.path.stem, each.seconds))

    def run(some: Iterable[TestFile]) -> int:
        change.make()
        _import_changed(path)
        return int(pytest.main([*OPTIONS, *_plugins(), *(str(each.path) for each in some)]))

    parts = [part for part in (able[:1], able[1:]) if part]
    return any(_ended(_forked(partial(run, part)), 60 + 5 * sum(each.seconds for each in part)) for part in parts)


def _plugins() -> Iterator[str]:
    for name in PLUGINS:
        yield from ("-p", name)


def _import_changed(path: Path) -> None:
    code = compile(ast.fix_missing_locations(parsed(path)), str(path), "exec")
    original = SourceFileLoader.get_code

    def get_code(self: Any, name: str) -> Any:
        return code if self.path == str(path) else original(self, name)

    setattr(SourceFileLoader, "get_code", get_code)  # noqa: B010 - whatever is imported from now on


def _forked(run: Callable[[], int]) -> int:
    """The process id of a child that runs, silently, and ends with what that returns."""
    sys.stdout.flush()
    child = os.fork()
    if child:
        return child
    code = FAILED
    try:
        nowhere = os.open(os.devnull, os.O_RDWR)
        for descriptor in range(3):
            os.dup2(nowhere, descriptor)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        code = run()
    finally:
        os._exit(code)


def _ended(child: int, limit: float) -> int:
    """Its exit code; that of a failure if it took longer than `limit` seconds."""
    watched = os.pidfd_open(child)
    if not select.select([watched], [], [], limit)[0]:
        os.kill(child, signal.SIGKILL)
    os.close(watched)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main())
