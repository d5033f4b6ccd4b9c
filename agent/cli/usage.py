"""How a command ends that was told something wrong, and whether a person is there to tell it."""

import os
import sys
from typing import NoReturn

import typer

from agent.found.exit import Exit


class MistakeError(typer.Exit):
    """The end of a command that was told something wrong, and `message`, which standard error has already."""

    def __init__(self, message: str) -> None:
        super().__init__(Exit.USAGE)
        self.message = message


def wrong(message: str) -> NoReturn:
    """Usage or configuration."""
    print(message, file=sys.stderr)
    raise MistakeError(message)


def is_interactive() -> bool:
    """A person at a terminal, without special rights: only then may the current folder supply the file."""
    if sys.platform == "win32":
        import ctypes

        elevated = bool(ctypes.windll.shell32.IsUserAnAdmin())
    else:
        elevated = os.geteuid() == 0
    return person_reads() and not elevated


def person_reads() -> bool:
    """Whether standard input is a terminal. Windows says so of NUL, too, but NUL is no console."""
    if not sys.stdin.isatty():
        return False
    if sys.platform == "win32":
        import ctypes
        import msvcrt

        handle = ctypes.c_void_p(msvcrt.get_osfhandle(sys.stdin.fileno()))
        return bool(ctypes.windll.kernel32.GetConsoleMode(handle, ctypes.byref(ctypes.c_ulong())))
    else:
        return True
