"""Protocol towers: golden bytes both ways, what is read out of them, and what is wrong with some."""

from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.wire.reader import WireError
from probes.wire.syntax import NDR32, SyntaxId
from probes.wire.tower import Floor, ProtocolId, Tower, tcp_tower
from tests.probes.wire.mapper_bytes import (
    LOOPBACK,
    LSARPC,
    LSARPC_TOWER,
    MAPPED,
    floors,
    mutations_of_towers,
    syntaxes,
    towers,
    u16,
)
from tests.probes.wire.reading import accepted, refuses, refuses_cut_short

IDENTIFIED = (Floor.of_syntax(LSARPC), Floor.of_syntax(NDR32))
CO, CL, LOCAL = (
    Floor(ProtocolId.RPC_CONNECTION_ORIENTED, rhs=b"\0\0"),
    Floor(ProtocolId.RPC_CONNECTIONLESS, rhs=b"\0\0"),
    Floor(ProtocolId.LOCAL_RPC, rhs=b"\0\0"),
)
PORT_49154 = b"\xc0\x02"
IP = Floor(ProtocolId.IP, rhs=LOOPBACK.packed)


def tower(*lower: Floor) -> Tower:
    return Tower((*IDENTIFIED, *lower))


def test_reads_golden_bytes() -> None:
    assert len(LSARPC_TOWER) == 75
    assert Tower.decode(LSARPC_TOWER) == MAPPED


def test_writes_golden_bytes() -> None:
    assert MAPPED.encode().hex(" ") == LSARPC_TOWER.hex(" ")


def test_what_a_tower_says() -> None:
    assert (MAPPED.interface, MAPPED.transfer_syntax) == (LSARPC, NDR32)
    assert (MAPPED.protseq, MAPPED.tcp_port, MAPPED.endpoint) == ("ncacn_ip_tcp", 49154, "49154")
    assert MAPPED.address == IPv4Address("127.0.0.1")


@pytest.mark.parametrize(
    ("lower", "protseq", "endpoint", "port"),
    [
        ([CO, Floor(ProtocolId.TCP, rhs=PORT_49154), IP], "ncacn_ip_tcp", "49154", 49154),
        ([CO, Floor(ProtocolId.TCP, rhs=PORT_49154)], "ncacn_ip_tcp", "49154", 49154),
        ([CO, Floor(ProtocolId.TCP, rhs=b"\0\0"), IP], "ncacn_ip_tcp", "", None),
        ([CO, Floor(ProtocolId.TCP, rhs=b"\x87"), IP], "ncacn_ip_tcp", "", None),
        ([CO, Floor(ProtocolId.TCP, rhs=b"\0\0\0\x87"), IP], "ncacn_ip_tcp", "", None),
        ([CO, Floor(ProtocolId.HTTP, rhs=b"\x02\x51"), IP], "ncacn_http", "593", None),
        ([CL, Floor(ProtocolId.UDP, rhs=PORT_49154), IP], "ncadg_ip_udp", "49154", None),
        ([CO, Floor(ProtocolId.NAMED_PIPE, rhs=b"\\pipe\\x\0")], "ncacn_np", "\\pipe\\x", None),
        ([CO, Floor(ProtocolId.NAMED_PIPE, rhs=b"\x1b[2J\xe9")], "ncacn_np", "\x1b[2Jé", None),
        ([LOCAL, Floor(ProtocolId.LOCAL_RPC_NAME, rhs=b"OLE1\0junk")], "ncalrpc", "OLE1", None),
        ([CL, Floor(ProtocolId.TCP, rhs=PORT_49154), IP], None, "", None),
        ([CO, Floor(ProtocolId(0x7F), b"a", b"b"), IP], None, "", None),
        ([CO], None, "", None),
        ([], None, "", None),
    ],
)
def test_where_a_tower_leads(lower: list[Floor], protseq: str | None, endpoint: str, port: int | None) -> None:
    read = Tower.decode(tower(*lower).encode())
    assert (read.protseq, read.endpoint, read.tcp_port) == (protseq, endpoint, port)


@pytest.mark.parametrize(
    "floors",
    [
        (),
        (CO,),
        (Floor(ProtocolId.UUID, bytes(17), bytes(2)),),
        (Floor(ProtocolId.UUID, bytes(18), bytes(4)),),
        (Floor(ProtocolId.TCP, bytes(18), bytes(2)),),
    ],
)
def test_a_tower_that_names_no_interface(floors: tuple[Floor, ...]) -> None:
    read = Tower.decode(Tower(floors).encode())
    assert (read.interface, read.transfer_syntax, read.address) == (None, None, None)
    assert read.floors == floors


def test_towers_without_their_lower_floors() -> None:
    assert tower(CO, Floor(ProtocolId.TCP, rhs=PORT_49154)).address is None
    assert (tower().interface, tower().transfer_syntax) == (LSARPC, NDR32)


@pytest.mark.parametrize("fifth", [Floor(ProtocolId.NETBIOS, rhs=bytes(4)), Floor(ProtocolId.IP, rhs=bytes(16))])
def test_an_address_that_is_none(fifth: Floor) -> None:
    assert tower(CO, Floor(ProtocolId.TCP, rhs=PORT_49154), fifth).address is None


def test_a_protocol_without_a_name_is_kept() -> None:
    floor = Tower.decode(b"\x01\x00" + b"\x03\x00\xfeab" + b"\x01\x00c").floors[0]
    assert floor == Floor(ProtocolId(0xFE), b"ab", b"c")
    assert str(floor.protocol) == "unknown (0xfe)"


@pytest.mark.parametrize(
    "data",
    [LSARPC_TOWER, tower(CO).encode(), Tower((CO,) * 6).encode(), b"\0\0"],
    ids=["golden", "three floors", "six floors", "none"],
)
def test_a_tower_cut_short_is_refused(data: bytes) -> None:
    refuses_cut_short(Tower.decode, data)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (Tower((CO,) * 7).encode(), "a tower of 7 floors; 6 are allowed"),
        (b"\xff\xff" + bytes(1998), "a tower of 65535 floors"),
        (b"\x01\x00" + bytes(4), "a tower floor without a protocol"),
        (LSARPC_TOWER + bytes(1926), "a tower of 2001 bytes; 2000 are allowed"),
    ],
)
def test_a_tower_beyond_all_bounds_is_refused(data: bytes, says: str) -> None:
    refuses(Tower.decode, data, because=says)


@pytest.mark.parametrize("size", [1, 3, 1925])
def test_a_tail_means_nothing(size: int) -> None:
    assert Tower.decode(LSARPC_TOWER + b"\xff" * size) == MAPPED


@given(towers)
def test_any_tower_there_and_back(made: Tower) -> None:
    assert Tower.decode(made.encode()) == made


@given(syntaxes, u16, st.ip_addresses(v=4))
def test_a_tcp_tower_says_what_it_was_made_of(interface: SyntaxId, port: int, address: IPv4Address) -> None:
    made = tcp_tower(interface, port, address)
    assert (made.interface, made.tcp_port, made.address) == (interface, port or None, address)
    assert len(made.encode()) == 75


@given(st.binary(max_size=120) | mutations_of_towers)
def test_any_bytes_are_a_tower_that_can_be_asked_anything_or_a_wire_error(data: bytes) -> None:
    read = accepted(Tower.decode, data)
    if read is not None:
        assert Tower.decode(read.encode()) == read
        assert read.tcp_port is None or 0 < read.tcp_port < 65536
        assert isinstance(read.endpoint, str)


@given(st.lists(floors, min_size=7, max_size=20))
def test_no_tower_has_more_than_six_floors(made: list[Floor]) -> None:
    with pytest.raises(WireError):
        Tower.decode(Tower(tuple(made)).encode())
