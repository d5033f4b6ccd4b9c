"""TDS: PRELOGIN, the first message of each side, which says version and encryption.

Nothing after PRELOGIN is here, on purpose: no login and no credentials of any kind.
Spec: MS-TDS 2.2.6.5, https://learn.microsoft.com/openspecs/windows_protocols/ms-tds/
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, Self, TypeVar

from probes.wire.reader import Reader, WireError
from probes.wire.tds_packet import HEADER_SIZE, MAX_PACKET, Byte, Header, PacketType, frame_size

T = TypeVar("T")

MAX_OPTIONS = 32  # the spec names eight

_PLACE = struct.Struct(">HH")  # offset from the start of the option table, length
_VERSION = struct.Struct(">BBH")  # major, minor, build; the sub-build follows in the other byte order
_FLAG = {b"\x00": False, b"\x01": True}
_MATCH = {b"\x00": True, b"\x01": False}  # INSTOPT of a server: 0 is "that is my name"
_WHOLE_TEXT = "latin-1"  # "multi-byte character set" of an unnamed code page: this one reads every byte and loses none


class Option(Byte):
    """PL_OPTION_TOKEN."""

    VERSION = 0x00
    ENCRYPTION = 0x01
    INSTOPT = 0x02
    THREADID = 0x03
    MARS = 0x04
    TRACEID = 0x05
    FEDAUTHREQUIRED = 0x06
    NONCEOPT = 0x07
    TERMINATOR = 0xFF


class Encryption(Byte):
    """B_FENCRYPTION. A server's answer depends on what it was sent: to OFF, it is any of the first four."""

    OFF = 0x00
    ON = 0x01
    NOT_SUP = 0x02
    REQ = 0x03
    CLIENT_CERT_OFF = 0x80
    CLIENT_CERT_ON = 0x81
    CLIENT_CERT_REQ = 0x83


class Version(NamedTuple):
    """UL_VERSION and US_SUBBUILD."""

    major: int
    minor: int
    build: int
    sub_build: int = 0


@dataclass(frozen=True, slots=True)
class Prelogin:
    """What one side says of itself; None is not said.

    `raw` keeps what has no field here: tokens that the spec does not name, and options that are empty or of a length
    or value that it does not foresee. Servers differ too much for any of that to be an error.
    """

    version: Version | None = None
    encryption: Encryption | None = None
    instance: str | None = None  # INSTOPT from a client: the name it means, "" for whichever is there
    instance_matches: bool | None = None  # INSTOPT from a server: whether it has that name
    thread_id: int | None = None
    mars: bool | None = None
    trace_id: bytes | None = None
    fed_auth: bool | None = None
    nonce: bytes | None = None
    raw: tuple[tuple[Option, bytes], ...] = ()

    @classmethod
    def decode(cls, data: bytes, type_: PacketType = PacketType.TABULAR_RESULT) -> Self:
        """One whole packet; of a server, unless `type_` is PRELOGIN, which is a client's."""
        size = frame_size(data, type_)
        if size != len(data):
            raise WireError(f"a TDS packet of {size} bytes, and {len(data)} came")
        options = _options(data[HEADER_SIZE:])
        client = type_ is PacketType.PRELOGIN
        return cls(
            version=_taken(options, Option.VERSION, _read_version),
            encryption=_taken(options, Option.ENCRYPTION, lambda data: Encryption(data[0]) if len(data) == 1 else None),
            instance=_taken(options, Option.INSTOPT, _read_instance) if client else None,
            instance_matches=None if client else _taken(options, Option.INSTOPT, _MATCH.get),
            thread_id=_taken(
                options, Option.THREADID, lambda data: int.from_bytes(data, "little") if len(data) == 4 else None
            ),
            mars=_taken(options, Option.MARS, _FLAG.get),
            trace_id=_taken(options, Option.TRACEID, lambda data: data if len(data) == 36 else None),
            fed_auth=_taken(options, Option.FEDAUTHREQUIRED, _FLAG.get),
            nonce=_taken(options, Option.NONCEOPT, lambda data: data if len(data) == 32 else None),
            raw=tuple(sorted(options.items())),  # what the lines above left; so this one stays last
        )

    def encode(self, type_: PacketType = PacketType.PRELOGIN) -> bytes:
        """One whole packet, VERSION first, as servers demand. ValueError where it would be too large to send."""
        options = sorted([*self._fields(), *self.raw], key=lambda option: option[0])
        offset = len(options) * (1 + _PLACE.size) + 1
        table = b""
        for option, data in options:
            table += bytes([option]) + _PLACE.pack(offset, len(data))
            offset += len(data)
        if HEADER_SIZE + offset > MAX_PACKET:
            raise ValueError(f"a PRELOGIN of {HEADER_SIZE + offset} bytes; {MAX_PACKET} are possible")
        payload = table + bytes([Option.TERMINATOR]) + b"".join(data for _, data in options)
        return Header(type_, HEADER_SIZE + len(payload)).encode() + payload

    def _fields(self) -> list[tuple[Option, bytes]]:
        written = (
            (Option.VERSION, _written(self.version, _write_version)),
            (Option.ENCRYPTION, _written(self.encryption, _write_byte)),
            (Option.INSTOPT, _written(self.instance, _write_instance)),
            (Option.INSTOPT, _written(self.instance_matches, lambda matches: _write_byte(not matches))),
            (Option.THREADID, _written(self.thread_id, lambda number: number.to_bytes(4, "little"))),
            (Option.MARS, _written(self.mars, _write_byte)),
            (Option.TRACEID, self.trace_id),
            (Option.FEDAUTHREQUIRED, _written(self.fed_auth, _write_byte)),
            (Option.NONCEOPT, self.nonce),
        )
        return [(option, data) for option, data in written if data is not None]


def hello(instance: str = "") -> bytes:
    """What we ask a server: the options of the spec's own sample (4.1).

    ENCRYPTION is OFF: to NOT_SUP, a server that requires encryption answers by ending the connection.
    """
    return Prelogin(
        version=Version(9, 0, 0), encryption=Encryption.OFF, instance=instance, thread_id=0, mars=False
    ).encode()


def _options(payload: bytes) -> dict[Option, bytes]:
    """By the option table: the order of options and of their data is each sender's own."""
    reader = Reader(payload)
    places: dict[Option, tuple[int, int]] = {}
    while (option := Option(reader.u8())) is not Option.TERMINATOR:
        if option in places:
            raise WireError(f"PRELOGIN names the option {option.name} twice")
        if len(places) == MAX_OPTIONS:
            raise WireError(f"PRELOGIN names more than {MAX_OPTIONS} options")
        offset, length = reader.unpack(_PLACE)
        places[option] = offset, length
    _check_places(places, reader.position, len(payload))
    return {option: payload[offset : offset + length] for option, (offset, length) in places.items()}


def _check_places(places: dict[Option, tuple[int, int]], table: int, end: int) -> None:
    """Options lie after the table, before the end, and not over one another; an empty one lies nowhere."""
    free = table
    for option, (offset, length) in sorted(places.items(), key=lambda item: item[1]):
        if offset + length > end:
            raise WireError(f"PRELOGIN's option {option.name} lies outside the packet")
        if length and offset < free:
            raise WireError(f"PRELOGIN's option {option.name} lies over another part")
        free = max(free, offset + length)


def _taken(options: dict[Option, bytes], option: Option, read: Callable[[bytes], T | None]) -> T | None:
    """The option's value, which is then no longer among `options`; None where it cannot be read, and stays."""
    value = read(options.get(option, b""))
    if value is not None:
        del options[option]
    return value


def _read_version(data: bytes) -> Version | None:
    if len(data) not in (4, 6):  # some servers leave the sub-build out
        return None
    major, minor, build = _VERSION.unpack_from(data)
    return Version(major, minor, build, int.from_bytes(data[4:], "little"))


def _read_instance(data: bytes) -> str | None:
    name, end, rest = data.partition(b"\x00")
    return name.decode(_WHOLE_TEXT) if end and not rest else None


def _written(value: T | None, write: Callable[[T], bytes]) -> bytes | None:
    return None if value is None else write(value)


def _write_byte(value: int) -> bytes:
    return bytes([value])


def _write_version(version: Version) -> bytes:
    return _VERSION.pack(*version[:3]) + version.sub_build.to_bytes(2, "little")


def _write_instance(name: str) -> bytes:
    if "\x00" in name:
        raise ValueError("an instance name cannot hold NUL")
    return name.encode(_WHOLE_TEXT) + b"\x00"
