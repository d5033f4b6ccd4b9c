"""How a command ends that was told something wrong, and whether a person is there to tell it."""

import os
import sys
from typing import NoReturn

import typer

from agent.exit import Exit


def wrong(message: str) -> NoReturn:
    """Usage or configuration."""
    print(message, file=sys.stderr)
    raise typer.Exit(Exit.USAGE)


def is_interactive() -> bool:
    """A person at a terminal, without special rights: only then may the current folder supply the file."""
    if sys.platform == "win32":
        import ctypes

        elevated = bool(ctypes.windll.shell32.IsUserAnAdmin())
    else:
        elevated = os.geteuid() == 0
    return sys.stdin.isatty() and not elevated
