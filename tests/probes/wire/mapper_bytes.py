"""Bytes of real conversations with an endpoint mapper, as received, and strategies for the values in them.

The questions are a reference client's; the answers are those of Samba 4.17.
"""

from ipaddress import IPv4Address
from uuid import UUID

from hypothesis import strategies as st

from probes.wire.ept_lookup import Entry
from probes.wire.syntax import SyntaxId
from probes.wire.tower import Floor, ProtocolId, Tower, tcp_tower
from tests.probes.wire.reading import mutations

STUB = 24  # where it begins in a request or a response

MSDTC = SyntaxId(UUID("906b0ce0-c70b-1067-b317-00dd010662da"), 1)
LSARPC = SyntaxId(UUID("12345778-1234-abcd-ef00-0123456789ab"), 0)
NETDFS = SyntaxId(UUID("4fc742e0-4a10-11cf-8273-00aa004ae673"), 3)
NULL_HANDLE = "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00"

BIND = bytes.fromhex(
    "05 00 0b 03 10 00 00 00 48 00 00 00 01 00 00 00"  # header, call_id 1
    "b8 10 b8 10 00 00 00 00 01 00 00 00 00 00 01 00"  # 4280 and 4280, no group; one context, with one syntax
    "08 83 af e1 1f 5d c9 11 91 a4 08 00 2b 14 a0 fa 03 00 00 00"  # the mapper's interface, v3.0
    "04 5d 88 8a eb 1c c9 11 9f e8 08 00 2b 10 48 60 02 00 00 00"  # NDR, v2.0
)
BIND_ACK = bytes.fromhex(
    "05 00 0c 03 10 00 00 00 3c 00 00 00 01 00 00 00"
    "b8 10 b8 10 02 25 00 00 04 00 31 33 35 00 00 00"  # group 0x2502, sec_addr "135" and its padding
    "01 00 00 00 00 00 00 00"  # one result: accepted
    "04 5d 88 8a eb 1c c9 11 9f e8 08 00 2b 10 48 60 02 00 00 00"
)
BIND_ACK_OF_NOTHING = bytes.fromhex(
    "05 00 0c 03 10 00 00 00 54 00 00 00 01 00 00 00"
    "b8 10 b8 10 d5 7d 00 00 04 00 31 33 35 00 00 00"
    "02 00 00 00"  # two results
    "02 00 02 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00"  # no such transfer syntax
    "02 00 01 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00"  # no such interface
)
BIND_NAK = bytes.fromhex(
    "05 00 0d 03 10 00 00 00 18 00 00 00 01 00 00 0004 00 01 05 00 00 00 00"  # reason 4; one version, 5.0; padding
)
FAULT_BAD_OPNUM = bytes.fromhex(
    "05 00 03 23 10 00 00 00 20 00 00 00 03 00 00 00"  # flags: first, last, did not execute
    "18 00 00 00 00 00 00 00 02 00 01 1c 00 00 00 00"
)
FAULT_BAD_STUB = bytes.fromhex(
    "05 00 03 03 10 00 00 00 20 00 00 00 03 00 00 00"  #
    "18 00 00 00 00 00 00 00 f7 06 00 00 00 00 00 00"
)
LOOKUP_ALL = bytes.fromhex(
    "05 00 00 03 10 00 00 00 40 00 00 00 02 00 00 00"
    "28 00 00 00 00 00 02 00"  # 40 bytes of stub, context 0, opnum 2
    "00 00 00 00 00 00 00 00 00 00 00 00 01 00 00 00"  # all elements, no object, no interface, RPC_C_VERS_ALL
    f"{NULL_HANDLE} 64 00 00 00"  # max_ents 100
)
LOOKUP_MSDTC_STUB = bytes.fromhex(
    "01 00 00 00 00 00 00 00"  # by interface; no object
    "00 00 02 00 e0 0c 6b 90 0b c7 67 10 b3 17 00 dd 01 06 62 da 01 00 00 00"
    f"01 00 00 00 {NULL_HANDLE} 64 00 00 00"
)
LAST_PAGE = bytes.fromhex(
    "05 00 02 03 10 00 00 00 3c 01 00 00 14 00 00 00"
    "24 01 00 00 00 00 00 00"
    f"{NULL_HANDLE} 02 00 00 00"  # no handle, and still two entries
    "02 00 00 00 00 00 00 00 02 00 00 00"  # max_count, offset, actual_count
    "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00"  # no object
    "01 00 00 00 00 00 00 00 07 00 00 00 6e 65 74 64 66 73 00 00"  # referent, offset, 7 bytes: "netdfs"; padding
    "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00"
    "02 00 00 00 00 00 00 00 07 00 00 00 6e 65 74 64 66 73 00 00"
    "4d 00 00 00 4d 00 00 00 04 00"  # a tower of 77 bytes and four floors: ncalrpc
    "13 00 0d e0 42 c7 4f 10 4a cf 11 82 73 00 aa 00 4a e6 73 03 00 02 00 00 00"
    "13 00 0d 04 5d 88 8a eb 1c c9 11 9f e8 08 00 2b 10 48 60 02 00 02 00 00 00"
    "01 00 0c 02 00 00 00"
    "01 00 10 0d 00 72 70 63 64 5f 63 6c 61 73 73 69 63 00"  # "rpcd_classic"
    "00 00 00"
    "53 00 00 00 53 00 00 00 05 00"  # one of 83 bytes and five: ncacn_np
    "13 00 0d e0 42 c7 4f 10 4a cf 11 82 73 00 aa 00 4a e6 73 03 00 02 00 00 00"
    "13 00 0d 04 5d 88 8a eb 1c c9 11 9f e8 08 00 2b 10 48 60 02 00 02 00 00 00"
    "01 00 0b 02 00 00 00"
    "01 00 0f 0d 00 5c 70 69 70 65 5c 6e 65 74 64 66 73 00"  # "\pipe\netdfs"
    "01 00 11 01 00 00"
    "00"
    "d6 a0 c9 16"  # ept_s_not_registered, that is: no more
)
LSARPC_TOWER = bytes.fromhex(
    "05 00"
    "13 00 0d 78 57 34 12 34 12 cd ab ef 00 01 23 45 67 89 ab 00 00 02 00 00 00"
    "13 00 0d 04 5d 88 8a eb 1c c9 11 9f e8 08 00 2b 10 48 60 02 00 02 00 00 00"
    "01 00 0b 02 00 00 00"
    "01 00 07 02 00 c0 02"  # TCP 49154
    "01 00 09 04 00 7f 00 00 01"  # 127.0.0.1
)
MAP_LSARPC_STUB = bytes.fromhex(
    "01 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00"  # referent 1: no object
    "02 00 00 00 4b 00 00 00 4b 00 00 00 05 00"  # referent 2: a tower of 75 bytes
    "13 00 0d 78 57 34 12 34 12 cd ab ef 00 01 23 45 67 89 ab 00 00 02 00 00 00"
    "13 00 0d 04 5d 88 8a eb 1c c9 11 9f e8 08 00 2b 10 48 60 02 00 02 00 00 00"
    "01 00 0b 02 00 00 00 01 00 07 02 00 00 00 01 00 09 04 00 00 00 00 00"
    f"00 {NULL_HANDLE} 04 00 00 00"  # padding, handle, max_towers
)
MAP_ANSWER = (
    bytes.fromhex(
        "05 00 02 03 10 00 00 00 98 00 00 00 46 00 00 00"
        f"80 00 00 00 00 00 00 00 {NULL_HANDLE} 01 00 00 00"
        "04 00 00 00 00 00 00 00 01 00 00 00 03 00 00 00 4b 00 00 00 4b 00 00 00"
    )
    + LSARPC_TOWER
    + bytes.fromhex("00 00 00 00 00")
)

LOOPBACK = IPv4Address("127.0.0.1")
MAPPED = tcp_tower(LSARPC, 49154, LOOPBACK)

u16 = st.integers(0, 0xFFFF)
u32 = st.integers(0, 0xFFFFFFFF)
handles = st.binary(min_size=20, max_size=20)
syntaxes = st.builds(SyntaxId, st.uuids(), u16, u16)
protocols = st.integers(0, 255).map(ProtocolId)
floors = st.one_of(
    st.builds(Floor, protocols, st.binary(max_size=30), st.binary(max_size=30)),
    st.builds(Floor.of_syntax, syntaxes),
)
towers = st.one_of(
    st.lists(floors, max_size=6).map(lambda made: Tower(tuple(made))),
    st.builds(tcp_tower, syntaxes, u16, st.ip_addresses(v=4)),
)
annotations = st.text(st.characters(min_codepoint=1, max_codepoint=255), max_size=63)
entries = st.builds(Entry, st.none() | towers, annotations, st.uuids())
mutations_of_towers = mutations(LSARPC_TOWER)
