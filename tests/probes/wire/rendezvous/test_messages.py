"""Greeting and held listeners: there and back, from newer versions, and from liars."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.wire.rendezvous.frame import LONGEST_NAME, Kind
from probes.wire.rendezvous.messages import (
    LARGEST_HELD,
    LARGEST_OTHER_VERSION,
    LARGEST_REPORTED,
    LARGEST_WELCOME,
    MOST_PORTS,
    Admission,
    Asked,
    Found,
    Grant,
    Held,
    Hold,
    Holding,
    Reason,
    Report,
    Reported,
    Welcome,
)
from tests.probes.wire.reading import accepted, mutations, refuses, refuses_cut_short
from tests.probes.wire.rendezvous.golden import MEANT
from tests.probes.wire.rendezvous.values import BODIES, LARGEST, LEASE, MESSAGES, PORTS

KINDS = [Kind.HELLO, Kind.WELCOME, Kind.OTHER_VERSION, Kind.HOLD, Kind.HELD, Kind.REPORT, Kind.REPORTED]
LARGEST_OF = {
    Kind.WELCOME: LARGEST_WELCOME,
    Kind.OTHER_VERSION: LARGEST_OTHER_VERSION,
    Kind.HELD: LARGEST_HELD,
    Kind.REPORTED: LARGEST_REPORTED,
}
GRANT = "1388 01 c000"  # for 5 s, one port
ROW = "01 00 00000000 00 01 c000"  # unbroken, firewall unknown, reached just now, no address, one port


def test_every_kind_has_its_message() -> None:
    assert set(BODIES) == set(MESSAGES) == set(LARGEST) == set(MEANT) == set(Kind)


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_any_message_there_and_back(kind: Kind, data: st.DataObject) -> None:
    message = data.draw(MESSAGES[kind])
    assert BODIES[kind].decode(message.encode()) == message


@pytest.mark.parametrize("kind", KINDS)
def test_the_largest_there_and_back(kind: Kind) -> None:
    assert BODIES[kind].decode(LARGEST[kind].encode()) == LARGEST[kind]


@pytest.mark.parametrize("kind", LARGEST_OF)
@given(data=st.data())
def test_no_answer_is_larger_than_it_is_said_to_be(kind: Kind, data: st.DataObject) -> None:
    assert len(LARGEST[kind].encode()) == LARGEST_OF[kind]
    assert len(data.draw(MESSAGES[kind]).encode()) <= LARGEST_OF[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_a_message_cut_short_is_refused(kind: Kind) -> None:
    refuses_cut_short(BODIES[kind].decode, MEANT[kind].encode())
    refuses_cut_short(BODIES[kind].decode, LARGEST[kind].encode())


@pytest.mark.parametrize("kind", KINDS)
@given(tail=st.binary(min_size=1))
def test_what_a_newer_version_appends_is_left_alone(kind: Kind, tail: bytes) -> None:
    assert BODIES[kind].decode(MEANT[kind].encode() + tail) == MEANT[kind]


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_any_bytes_are_a_message_or_refused(kind: Kind, data: st.DataObject) -> None:
    """And what is read can be written, and is then read alike."""
    body = data.draw(st.binary(max_size=400) | mutations(MEANT[kind].encode()))
    found = accepted(BODIES[kind].decode, body)
    assert found is None or BODIES[kind].decode(found.encode()) == found


# Newer versions.


def test_a_holding_of_a_newer_version_is_a_refusal() -> None:
    for number in range(256):
        (grant,) = Held.decode(bytes.fromhex(f"{GRANT} {number:02x} 00")).grants
        assert grant == Grant(49_152, Holding(number) if number <= 5 else Holding.REFUSED)


def test_a_reason_of_a_newer_version_is_none() -> None:
    for number in range(256):
        (grant,) = Held.decode(bytes.fromhex(f"{GRANT} 03 {number:02x}")).grants
        assert grant == Grant(49_152, Holding.REFUSED, Reason(number) if number <= 7 else Reason.NONE)


def test_what_a_newer_version_has_found_is_not_known() -> None:
    for number in range(256):
        reported = Reported.decode(bytes.fromhex(f"{ROW} {number:02x}"))
        assert reported.found == {49_152: Found(number) if number <= 4 else Found.NOTHING_KNOWN}


def test_what_a_newer_version_knows_of_its_firewall_is_not_known() -> None:
    for number in range(256):
        reported = Reported.decode(bytes.fromhex(f"01 {number:02x} 00000000 00 00"))
        assert reported.admission is (Admission(number) if number <= 2 else Admission.UNKNOWN)


def test_only_a_plain_yes_is_an_unbroken_lease() -> None:
    for number in range(256):
        reported = Reported.decode(bytes.fromhex(f"{number:02x} 00 00000000 00 00"))
        assert reported.unbroken is (number == 1)


def test_numbers_keep_their_meaning() -> None:
    """Agents of two versions tell them to each other."""
    assert [member.name for member in Holding] == ["HELD", "LISTENING", "BUSY", "REFUSED", "FAILED", "VACANT"]
    assert [member.name for member in Reason] == [
        "NONE", "OUTSIDE", "FIXED", "OWN", "SEEN", "BOOTED", "FULL", "EXCLUDED",
    ]  # fmt: skip
    assert [member.name for member in Found] == ["NOTHING_KNOWN", "NONE", "MINE", "HALF_OPEN", "OTHER"]
    assert [member.name for member in Admission] == ["UNKNOWN", "ADMITS", "SHUTS"]
    for numbers in (Holding, Reason, Found, Admission):
        assert [int(member) for member in numbers] == [*range(len(numbers))]


# Liars, and ourselves.


@pytest.mark.parametrize(
    ("kind", "body", "says"),
    [
        (Kind.HOLD, f"{LEASE.hex()} 02 c000 c000", "named twice"),
        (Kind.HOLD, f"{LEASE.hex()} 01 0000", "port 0"),
        (Kind.HOLD, f"{LEASE.hex()} 41" + "c000" * 65, "65 of at most 64"),
        (Kind.HELD, "1388 02 c000 00 00 c000 01 00", "named twice"),
        (Kind.HELD, "1388 01 0000 00 00", "port 0"),
        (Kind.HELD, "1388 41" + "c0000000" * 65, "65 of at most 64"),
        (Kind.REPORT, f"{LEASE.hex()} 02 c000 0001 c000 0002", "named twice"),
        (Kind.REPORT, f"{LEASE.hex()} 01 0000 0001", "port 0"),
        (Kind.REPORT, f"{LEASE.hex()} ff", "255 of at most 64"),
        (Kind.REPORTED, "01 00 00000000 00 02 c000 01 c000 02", "named twice"),
        (Kind.REPORTED, "01 00 00000000 00 01 0000 01", "port 0"),
        (Kind.REPORTED, "01 00 00000000 00 41" + "c00001" * 65, "65 of at most 64"),
        (Kind.REPORTED, "01 00 00000000 41" + "61" * 65 + "00", "a text of 65 bytes"),
        (Kind.REPORTED, "01 00 00000000 03 611b62 00", "characters that it may not have"),
        (Kind.WELCOME, "01" + "00" * 32 + "40" + "61" * 64, "a text of 64 bytes"),
        (Kind.WELCOME, "01" + "00" * 32 + "03 610a62", "characters that it may not have"),
    ],
)
def test_a_lie_is_refused(kind: Kind, body: str, says: str) -> None:
    refuses(BODIES[kind].decode, bytes.fromhex(body), because=says)


@pytest.mark.parametrize(
    "message",
    [
        Hold(LEASE, (*PORTS, 1)),
        Held(5_000, tuple(Grant(port, Holding.HELD) for port in (*PORTS, 1))),
        Report(LEASE, tuple(Asked(port, 0) for port in (*PORTS, 1))),
        Reported(True, "", Admission.UNKNOWN, None, dict.fromkeys((*PORTS, 1), Found.NONE)),
    ],
    ids=lambda message: type(message).__name__,
)
def test_more_ports_than_a_lease_has_are_not_written(message: Hold | Held | Report | Reported) -> None:
    with pytest.raises(ValueError, match=f"{MOST_PORTS + 1} of at most {MOST_PORTS}"):
        message.encode()


def test_what_nobody_would_believe_is_not_written() -> None:
    told = Reported.decode(Reported(True, "fe80::1%my lan\n", Admission.UNKNOWN, -5, {}).encode())
    assert (told.bound, told.reached_ago) == ("fe80::1%my?lan?", 0)
    welcome = Welcome.decode(Welcome(1, 0, bytes(24), "n" * (LONGEST_NAME + 9)).encode())
    assert welcome.name == "n" * LONGEST_NAME
