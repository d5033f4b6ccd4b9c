"""What the long runs kept, once more and without a guide: under `coverage run` it shows which lines they reach."""

import logging
import sys
from pathlib import Path

from tests.fuzz.target import found
from tests.fuzz.targets import TARGETS

FOLDER = Path(".fuzz")


def inputs(name: str) -> list[bytes]:
    """Seeds, findings that are kept, and what reached new code."""
    corpus = sorted((FOLDER / name / "corpus").glob("*"))
    return [*TARGETS[name].seeds(), *(path.read_bytes() for path in (*found(name), *corpus))]


def main() -> None:
    """The targets that are named, or all."""
    logging.disable(logging.CRITICAL)
    for name in sys.argv[1:] or TARGETS:
        again = inputs(name)
        for data in again:
            TARGETS[name].one(data)
        print(f"{name}: {len(again)}")


if __name__ == "__main__":
    main()
