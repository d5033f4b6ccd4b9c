"""A map as values that a file can hold, and back. What a file says is doubted: it may be old, or another range's."""

import zlib
from array import array
from base64 import b64decode, b64encode
from collections.abc import Mapping
from sys import byteorder

from agent.dynamic.observed import Observed
from agent.dynamic.portmap import PortMap
from agent.ground.ports import LAST_PORT, PortSet

Stored = dict[str, object]


def store(map: PortMap) -> Stored:
    """The map's bytes, packed."""
    origin, states, stamps = map.parts()
    return {
        "ports": list(map.ports.texts()),
        "unit": map.unit,
        "origin": origin,
        "states": _packed(states),
        "stamps": _packed(_little_endian(stamps).tobytes()),
    }


def restore(map: PortMap, stored: Mapping[str, object], *, since: float, now: float) -> None:
    """Into an empty map whatever its own range has of it. Times are UTC; earlier than `since`, later than `now`: void.

    Raises ValueError when that is not what `store` writes.
    """
    match stored:
        case {"ports": list(ports), "unit": float(unit), "origin": float(origin), "states": states, "stamps": stamps}:
            before = PortMap.of(PortSet.parse(ports), unit, (origin, *_parts(states, stamps)))
        case {"origin": None}:
            return
        case _:
            raise ValueError("not a map of ports")
    for port, seen, when in before.rows():
        if port in map.ports and since <= when <= now:
            map.observe(port, seen, when)


def _parts(states: object, stamps: object) -> "tuple[bytes, array[int]]":
    found = _unpacked(states)
    if set(found) - set(map(int, Observed)):
        raise ValueError("a port in a state that there is not")
    numbers = array("H")
    numbers.frombytes(_unpacked(stamps))
    return found, _little_endian(numbers)


def _packed(data: bytes) -> str:
    return b64encode(zlib.compress(data)).decode("ascii")


def _unpacked(text: object) -> bytes:
    if not isinstance(text, str):
        raise ValueError("not a text")
    most = 2 * LAST_PORT
    try:
        data = zlib.decompressobj().decompress(b64decode(text, validate=True), most + 1)
    except zlib.error as error:
        raise ValueError(str(error)) from error
    if len(data) > most:
        raise ValueError("too many ports")
    return data


def _little_endian(numbers: "array[int]") -> "array[int]":
    """A file is read on the machine that wrote it, as a rule; if not, it is understood all the same."""
    if byteorder == "big":
        numbers = numbers[:]
        numbers.byteswap()
    return numbers
