"""The values of one path that the templates are filled with. Text in them is as it came: see `render`."""

from dataclasses import dataclass
from typing import NamedTuple

from agent.web.page.words import Chip


class Geometry(str):
    """Coordinates of a drawing: numbers that we made, and the one text that may be long."""

    __slots__ = ()


class When(NamedTuple):
    """A time: how long ago, and itself (UTC with milliseconds). Empty where there is none."""

    ago: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """The latency of the last hour. `pieces`: one for each stretch without a gap."""

    pieces: tuple[Geometry, ...]
    title: str
    figures: str


class Interval(NamedTuple):
    """A row of the table beside a drawn range."""

    ports: str
    shown: str
    words: str
    size: str


class Area(NamedTuple):
    """All cells of a bar that are shown alike."""

    shown: str
    words: str
    drawn: Geometry


@dataclass(frozen=True, slots=True)
class Bar:
    """A range at one address. `address`: empty where a peer told, who does not say which."""

    address: str
    areas: tuple[Area, ...]
    first: str
    last: str
    title: str
    ports_each: str
    counts: tuple[Interval, ...]
    intervals: tuple[Interval, ...]
    left_out: str
    runs: tuple[Interval, ...]
    runs_said: str
    coverage: str


class Try(NamedTuple):
    """One attempt, in columns."""

    at: str
    source: str
    target: str
    state: str
    good: bool
    phase: str
    seconds: str
    icmp: str
    far: str
    detail: str


@dataclass(frozen=True, slots=True)
class Detail:
    """What is shown of a path beside its row."""

    evidence: str
    failures: tuple[Try, ...]
    more_failures: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One path. `place`: unique on the page; `tells`: what a change of its verdict is announced as.

    `bad`: shown not to work; `troubled`: that, or not shown to work.

    `sentence` and `remedy` are empty, `detail` None, where there is no room for them.
    """

    place: str
    href: str
    tells: str
    source: str
    target: str
    inbound: bool
    what: str
    port: str
    chip: Chip
    bad: bool
    troubled: bool
    cause: str
    since: When
    asked: When
    line: Line | None
    sentence: str
    remedy: str
    detail: Detail | None
