"""Numbers with and without a name, all names of the specifications, and the identifiers of interfaces."""

from uuid import UUID

import pytest

from probes.wire.bind import ContextResultCode, ProviderReason, RejectReason
from probes.wire.call import FaultStatus
from probes.wire.epm import EptStatus
from probes.wire.ept_lookup import InquiryType, VersionOption
from probes.wire.names import Named
from probes.wire.reader import Reader
from probes.wire.syntax import NDR32, SyntaxId
from probes.wire.tower import ProtocolId

# As the specifications and reference clients write them.
NAMES: dict[type[Named], dict[int, str]] = {
    ContextResultCode: dict(enumerate(["acceptance", "user_rejection", "provider_rejection", "negotiate_ack"])),
    ProviderReason: {
        0: "reason_not_specified",
        1: "abstract_syntax_not_supported",
        2: "proposed_transfer_syntaxes_not_supported",
        3: "local_limit_exceeded",
    },
    RejectReason: {
        0: "reason_not_specified",
        1: "temporary_congestion",
        2: "local_limit_exceeded",
        3: "called_paddr_unknown",
        4: "protocol_version_not_supported",
        5: "default_context_not_supported",
        6: "user_data_not_readable",
        7: "no_psap_available",
        8: "authentication_type_not_recognized",
        9: "invalid_checksum",
    },
    FaultStatus: {
        0x00000005: "access_denied",
        0x000006F7: "rpc_x_bad_stub_data",
        0x1C00001A: "nca_s_fault_context_mismatch",
        0x1C00001B: "nca_s_fault_remote_no_memory",
        0x1C00001C: "nca_s_invalid_pres_context_id",
        0x1C00001D: "nca_s_unsupported_authn_level",
        0x1C010002: "nca_s_op_rng_error",
        0x1C010003: "nca_s_unk_if",
        0x1C01000B: "nca_s_proto_error",
        0x1C010014: "nca_s_server_too_busy",
    },
    EptStatus: {
        0: "ok",
        0x16C9A0CD: "ept_s_cant_perform_op",
        0x16C9A0D6: "ept_s_not_registered",
        0x6D8: "win32_ept_s_cant_perform_op",
        0x6D9: "win32_ept_s_not_registered",
    },
    InquiryType: {
        0: "rpc_c_ep_all_elts",
        1: "rpc_c_ep_match_by_if",
        2: "rpc_c_ep_match_by_obj",
        3: "rpc_c_ep_match_by_both",
    },
    VersionOption: {
        1: "rpc_c_vers_all",
        2: "rpc_c_vers_compatible",
        3: "rpc_c_vers_exact",
        4: "rpc_c_vers_major_only",
        5: "rpc_c_vers_upto",
    },
    ProtocolId: {
        0x05: "osi_tp4",
        0x06: "osi_clns",
        0x07: "tcp",
        0x08: "udp",
        0x09: "ip",
        0x0A: "rpc_connectionless",
        0x0B: "rpc_connection_oriented",
        0x0C: "local_rpc",
        0x0D: "uuid",
        0x0E: "ipx",
        0x0F: "named_pipe",
        0x10: "local_rpc_name",
        0x11: "netbios",
        0x12: "netbeui",
        0x13: "spx",
        0x14: "netware_ipx",
        0x1F: "http",
    },
}


class Colour(Named):
    RED = 1
    DARK_RED = 0x10


def test_a_known_number_is_its_member() -> None:
    assert Colour(0x10) is Colour.DARK_RED
    assert str(Colour(0x10)) == "dark_red (0x10)"


def test_an_unknown_number_is_itself() -> None:
    unknown = Colour(0xBEEF)
    assert isinstance(unknown, Colour)
    assert (unknown, unknown.value, unknown.name, str(unknown)) == (0xBEEF, 0xBEEF, "UNKNOWN", "unknown (0xbeef)")
    assert unknown == Colour(0xBEEF) != Colour(0xBEEE)
    assert len({unknown, Colour(0xBEEF), Colour.RED}) == 2


def test_an_unknown_number_does_not_become_a_member() -> None:
    assert Colour(7) not in list(Colour)
    assert [colour.name for colour in Colour] == ["RED", "DARK_RED"]


def test_what_is_no_number_does_not_fit() -> None:
    with pytest.raises(ValueError, match="'red' is not a valid Colour"):
        Colour("red")  # type: ignore[arg-type]  # which is the point


@pytest.mark.parametrize("numbers", NAMES, ids=lambda numbers: str(numbers.__name__))
def test_all_names(numbers: type[Named]) -> None:
    assert {int(member): member.name.lower() for member in numbers} == NAMES[numbers]


def test_an_identifier_is_written_in_the_byte_order_of_dce() -> None:
    syntax = SyntaxId(UUID("00112233-4455-6677-8899-aabbccddeeff"), 0x0102, 0x0304)
    written = "33 22 11 00 55 44 77 66 88 99 aa bb cc dd ee ff 02 01 04 03"
    assert syntax.encode().hex(" ") == written
    assert SyntaxId.read(Reader(bytes.fromhex(written))) == syntax


def test_an_identifier_reads_well() -> None:
    assert str(NDR32) == "8a885d04-1ceb-11c9-9fe8-08002b104860 v2.0"
