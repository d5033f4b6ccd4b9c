"""The command line that the service control manager runs, written and read again. Pure.

Source: Microsoft's "Parsing C command-line arguments", which CommandLineToArgvW and the C runtime of Python follow.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

HOSTED = ("service", "host")  # the command that is the service
PLAIN = re.compile(r"[\w.=-]+", re.ASCII)
BEFORE_QUOTE = re.compile(r'(\\*)("|$)')


@dataclass(frozen=True, slots=True)
class Command:
    """`program` with `arguments`, as an installed service has them."""

    program: str
    arguments: Sequence[str]

    @property
    def is_ours(self) -> bool:
        """Whether this program, in whatever version and place, is what is run."""
        words = list(self.arguments)
        return any(tuple(words[at : at + 2]) == HOSTED for at in range(len(words)))

    @property
    def config(self) -> str | None:
        """The file that it was installed with."""
        return self._option("--config")

    @property
    def host(self) -> str | None:
        """Which host of the file this machine is, where it was said."""
        return self._option("--host")

    def _option(self, name: str) -> str | None:
        words = list(self.arguments)
        return words[words.index(name) + 1] if name in words[:-1] else None


def hosted(config: str, host: str | None) -> tuple[str, ...]:
    """What comes behind the program."""
    return (*HOSTED, "--config", config, *(("--host", host) if host is not None else ()))


def written(words: Sequence[str]) -> str:
    """The program is always quoted: without, `C:\\Program Files\\x.exe` runs `C:\\Program.exe` where there is one."""
    program, *arguments = words
    return " ".join([f'"{program}"', *map(_quoted, arguments)])


def _quoted(word: str) -> str:
    if PLAIN.fullmatch(word):
        return word
    return '"' + BEFORE_QUOTE.sub(lambda found: found[1] * 2 + (r"\"" if found[2] else ""), word) + '"'


def read(line: str) -> Command:
    """What `written` wrote, or somebody else's; a program without quotes ends at the first space, as people expect."""
    program, *arguments = [*_words(line), ""]
    return Command(program, tuple(arguments[:-1]))


def _words(line: str) -> Iterator[str]:
    """A program knows no backslash that takes a quote; everything behind it does."""
    line = line.lstrip()
    if line.startswith('"'):
        program, _, rest = line[1:].partition('"')
    else:
        program, _, rest = line.partition(" ")
    if program:
        yield program
    yield from _arguments(rest)


def _arguments(line: str) -> Iterator[str]:
    """Backslashes count only in front of a quote: two are one, and one more makes the quote a letter."""
    word: str | None = None
    quoted, backslashes = False, 0
    for letter in line:
        if letter == "\\":
            backslashes += 1
            continue
        if letter == '"':
            word = (word or "") + "\\" * (backslashes // 2) + '"' * (backslashes % 2)
            quoted ^= not backslashes % 2
        elif letter in " \t" and not quoted:
            word = (word or "") + "\\" * backslashes if backslashes else word
            if word is not None:
                yield word
            word = None
        else:
            word = (word or "") + "\\" * backslashes + letter
        backslashes = 0
    if backslashes or word is not None:
        yield (word or "") + "\\" * backslashes


def what_windows_would_change(words: Sequence[str]) -> str | None:
    """Windows keeps the line as text in which %NAME% stands for a variable, and a quote cannot be in a path."""
    for word in words:
        if "%" in word:
            return f"{word}: Windows takes what stands between two % for a variable; choose another name"
    return None
