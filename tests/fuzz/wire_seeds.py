"""Bytes of real conversations, from the suite's own golden ones."""

import struct

from probes.wire.dcerpc import Bind, Request, Response, fragments
from probes.wire.epm import LookupHandleFree, LookupHandleFreeResponse
from probes.wire.ept_lookup import EptLookup
from probes.wire.icmp import SOCK_EXTENDED_ERR
from probes.wire.ndr import NULL_HANDLE
from probes.wire.ssrp import Answer, Instance
from probes.wire.tds import Encryption, Prelogin, Version, hello
from probes.wire.tds_packet import PacketType
from tests.probes.wire import mapper_bytes as golden

INSTANCES = (
    Instance("SQL01", "SSO", True, "15.0.4430.1", 50123),
    Instance("SQL01", "MSSQLSERVER", False, "15.0.4430.1", 1433, r"\\SQL01\pipe\sql\query"),
    Instance("SQL01", "PIPES", None, "", None, r"\\SQL01\pipe\x", (("bv", "x"), ("tcp", "0"))),
)


def pdus() -> list[bytes]:
    page = golden.LAST_PAGE[golden.STUB :]
    whole = [
        golden.BIND,
        golden.BIND_ACK,
        golden.BIND_ACK_OF_NOTHING,
        golden.BIND_NAK,
        golden.FAULT_BAD_OPNUM,
        golden.FAULT_BAD_STUB,
        golden.LOOKUP_ALL,
        golden.LAST_PAGE,
        golden.MAP_ANSWER,
        Request(9, 2, b"stub", object=golden.MSDTC.uuid).encode(),
    ]
    answer = b"".join(each.encode() for each in fragments(1, page, max_frag=128))
    signed = bytearray(Response(1, page + bytes(4) + b"\x0a\x02\x04\0" + bytes(4) + b"token").encode())
    signed[10:12] = (5).to_bytes(2, "little")
    return [*whole, golden.BIND_ACK + answer, bytes(signed), Bind(1, ()).encode()]


def stubs() -> list[bytes]:
    page, mapped = golden.LAST_PAGE[golden.STUB :], golden.MAP_ANSWER[golden.STUB :]
    handle = LookupHandleFree(b"\1" * len(NULL_HANDLE)).encode()
    read = [EptLookup().encode(), page, golden.MAP_LSARPC_STUB, mapped, handle]
    read += [LookupHandleFreeResponse().encode(), golden.LSARPC_TOWER]
    return [bytes([number]) + stub for number, stub in enumerate(read)] + [b"\0" + golden.LOOKUP_MSDTC_STUB]


def prelogins() -> list[bytes]:
    server = Prelogin(Version(15, 0, 4430, 1), Encryption.OFF, instance_matches=True, thread_id=7, mars=False)
    full = Prelogin(Version(16, 0, 1000), Encryption.REQ, None, False, 1, True, bytes(36), True, bytes(range(32)), ())
    return [hello(), hello("SSO"), *(each.encode(PacketType.TABULAR_RESULT) for each in (server, full))]


def browsers() -> list[bytes]:
    return [Answer(INSTANCES).encode(), Answer(INSTANCES[:1]).encode(), b"\x03", b"\x04SSO\0", b"\x05\0\0"]


def icmp_records() -> list[bytes]:
    v4 = struct.pack("<HH4s8x", 2, 0, bytes([192, 0, 2, 1]))
    v6 = struct.pack("<HHI16sI", 10, 0, 0, bytes([0x20, 1, 13, 184, *[0] * 11, 1]), 0)
    linux = [SOCK_EXTENDED_ERR.pack(113, origin, 3, 13, 0, 0, 0) + at for origin, at in ((2, v4), (3, v6), (1, b""))]
    windows = [struct.pack("<28sIBB2x", at, protocol, 3, 1) for at, protocol in ((v4, 1), (b"\x17" + v6[1:], 58))]
    return [*linux, *windows, bytes(36)]


def proofs() -> list[bytes]:
    mine, other = bytes(range(16)), b"\xff" * 16
    return [mine + mine, mine + other + mine, mine + other * 64, mine + mine[:9], mine]
