"""The JSON document of an agent, read again: whatever stands in it, what comes out is of our kinds, and harmless."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from agent.ground.path import Check, Direction, Path
from agent.ground.ports import NO_PORTS, PortSet
from agent.ground.text import plain
from agent.judge.result import Result
from agent.judge.verdict import Cause, Judgement, Proof, Verdict
from agent.report.asked import asked
from agent.report.request import Request
from agent.sso.state import Why

LONGEST = 1000  # letters of a sentence
SHORT = 100  # of a name
MOST = 100_000  # paths, or findings
LATEST = 253_402_300_799.0  # UTC; the last second that a date can name: the year 9999
SSO_TOLD = {"avoid": "Now: ", "fails": "Fails: ", "remedy": "To do: "}


@dataclass(frozen=True, slots=True)
class Answered:
    """One path. Times are UTC; None: not known. `requests`: what a firewall team is to be asked for."""

    result: Result
    since: float | None
    seen: float | None
    requests: tuple[Request, ...] = ()


@dataclass(frozen=True, slots=True)
class Noted:
    """One finding."""

    peer: str
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """All of it. `now`: when the agent said so; `started`: since when it runs; both UTC.

    `sso`: a sentence. `sso_told`: what not to do, what fails, what to do; each with its label, as far as there is any.
    """

    site: str
    host: str
    started: float
    now: float
    paths: tuple[Answered, ...]
    findings: tuple[Noted, ...]
    sso: str
    sso_state: str
    sso_told: tuple[str, ...] = ()


def answer(document: Mapping[str, Any]) -> Answer:
    """Raises ValueError when something in it is of no kind that this version knows."""
    started, now = _started_and_now(document)
    sso = _mapping(document.get("sso"))
    return Answer(
        site=_text(document.get("site"), SHORT),
        host=_text(document.get("host"), SHORT),
        started=started,
        now=now,
        paths=tuple(_path(each) for each in _mappings(document.get("paths"))),
        findings=tuple(_noted(each) for each in _mappings(document.get("findings"))),
        sso=_text(sso.get("headline"), LONGEST),
        sso_state=_text(sso.get("state"), SHORT),
        sso_told=tuple(_sso_told(sso)),
    )


def _started_and_now(document: Mapping[str, Any]) -> tuple[float, float]:
    """UTC. Numbers of JSON may be of any size, or none."""
    started, seconds = _time(document.get("started")), document.get("seconds")
    if started is None or isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise ValueError("it has no time")
    if not (-LATEST <= seconds <= LATEST and 0 <= started + seconds <= LATEST):
        raise ValueError("it has a time that no date can name")
    return started, started + seconds


def _sso_told(sso: Mapping[str, Any]) -> Iterator[str]:
    """Of a machine without the service there is nothing to say."""
    if sso.get("why") == Why.ABSENT:
        return
    for key, label in SSO_TOLD.items():
        if said := _text(sso.get(key), LONGEST):
            yield f"{label}{said}"


def ports(texts: object) -> PortSet:
    """Intervals as the document has them. Raises ValueError."""
    return PortSet.parse(texts) if isinstance(texts, list) and texts else NO_PORTS


def _path(each: Mapping[str, Any]) -> Answered:
    direction = Direction(_text(each.get("direction")))
    other = _text(each.get("source" if direction is Direction.INBOUND else "peer"), SHORT)
    path = Path(
        _text(each.get("source"), SHORT),
        other,
        Check(_text(each.get("check"))),
        direction,
        _text(each.get("port"), SHORT),
        (),
        NO_PORTS,
    )
    cause = each.get("cause")
    judgement = Judgement(
        Verdict(_text(each.get("verdict"))),
        None if cause is None else Cause(_text(cause)),
        _text(each.get("detail"), LONGEST),
        _text(each.get("remedy"), LONGEST),
        Proof(_text(each.get("evidence"))),
        suspect=ports(each.get("suspect")),
        confirmed=each.get("confirmed") is not False,
    )
    seen = _time(each.get("started"))
    result = Result(path, judgement, (), seen or 0.0, 0.0)
    return Answered(result, _time(each.get("since")), seen, tuple(asked(each, judgement.verdict)))


def _noted(each: Mapping[str, Any]) -> Noted:
    words = (_text(each.get(key), LONGEST) for key in ("detail", "remedy"))
    return Noted(_text(each.get("peer"), SHORT), " ".join(filter(None, words)))


def _mappings(value: object) -> Iterator[Mapping[str, Any]]:
    if not isinstance(value, list):
        raise ValueError("it lacks a list")
    return (each for each in value[:MOST] if isinstance(each, Mapping))


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: object, most: int = SHORT) -> str:
    return plain(value, most) if isinstance(value, str) else ""


def _time(value: object) -> float | None:
    """None also without a zone: nobody knows whose clock that was, and on Windows not each of them can be counted."""
    if not isinstance(value, str) or len(value) > SHORT:
        return None
    try:
        at = datetime.fromisoformat(value)
        seconds = None if at.tzinfo is None else at.timestamp()
    except (ValueError, OverflowError):
        return None
    return seconds if seconds is not None and 0 <= seconds <= LATEST else None
