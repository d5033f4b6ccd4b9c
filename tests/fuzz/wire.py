"""The decoders of `probes.wire`: a value that comes back from its own bytes, or a WireError; nothing else."""

from collections.abc import Callable
from ipaddress import ip_address
from typing import Protocol

from probes import icmp
from probes.wire import dcerpc, ssrp, tds, tds_packet, tds_words
from probes.wire.epm import MAX_ENTRIES, LookupHandleFree, LookupHandleFreeResponse
from probes.wire.ept_lookup import MAX_ANNOTATION, EptLookup, EptLookupResponse
from probes.wire.ept_map import EptMap, EptMapResponse
from probes.wire.fragments import Reassembly
from probes.wire.icmp import decode_error_info, decode_extended_error
from probes.wire.pdu import HEADER_SIZE, MAX_FRAGMENT
from probes.wire.reader import WireError
from probes.wire.rendezvous import proof
from probes.wire.tower import MAX_FLOORS, Tower
from tests.fuzz.target import has_words

MOST_STUB = 4096


class Written(Protocol):
    def encode(self) -> bytes: ...


def comes_back(value: Written, decode: Callable[[bytes], object]) -> None:
    assert decode(value.encode()) == value


def pdus(data: bytes) -> None:
    """A stream of PDUs, as the framing rule cuts it; each by itself, and the responses as fragments of one answer."""
    answer = Reassembly(1, limit=MOST_STUB)
    try:
        while len(data) >= HEADER_SIZE:
            size = dcerpc.frame_size(data[:HEADER_SIZE])
            assert HEADER_SIZE <= size <= MAX_FRAGMENT
            pdu = dcerpc.decode(data[:size])
            comes_back(pdu, dcerpc.decode)
            str(pdu)
            if isinstance(pdu, dcerpc.Response):
                stub = answer.feed(pdu)
                assert stub is None or len(stub) <= MOST_STUB
            data = data[size:]
    except WireError as error:
        has_words(error)


STUBS = (
    EptLookup.decode,
    EptLookupResponse.decode,
    EptMap.decode,
    EptMapResponse.decode,
    LookupHandleFree.decode,
    LookupHandleFreeResponse.decode,
    Tower.decode,
)


def stubs(data: bytes) -> None:
    """What stands in a PDU; the first byte says what it is read as."""
    decode = STUBS[data[0] % len(STUBS)] if data else Tower.decode
    try:
        value = decode(data[1:])
    except WireError as error:
        has_words(error)
        return
    comes_back(value, decode)
    towers = [value] if isinstance(value, Tower) else []
    if isinstance(value, EptLookupResponse):
        assert len(value.entries) <= MAX_ENTRIES
        assert all(len(entry.annotation) < MAX_ANNOTATION + 1 for entry in value.entries)
        towers = [entry.tower for entry in value.entries if entry.tower]
    if isinstance(value, EptMapResponse):
        assert len(value.towers) <= MAX_ENTRIES
        assert all(0 < port <= 65535 for port in value.tcp_ports)
        towers = [tower for tower in value.towers if tower]
    for tower in towers:
        _look_at(tower)


def _look_at(tower: Tower) -> None:
    assert len(tower.floors) <= MAX_FLOORS
    assert tower.tcp_port is None or 0 < tower.tcp_port <= 65535
    str((tower.interface, tower.transfer_syntax, tower.protseq, tower.endpoint, tower.address))


def prelogin(data: bytes) -> None:
    """A packet of either side."""
    for kind in (tds_packet.PacketType.TABULAR_RESULT, tds_packet.PacketType.PRELOGIN):
        try:
            assert tds_packet.HEADER_SIZE <= tds_packet.frame_size(data, kind) <= tds_packet.MAX_PACKET
            value = tds.Prelogin.decode(data, kind)
        except WireError as error:
            has_words(error)
            continue
        try:
            again = value.encode(kind)
        except ValueError:  # one of the longest, whose version was written short
            assert len(data) > tds_packet.MAX_PACKET - 2
            continue
        assert tds.Prelogin.decode(again, kind) == value
        tds_words.version_words(value.version) if value.version else ""
        tds_words.encryption_words(value.encryption) if value.encryption is not None else ""


def browser(data: bytes) -> None:
    """A datagram of SQL Browser, and one to it."""
    try:
        answer = ssrp.Answer.decode(data)
        assert len(answer.instances) <= ssrp.MAX_INSTANCES
        assert all(each.tcp_port is None or 0 < each.tcp_port <= 65535 for each in answer.instances)
        assert ssrp.Answer.decode(answer.encode(), 65535) == answer
        assert all(answer.find(each.name.upper()) or each.name.upper() != each.name for each in answer.instances)
    except WireError as error:
        has_words(error)
    try:
        comes_back(ssrp.Request.decode(data), ssrp.Request.decode)
    except WireError as error:
        has_words(error)


def icmp_records(data: bytes) -> None:
    """The records in which a system hands over an ICMP error: one of ours, or none; never an exception."""
    for decode in (decode_extended_error, decode_error_info):
        found = decode(data)
        if found is None:
            continue
        assert found.version in (4, 6)
        assert found.sender is None or ip_address(found.sender).version in (4, 6)
        assert icmp.words(found).isprintable()
        assert icmp.refuses(found) is (icmp.meaning(found) is icmp.Meaning.REFUSAL)


def proofs(data: bytes) -> None:
    """What a held listener said, and what was waited for."""
    wanted, said = data[: proof.SIZE].ljust(proof.SIZE, b"\0"), data[proof.SIZE :]
    whole = [said[at : at + proof.SIZE] for at in range(0, len(said), proof.SIZE)]
    assert proof.is_among(wanted, said) is (wanted in whole)
