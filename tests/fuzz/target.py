"""What is fuzzed: a function that takes any bytes, and the bytes to begin with."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

FOUND = Path(__file__).parent / "found"  # a folder for each target: inputs that once were a finding


@dataclass(frozen=True, slots=True)
class Target:
    """`one` takes any bytes; whatever it raises is a finding. `seeds`: inputs that are right, made when asked for.

    `times`: how many inputs the bounded run makes up. `longest`: bytes of one. `words`: what is put into some of them.
    """

    one: Callable[[bytes], None]
    seeds: Callable[[], Sequence[bytes]]
    times: int = 500
    longest: int = 2048
    words: tuple[bytes, ...] = field(default=())


def has_words(error: Exception) -> None:
    """A refusal says why."""
    assert str(error)


def found(name: str) -> list[Path]:
    """The inputs that are kept of a target."""
    return sorted(path for path in (FOUND / name).glob("*") if path.is_file())
