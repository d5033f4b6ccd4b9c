"""How this installation is started: what a unit or a service names."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Program:
    """`executable` with `arguments` in front of the command's own is this installation. `folder` holds all of it."""

    executable: Path
    arguments: Sequence[str]
    folder: Path

    def command(self, *words: str) -> tuple[str, ...]:
        """The whole command line, a word each."""
        return (str(self.executable), *self.arguments, *words)


def this_installation() -> Program:
    """A bundle's own program, or the Python that runs this."""
    if getattr(sys, "frozen", False):
        executable = Path(sys.executable)
        return Program(executable, (), executable.parent)
    # -I: neither the current folder nor a variable of whoever starts it decides what is run.
    return Program(Path(sys.executable), ("-I", "-m", "agent.cli"), Path(sys.prefix))
