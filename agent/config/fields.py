"""The kinds of value that a key may hold: how each is checked when read, and how it is written for the digest."""

import re
from collections.abc import Callable
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TypeVar
from uuid import UUID

from pydantic import BeforeValidator, PlainSerializer, PlainValidator

from agent.config.address import HostPort, address, host_port, listen_address, literal, word
from agent.ground import duration
from agent.ground.ports import PortSet, port_number
from agent.ground.roles import Role

_T = TypeVar("_T")

_INSTANCE = re.compile(r"[A-Za-z_#][A-Za-z0-9_$#]{0,31}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class LogLevel(StrEnum):
    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class LogFormat(StrEnum):
    TEXT = "text"
    JSON = "json"


def one_or_list(written: object) -> object:
    """What may be written alone or as a list, as a list."""
    several = isinstance(written, list | tuple) and not isinstance(written, HostPort)
    return written if several else [written]


def without_repeats(values: tuple[_T, ...]) -> tuple[_T, ...]:
    """Each value once, in the order in which they stand first."""
    return tuple(dict.fromkeys(values))


def _choice(kind: type[StrEnum], what: str) -> Callable[[object], StrEnum]:
    words = ", ".join(kind)

    def choose(written: object) -> StrEnum:
        try:
            return kind(str(written))
        except ValueError:
            raise ValueError(f"{str(written)[:80]!r} is not a {what}; there are {words}") from None

    return choose


def _flag(written: object) -> bool:
    if not isinstance(written, bool):
        raise ValueError("must be true or false")
    return written


def _count(written: object) -> int:
    if isinstance(written, bool) or not isinstance(written, int) or written < 1:
        raise ValueError("must be a whole number, 1 or more")
    return written


def _plain_text(written: object) -> str:
    if not isinstance(written, str) or not written.isprintable() or not 1 <= len(written) <= 255:
        raise ValueError("must be text of 1 to 255 printable characters")
    return written


def _file(written: object) -> Path:
    if isinstance(written, Path):
        return written
    if not isinstance(written, str) or not written.isprintable() or not 1 <= len(written) <= 1024:
        raise ValueError("must be a path")
    return Path(written)


def _day(written: object) -> date:
    if isinstance(written, date):
        return written
    if isinstance(written, str) and _DAY.fullmatch(written):
        try:
            return date.fromisoformat(written)
        except ValueError:
            raise ValueError(f"{written} is not a day") from None
    raise ValueError("must be a date such as 2026-01-31")


def _instance(written: object) -> str:
    if not isinstance(written, str) or not _INSTANCE.fullmatch(written):
        raise ValueError("must be the name of a SQL Server instance, without the server")
    return written


def _uuid(written: object) -> UUID:
    try:
        return UUID(str(written))
    except ValueError:
        raise ValueError(f"{str(written)[:80]!r} is not a UUID") from None


def _ports(written: object) -> PortSet:
    return written if isinstance(written, PortSet) else PortSet.parse(written)


def _listen(written: object) -> HostPort:
    return written if isinstance(written, HostPort) else listen_address(written)


def _remote(written: object) -> HostPort:
    return written if isinstance(written, HostPort) else host_port(written)


def _seconds(written: object) -> float:
    length = written if isinstance(written, float) else duration.seconds(written)
    if length <= 0:
        raise ValueError("must be longer than nothing")
    return length


_AS_TEXT = PlainSerializer(str, return_type=str)
_AS_POSIX = PlainSerializer(Path.as_posix, return_type=str)  # one digest on every platform

Word = Annotated[str, BeforeValidator(word)]
Address = Annotated[str, BeforeValidator(address)]
Literal = Annotated[str, BeforeValidator(literal)]
Addresses = Annotated[tuple[Address, ...], BeforeValidator(one_or_list)]
Remote = Annotated[HostPort, PlainValidator(_remote), _AS_TEXT]
Listen = Annotated[HostPort, PlainValidator(_listen), _AS_TEXT]
Listens = Annotated[tuple[Listen, ...], BeforeValidator(one_or_list)]
Roles = Annotated[tuple[Annotated[Role, BeforeValidator(_choice(Role, "role"))], ...], BeforeValidator(one_or_list)]
Level = Annotated[LogLevel, BeforeValidator(_choice(LogLevel, "level"))]
Format = Annotated[LogFormat, BeforeValidator(_choice(LogFormat, "format"))]
Flag = Annotated[bool, BeforeValidator(_flag)]
Count = Annotated[int, BeforeValidator(_count)]
Text = Annotated[str, BeforeValidator(_plain_text)]
File = Annotated[Path, BeforeValidator(_file), _AS_POSIX]
Day = Annotated[date, BeforeValidator(_day)]
Instance = Annotated[str, BeforeValidator(_instance)]
Uuid = Annotated[UUID, BeforeValidator(_uuid)]
Port = Annotated[int, BeforeValidator(port_number)]
Ports = Annotated[PortSet, PlainValidator(_ports), _AS_TEXT]
Seconds = Annotated[float, BeforeValidator(_seconds)]
