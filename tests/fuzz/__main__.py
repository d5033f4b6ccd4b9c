"""The long run: each target for some minutes, guided by coverage, one after the other. `make fuzz`, docs/fuzzing.md.

What it finds stays in `.fuzz/TARGET/found`; what reaches new code in `.fuzz/TARGET/corpus`, from which the next run
goes on.
"""

import argparse
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tests.fuzz.target import Target, found
from tests.fuzz.targets import TARGETS

FOLDER = Path(".fuzz")
SLOWEST = 60  # seconds for one input; more is a finding
MEMORY = 2048  # MiB
HEADINGS = ("target", "inputs", "a second", "counters", "of the seeds", "kept", "found")


@dataclass(frozen=True, slots=True)
class Ran:
    """`reached`: counters of the code that were met; `at_first`: by the seeds and what was kept, before any change."""

    inputs: int
    seconds: float
    reached: int
    at_first: int
    corpus: int
    findings: tuple[Path, ...]


def main() -> int:
    """1: something was found, or a target could not be run."""
    asked = _asked()
    print("{:16}{:>12}{:>10}{:>10}{:>14}{:>8}{:>7}".format(*HEADINGS))
    findings: list[Path] = []
    for name in asked.targets or TARGETS:
        ran = run(name, TARGETS[name], asked.minutes * 60)
        a_second = ran.inputs / max(ran.seconds, 1)
        row = f"{ran.reached:10}{ran.at_first:14}{ran.corpus:8}{len(ran.findings):7}"
        print(f"{name:16}{ran.inputs:12,}{a_second:10,.0f}{row}", flush=True)
        findings += ran.findings
    for path in findings:
        print(f"found: {path}; see the log beside its folder, and keep it in tests/fuzz/found")
    return 1 if findings else 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5.0, help="of each target (default 5)")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"all of them, or some of: {', '.join(TARGETS)}")
    asked = parser.parse_args()
    if unknown := [name for name in asked.targets if name not in TARGETS]:
        parser.error(f"there is no target {', '.join(unknown)}")
    return asked


def run(name: str, target: Target, seconds: float) -> Ran:
    """In a process of its own, which a finding ends."""
    folder = FOLDER / name
    corpus, seeds, findings = folder / "corpus", folder / "seeds", folder / "found"
    for each in (corpus, seeds, findings):
        each.mkdir(parents=True, exist_ok=True)
    _write_seeds(name, target, seeds)
    log, before = folder / "log", set(findings.iterdir())
    began = time.monotonic()
    with log.open("wb") as file:
        done = subprocess.run(
            _command(name, target, folder, seconds), stdout=file, stderr=subprocess.STDOUT, check=False
        )
    took, text = time.monotonic() - began, log.read_text("utf-8", "replace")
    reached = [int(number) for number in re.findall(r"\bcov: (\d+)", text)] or [0]
    executed = re.search(r"stat::number_of_executed_units: *(\d+)", text)
    inputs = int(executed[1]) if executed else max(map(int, re.findall(r"^#(\d+)", text, re.MULTILINE)), default=0)
    first = re.search(r"\bINITED cov: (\d+)", text)
    kept = sum(1 for _ in corpus.iterdir())
    new = tuple(sorted(set(findings.iterdir()) - before))
    if done.returncode and not new:
        raise SystemExit(f"{name}: {text.splitlines()[-1]} ({log})")
    return Ran(inputs, took, max(reached), int(first[1]) if first else reached[0], kept, new)


def _write_seeds(name: str, target: Target, folder: Path) -> None:
    kept = [path.read_bytes() for path in found(name)]
    for number, data in enumerate((*target.seeds(), *kept)):
        (folder / f"{number:03}").write_bytes(data)


def _command(name: str, target: Target, folder: Path, seconds: float) -> list[str]:
    words = folder / "words"
    words.write_text("".join(map(_entry, target.words)), encoding="ascii")
    return [
        *(sys.executable, "-m", "tests.fuzz.guided", name),
        f"-max_total_time={max(1, round(seconds))}",
        f"-max_len={target.longest}",
        f"-timeout={SLOWEST}",
        f"-rss_limit_mb={MEMORY}",
        f"-artifact_prefix={folder / 'found'}/",
        *([f"-dict={words}"] if target.words else []),
        *("-print_final_stats=1", "-reload=0", "-use_value_profile=1"),
        *(str(folder / "corpus"), str(folder / "seeds")),
    ]


def _entry(word: bytes) -> str:
    """As libFuzzer's dictionaries have it."""
    return '"' + "".join(f"\\x{byte:02x}" for byte in word) + '"\n'


if __name__ == "__main__":
    sys.exit(main())
