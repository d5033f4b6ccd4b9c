"""The name server of the field, by the bytes that it is asked with and answers."""

import struct

import pytest

from .nameserver import NO_SUCH_NAME, SILENT, Zone, answer

ZONE: Zone = {
    "mss.lab": {"addresses": ["192.0.2.1", "192.0.2.2"], "delay": 1.5, "code": 0},
    "gone.lab": {"addresses": ["192.0.2.3"], "delay": 0, "code": NO_SUCH_NAME},
    "mute.lab": {"addresses": ["192.0.2.4"], "delay": 0, "code": SILENT},
}


def query(name: str, kind: int = 1) -> bytes:
    labels = b"".join(bytes([len(each)]) + each.encode() for each in name.split("."))
    return struct.pack(">HHHHHH", 7, 0x100, 1, 0, 0, 0) + labels + b"\0" + struct.pack(">HH", kind, 1)


def test_a_name_gives_its_addresses_after_a_while() -> None:
    told = answer(query("MSS.lab"), ZONE)
    assert told is not None
    number, flags, asked, found, _, _ = struct.unpack_from(">HHHHHH", told[1])
    assert (told[0], number, flags & 0x800F, asked, found) == (1.5, 7, 0x8000, 1, 2)
    assert told[1].endswith(bytes([192, 0, 2, 2]))


@pytest.mark.parametrize(("name", "code"), [("gone.lab", 3), ("other.lab", 3)])
def test_a_name_that_is_not_there_is_denied(name: str, code: int) -> None:
    told = answer(query(name), ZONE)
    assert told is not None
    _, flags, _, found, _, _ = struct.unpack_from(">HHHHHH", told[1])
    assert (flags & 0xF, found) == (code, 0)


def test_of_another_kind_there_is_nothing_and_some_are_not_answered() -> None:
    told = answer(query("mss.lab", 28), ZONE)
    assert told is not None
    assert struct.unpack_from(">HHHHHH", told[1])[3] == 0
    assert answer(query("mute.lab"), ZONE) is None


@pytest.mark.parametrize("bad", [b"", b"x" * 11, query("mss.lab")[:-8], bytes(12)])
def test_what_is_no_query_is_an_error(bad: bytes) -> None:
    with pytest.raises((ValueError, IndexError, struct.error)):
        answer(bad, ZONE)
