"""The person at the terminal: questions on standard error, answers on standard input."""

import io
import sys

from agent.draft.asking import MOST


class Keyboard:
    """Takes a line, however long, and gives at most one letter more of it than an answer may have."""

    def __init__(self) -> None:
        if isinstance(sys.stdin, io.TextIOWrapper):
            sys.stdin.reconfigure(errors="surrogateescape")  # what is no text is refused as an answer, not by a crash

    def ask(self, prompt: str) -> str:
        print(prompt, end="", file=sys.stderr, flush=True)
        line = sys.stdin.readline(MOST + 2)
        if not line:
            raise EOFError
        rest = line
        while rest and not rest.endswith("\n"):
            rest = sys.stdin.readline(MOST)
        return line.removesuffix("\n")

    def say(self, line: str) -> None:
        print(line, file=sys.stderr)
