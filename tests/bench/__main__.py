"""`make bench`: every figure beside its peer, in one run, printed and written to docs/benchmarks.md.

A part that fails is named in the document, and costs none of the others their figures. `make bench ARGS="memory cost"`
measures these parts only, and writes nothing.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import FrameType

from tests.bench.commands import commands
from tests.bench.cost import cost
from tests.bench.crowd import crowd
from tests.bench.figures import Line
from tests.bench.held import held
from tests.bench.memory import memory
from tests.bench.page import document
from tests.bench.ranges import closed_ranges
from tests.bench.surroundings import needed, surroundings
from tests.bench.sweeps import half_dropped

ROOT = Path(__file__).parents[2]
NMAP, COMPILER, EXPORTER = "nmap", "cc", "prometheus-blackbox-exporter"

PATIENCE = 4  # times as long as on an idle machine, then a part is given up

# What all of the program that is measured comes from.
ALL = ("agent.cli.commands", "agent.cli.foreground", "agent.cli.output", "agent.web.page.render")

Part = Callable[[Path], Iterator[Line]]
# Each with the programs that it needs, and about how long it takes on an idle machine, in seconds.
PARTS: dict[str, tuple[Part, tuple[str, ...], int]] = {
    "commands": (commands, (), 10),
    "cost": (cost, (EXPORTER,), 10),
    "memory": (memory, (EXPORTER,), 60),
    "crowd": (crowd, (EXPORTER,), 125),
    "closed": (closed_ranges, (COMPILER, NMAP), 30),
    "dropped": (half_dropped, (NMAP,), 100),
    "held": (held, (NMAP,), 75),
}


def measured(name: str, folder: Path) -> tuple[list[Line], str | None]:
    """The lines of one part, as far as it came, and what went wrong."""
    part, programs, about = PARTS[name]
    say(f"{name}, about {about} s")
    if sys.platform == "win32":
        raise OSError("the bench is Linux' own")
    began, lines = time.monotonic(), list[Line]()
    signal.alarm(PATIENCE * about)
    try:
        needed(*programs)
        for line in part(folder):
            say(" | ".join(line.cells()))
            lines.append(line)
    except Exception as error:
        traceback.print_exc()
        text = " ".join(str(error).split())[:300]
        return lines, f"{name}: {type(error).__name__}: {text}"
    finally:
        signal.alarm(0)
    say(f"{name} took {time.monotonic() - began:.0f} s")
    return lines, None


def _too_long(_number: int, _frame: FrameType | None) -> None:
    raise TimeoutError("it took too long")


def _ended(_number: int, _frame: FrameType | None) -> None:
    """In order: whatever was started is ended, too."""
    sys.exit(143)


def say(text: str) -> None:
    print(f"bench: {text}", file=sys.stderr, flush=True)


def as_installed(folder: Path) -> None:
    """An installed program has its bytecode beside it; that of this tree is made now: to make it takes time and memory.

    And no setting of whoever runs this changes what is measured.
    """
    for name in [name for name in os.environ if name.startswith("PYTHON")]:
        del os.environ[name]
    os.environ["PYTHONPYCACHEPREFIX"] = str(folder / "bytecode")
    subprocess.run([sys.executable, "-c", f"import {', '.join(ALL)}"], check=True, cwd=ROOT)


def main(wanted: Sequence[str]) -> None:
    if sys.platform == "win32":
        raise OSError("the bench is Linux' own")
    signal.signal(signal.SIGALRM, _too_long)
    signal.signal(signal.SIGTERM, _ended)
    unknown = [name for name in wanted if name not in PARTS]
    if unknown:
        raise SystemExit(f"there is no part {', '.join(unknown)}; there are: {', '.join(PARTS)}")
    where, rows, failed = surroundings(), list[Line](), list[str]()
    with tempfile.TemporaryDirectory(prefix="bench-") as temporary:
        as_installed(Path(temporary))
        for name in wanted or PARTS:
            folder = Path(temporary) / name
            folder.mkdir()
            lines, problem = measured(name, folder)
            rows += lines
            failed += [problem] if problem else []
    text = document(where, rows, failed)
    print(text)
    if not wanted:
        (ROOT / "docs" / "benchmarks.md").write_text(text, encoding="utf-8")
    short = [row.work for row in rows if not row.reached]
    if short or failed:
        raise SystemExit("\n".join([*(f"not reached: {each}" for each in short), *failed]))


if __name__ == "__main__":
    main(sys.argv[1:])
