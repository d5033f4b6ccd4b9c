"""What is wrong with a configuration: one line each, with file, line and key path."""

from collections.abc import Iterable
from dataclasses import dataclass

from agent.ground.text import plain

Place = tuple[str | int, ...]  # the keys and list indices that lead to a value

_LONGEST = 400  # characters of a line; a file that is not ours at all may hold very long words


@dataclass(frozen=True, slots=True)
class Mistake:
    """`line` counts from 1 and is None when there is no text, `path` is empty when the file as a whole is meant."""

    file: str
    line: int | None
    path: str
    message: str

    def __str__(self) -> str:
        where = self.file if self.line is None else f"{self.file}:{self.line}"
        return plain(": ".join(filter(None, (where, self.path, self.message))), _LONGEST)


class ConfigError(Exception):
    """The configuration cannot be used. Its text is one line a mistake."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = list(mistakes)
        super().__init__("\n".join(map(str, self.mistakes)))


def key_path(place: Place) -> str:
    """`("hosts", 2, "role")` as `hosts[2].role`."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)
    return "".join(parts).removeprefix(".")
