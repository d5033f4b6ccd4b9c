"""SSRP, what SQL Browser speaks on UDP 1434: which instances a machine has, and on which TCP ports.

A browser keeps silent about an instance that it does not know or hides, and about a request that it does not like.
Spec: MC-SQLR 2.2, https://learn.microsoft.com/openspecs/windows_protocols/mc-sqlr/
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

from probes.wire.reader import Reader, WireError

CLNT_UCAST_EX = 0x03
CLNT_UCAST_INST = 0x04
SVR_RESP = 0x05

MAX_NAME = 32  # bytes of the instance name in a request
MAX_TEXT_INST = 1024  # bytes of text in the answer to CLNT_UCAST_INST
MAX_TEXT_EX = 4096  # to CLNT_UCAST_EX: the bound of Microsoft's own clients; the spec allows a server 65535
MAX_VALUE = 255  # bytes: longer names are forbidden, and longer parameters not properly formatted (3.2.5.4)
MAX_INSTANCES = 64  # SQL Server's own limit is 50 on a machine

# "Multi-byte character set", the code page unsaid: this one reads every byte and loses none, and `;` is safe in all.
_CHARSET = "latin-1"
_OWN_KEYS = frozenset({"servername", "instancename", "isclustered", "version", "tcp", "np"})
_CLUSTERED = {"yes": True, "no": False}


@dataclass(frozen=True, slots=True)
class Request:
    """CLNT_UCAST_INST, which asks for one instance; CLNT_UCAST_EX, which asks for all, where that is None."""

    instance: str | None = None

    @classmethod
    def decode(cls, data: bytes) -> Self:
        reader = Reader(data)
        kind = reader.u8()
        if kind == CLNT_UCAST_EX and not reader.left:
            return cls()
        if kind != CLNT_UCAST_INST:
            raise WireError(f"a message of type 0x{kind:02X} and {len(data)} bytes asks SQL Browser for nothing known")
        name, end, after = reader.rest().partition(b"\x00")
        if not end or after or not 0 < len(name) <= MAX_NAME:
            raise WireError(f"an instance name has 1 to {MAX_NAME} bytes and one NUL at its end")
        return cls(name.decode(_CHARSET))

    def encode(self) -> bytes:
        """ValueError where the name is not one that can be asked for."""
        if self.instance is None:
            return bytes([CLNT_UCAST_EX])
        name = self.instance.encode(_CHARSET, "replace")
        if name.decode(_CHARSET) != self.instance or not 0 < len(name) <= MAX_NAME or b"\x00" in name:
            raise ValueError(f"{self.instance!r}: SQL Browser takes names of 1 to {MAX_NAME} Western characters")
        return bytes([CLNT_UCAST_INST]) + name + b"\x00"


@dataclass(frozen=True, slots=True)
class Instance:
    """What the browser says of one instance: its words as they came, to be escaped before anybody sees them.

    `clustered` is None where it is neither Yes nor No, `pipe` where no named pipe was offered. `tcp_port` is None where
    none was offered, and where the one offered is no port: that stays readable in `others`, under `tcp`.
    """

    server: str
    name: str
    clustered: bool | None = None
    version: str = ""
    tcp_port: int | None = None
    pipe: str | None = None
    others: tuple[tuple[str, str], ...] = ()  # in the order in which they came; old protocols repeat themselves


@dataclass(frozen=True, slots=True)
class Answer:
    """SVR_RESP."""

    instances: tuple[Instance, ...]

    @classmethod
    def decode(cls, data: bytes, max_text: int = MAX_TEXT_EX) -> Self:
        """One whole datagram, with at most `max_text` bytes of text."""
        reader = Reader(data)
        kind = reader.u8()
        if kind != SVR_RESP:
            raise WireError(f"not SQL Browser: the first byte is 0x{kind:02X}, not 0x{SVR_RESP:02X}")
        size = reader.u16()
        if size > max_text:
            raise WireError(f"SQL Browser announces {size} bytes; {max_text} are the most")
        if size != reader.left:
            raise WireError(f"SQL Browser announces {size} bytes, and {reader.left} came")
        return cls(tuple(_instances(reader.rest().decode(_CHARSET))))

    def encode(self) -> bytes:
        """ValueError where the instances cannot be said."""
        text = "".join(_text(_fields(instance)) for instance in self.instances).encode(_CHARSET)
        if len(text) > 0xFFFF:
            raise ValueError(f"{len(text)} bytes of text; 65535 are the most")
        return bytes([SVR_RESP]) + len(text).to_bytes(2, "little") + text

    def find(self, name: str) -> Instance | None:
        """The instance of that name, in upper or lower case as it may be."""
        return next((one for one in self.instances if one.name.casefold() == name.casefold()), None)


def _instances(text: str) -> Iterator[Instance]:
    """Pairs of `key;value`; an empty key ends an instance. Values may be empty, so looking for `;;` is not enough."""
    *words, after = text.split(";")
    pairs: list[tuple[str, str]] = []
    count = 0
    rest = iter(words)
    for key in rest:
        if key:
            pairs.append((key, next(rest, "")))
            continue
        count += 1
        if count > MAX_INSTANCES:
            raise WireError(f"SQL Browser names more than {MAX_INSTANCES} instances")
        yield _instance(pairs)
        pairs = []
    if pairs or after:
        raise WireError("SQL Browser's text ends in the middle of an instance")


def _instance(pairs: Sequence[tuple[str, str]]) -> Instance:
    own: dict[str, str] = {}
    others = []
    for key, value in pairs:
        if len(value) > MAX_VALUE:
            raise WireError(f"SQL Browser gives a value of {len(value)} bytes; {MAX_VALUE} are the most")
        if (lower := key.lower()) not in _OWN_KEYS:
            others.append((key, value))
        elif lower in own:
            raise WireError(f"SQL Browser gives {lower} twice for one instance")
        else:
            own[lower] = value
    if "servername" not in own or "instancename" not in own:
        raise WireError("SQL Browser describes an instance without its name")
    port = _port(own.get("tcp", ""))
    if "tcp" in own and port is None:
        others.append(("tcp", own["tcp"]))
    return Instance(
        own["servername"],
        own["instancename"],
        _CLUSTERED.get(own.get("isclustered", "").lower()),
        own.get("version", ""),
        port,
        own.get("np"),
        tuple(others),
    )


def _port(text: str) -> int | None:
    number = int(text) if text.isdecimal() else 0
    return number if 1 <= number <= 65535 else None


def _fields(instance: Instance) -> Iterator[tuple[str, str]]:
    yield "ServerName", instance.server
    yield "InstanceName", instance.name
    if instance.clustered is not None:
        yield "IsClustered", "Yes" if instance.clustered else "No"
    if instance.version:
        yield "Version", instance.version
    if instance.tcp_port is not None:
        yield "tcp", str(instance.tcp_port)
    if instance.pipe is not None:
        yield "np", instance.pipe
    yield from instance.others


def _text(fields: Iterator[tuple[str, str]]) -> str:
    words = [word for pair in fields for word in pair]
    if any(";" in word for word in words) or not all(words[::2]):
        raise ValueError("a key or value cannot hold a semicolon, nor a key be empty")
    return ";".join(words) + ";;"
