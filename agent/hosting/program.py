"""How this installation is started: what a unit or a service names."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import agent


@dataclass(frozen=True, slots=True)
class Program:
    """`executable` with `arguments` in front of the command's own is this installation. `folder` holds all of it.

    But for `package`, the folder of our code, which is elsewhere in an editable installation.
    """

    executable: Path
    arguments: Sequence[str]
    folder: Path
    package: Path | None = None

    def command(self, *words: str) -> tuple[str, ...]:
        """The whole command line, a word each."""
        return (str(self.executable), *self.arguments, *words)


def this_installation() -> Program:
    """A bundle's own program, or the Python that runs this."""
    if getattr(sys, "frozen", False):
        executable = Path(sys.executable)
        return Program(executable, (), executable.parent)
    # -I: neither the current folder nor a variable of whoever starts it decides what is run.
    return Program(Path(sys.executable), ("-I", "-m", "agent.cli"), Path(sys.prefix), Path(agent.__file__).parent)
