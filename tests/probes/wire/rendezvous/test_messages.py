"""Greeting and held listeners: there and back, from newer versions, and from liars."""

import pytest

from probes.wire.rendezvous.frame import LONGEST_NAME, Kind
from probes.wire.rendezvous.greeting import Welcome
from probes.wire.rendezvous.messages import (
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
)
from tests.probes.wire.reading import refuses
from tests.probes.wire.rendezvous.values import BODIES, LEASE, PORTS

GRANT = "1388 01 c000"  # for 5 s, one port
ROW = "01 00 00000000 00 01 c000"  # unbroken, firewall unknown, reached just now, no address, one port


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
