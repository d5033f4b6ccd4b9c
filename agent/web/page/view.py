"""The values of whole pages that the templates are filled with. Text in them is as it came: see `render`."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from agent.web.page.row import Bar, Row, Try, When
from agent.web.page.words import Chip


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


class Worst(NamedTuple):
    """A path that does not work, and where its page is."""

    chip: Chip
    href: str
    way: str
    what: str
    cause: str


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
    worst: tuple[Worst, ...]
    more_worst: str
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
    from_start: bool  # its verdict is that of the first result: it may be older than `since`
    last_reachable: When
    needs: tuple[Need, ...]
    addresses: tuple[At, ...]
    bars: tuple[Bar, ...]
    attempts: tuple[Try, ...]
    failures: tuple[Try, ...]
    changes: tuple[Turn, ...]
