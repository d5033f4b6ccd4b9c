"""What a path of a JSON document asks a firewall team for, read again: bounded and plain, whatever stands there."""

from collections.abc import Iterator, Mapping
from typing import Any

from agent.ground.text import plain
from agent.judge.verdict import Cause, Verdict
from agent.report.request import SHUT, UNCLEAR, Request

MOST = 1000  # requests of a path, and intervals of one
SHORT = 100  # letters of an address, of a name, of an interval


def asked(path: Mapping[str, Any], verdict: Verdict) -> Iterator[Request]:
    """As the document says it; of one that does not, as from an older agent, by what it says of the path."""
    told = path.get("requests")
    yield from map(_request, _mappings(told)) if isinstance(told, list) else _concluded(path, verdict)


def _request(told: Mapping[str, Any]) -> Request:
    return Request(
        _texts(told.get("sources")),
        _text(told.get("destination")),
        _texts(told.get("ports")),
        told.get("answers") is True,
        told.get("certain") is True,
    )


def _concluded(path: Mapping[str, Any], verdict: Verdict) -> Iterator[Request]:
    """Of each address that is as bad as the path is."""
    blocked, suspect, port = _texts(path.get("blocked")), _texts(path.get("suspect")), (_text(path.get("port")),)
    for source, destination, back in _ends(path, verdict):
        if verdict in SHUT:
            yield Request(source, destination, blocked or port, back, True)
        elif verdict in UNCLEAR and not suspect:
            yield Request(source, destination, port, back, False)
        if suspect:
            yield Request(source, destination, suspect, False, False)


def _ends(path: Mapping[str, Any], verdict: Verdict) -> Iterator[tuple[tuple[str, ...], str, bool]]:
    """At the addresses that are as bad as the path is. Of an inbound path the names are all that is known."""
    source = (_text(path.get("source")),)
    addresses = [each for each in _mappings(path.get("addresses")) if isinstance(each.get("address"), str)]
    if not addresses:
        yield source, _text(path.get("peer")), path.get("cause") == Cause.RETURN_PATH
    for each in [each for each in addresses if each.get("verdict") == verdict] or addresses:
        spoken = each.get("source")
        known = _text(spoken.get("address")) if isinstance(spoken, Mapping) else ""
        yield (known,) if known else source, _text(each.get("address")), each.get("cause") == Cause.RETURN_PATH


def _mappings(value: object) -> list[Mapping[str, Any]]:
    return [each for each in value[:MOST] if isinstance(each, Mapping)] if isinstance(value, list) else []


def _texts(value: object) -> tuple[str, ...]:
    return tuple(map(_text, value[:MOST])) if isinstance(value, list) else ()


def _text(value: object) -> str:
    return plain(value, SHORT) if isinstance(value, str) else ""
