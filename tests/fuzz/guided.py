"""One target in a process of its own, led by the coverage of the code that it is about: `python -m tests.fuzz.guided`.

Needs atheris (`make fuzz` installs it), which ends the process itself.
"""

import importlib
import logging
import sys
from typing import Any


def main() -> None:
    """The name of a target, then what libFuzzer takes."""
    name, *options = sys.argv[1:]
    atheris: Any = importlib.import_module("atheris")
    logging.disable(logging.CRITICAL)  # the web server tells of each bad request
    with atheris.instrument_imports(include=["agent", "probes"], enable_loader_override=False):
        target = importlib.import_module("tests.fuzz.targets").TARGETS[name]
    target.seeds()  # what they import and build is not a part of any input
    atheris.Setup([sys.argv[0], *options], target.one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
