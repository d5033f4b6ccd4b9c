"""The values that the templates are filled with. Text in them is as it came: the rendering bounds and escapes all."""

from collections.abc import Iterable
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
    detail: str


class Turn(NamedTuple):
    """A verdict that differs from the one before."""

    when: When
    chip: Chip
    cause: str


class At(NamedTuple):
    """One address of a path."""

    address: str
    name: str
    chip: Chip
    cause: str
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


class Part(NamedTuple):
    """Rows of a group. `rest`: what to call them where they all work, beside others that do not, and are collapsed."""

    rest: str
    rows: Iterable[Row]


@dataclass(frozen=True, slots=True)
class Group:
    """The paths between two zones. `within`: what to call it if they are one."""

    place: str
    within: str
    source: str
    target: str
    said: str
    good: bool
    open: bool
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Need:
    """One requirement of the documentation."""

    place: str
    source: str
    target: str
    service: str
    port: str
    account: str
    reason: str
    note: str
    said: str
    good: bool
    groups: tuple[Group, ...]


class Said(NamedTuple):
    """A paragraph with its label."""

    label: str
    text: str


class Event(NamedTuple):
    """An event of the SSO service to expect."""

    id: str
    means: str
    when: str


@dataclass(frozen=True, slots=True)
class Sso:
    """How this machine stands in the SSO system."""

    tone: str
    headline: str
    said: tuple[Said, ...]
    events: tuple[Event, ...]


class Count(NamedTuple):
    """How many paths have a verdict."""

    chip: Chip
    paths: str


class Note(NamedTuple):
    """A finding."""

    peer: str
    kind: str
    detail: str
    remedy: str


@dataclass(frozen=True, slots=True)
class SitePage:
    """All of `/`."""

    title: str
    site: str
    host: str
    at: str
    sso: Sso
    summary: str
    good: bool
    counts: tuple[Count, ...]
    notes: tuple[Note, ...]
    more_notes: str
    in_short: str
    needs: tuple[Need, ...]


@dataclass(frozen=True, slots=True)
class PathPage:
    """All of one path."""

    title: str
    site: str
    host: str
    at: str
    row: Row
    evidence: str
    last_reachable: When
    needs: tuple[Need, ...]
    addresses: tuple[At, ...]
    bars: tuple[Bar, ...]
    attempts: tuple[Try, ...]
    failures: tuple[Try, ...]
    changes: tuple[Turn, ...]
