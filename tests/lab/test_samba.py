"""Real endpoint mappers: `probe endpoints` lists what Samba's own client lists, over fragments and both endings."""

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from probes.wire.call import RESPONSE, Response
from probes.wire.epm import EptStatus
from probes.wire.ept_lookup import EptLookupResponse
from probes.wire.fragments import Reassembly
from probes.wire.ndr import NULL_HANDLE
from probes.wire.pdu import HEADER_SIZE, Header, PacketType, frame_size

from .capture import Packet, capturing, said_by
from .connects import connect
from .daemon import serving
from .namespace import LabCommandError
from .network import Network
from .rows import Seen
from .samba import MAPPER, PORTS, Listed, Samba, domain_controller, listed, member
from .site import probe

pytestmark = pytest.mark.lab

Start = Callable[[Network, Path], AbstractContextManager[Samba]]


@dataclass(frozen=True)
class Heard:
    """One `probe endpoints` against a real mapper, as captured, and what Samba's own client lists."""

    address: dict[str, Any]
    packets: list[Packet]
    reference: frozenset[Listed]

    def responses(self) -> list[Response]:
        """Every fragment of an answer; the frames are cut here by their length alone."""
        speech, found = said_by(self.packets, (self.address["address"], MAPPER)), []
        while speech:
            size = frame_size(speech[:HEADER_SIZE])
            frame, speech = speech[:size], speech[size:]
            if Header.decode(frame).packet_type is PacketType.RESPONSE:
                found.append(Response.decode(frame))
        return found

    def pages(self) -> list[EptLookupResponse]:
        pages, calls = [], dict[int, Reassembly]()
        for response in self.responses():
            call = calls.setdefault(response.call_id, Reassembly(response.call_id))
            if (stub := call.feed(response)) is not None:
                pages.append(EptLookupResponse.decode(stub))
        return pages


def ended(packets: list[Packet]) -> bool:
    return len({packet.source for packet in packets if "F" in packet.flags}) == 2


def hear(start: Start, net: Network, folder: Path) -> Heard:
    with start(net, folder / "samba") as samba:
        with capturing(net.prober, folder / "pcap", (samba.address, MAPPER)) as capture:
            code, out, err = probe(net, "endpoints", samba.address, "--format", "json")
            assert code == 0, err
            packets = capture.until(ended)
        document = json.loads(out)
        assert len(document["addresses"]) == 1
        return Heard(document["addresses"][0], packets, listed(net.prober, samba))


@pytest.fixture(scope="module")
def of_member(shared_net: Network, tmp_path_factory: pytest.TempPathFactory) -> Heard:
    return hear(member, shared_net, tmp_path_factory.mktemp("member"))


@pytest.fixture(scope="module")
def of_controller(shared_net: Network, tmp_path_factory: pytest.TempPathFactory) -> Heard:
    return hear(domain_controller, shared_net, tmp_path_factory.mktemp("controller"))


@pytest.fixture(params=["of_member", "of_controller"])
def heard(request: pytest.FixtureRequest) -> Heard:
    found: Heard = request.getfixturevalue(request.param)
    return found


def test_the_same_tcp_endpoints_as_sambas_own_client(heard: Heard) -> None:
    """TCP only: rpcclient drops the entry that comes together with the end, see `listed`."""
    endpoints = [each for each in heard.address["endpoints"] if each["protocol"] == "ncacn_ip_tcp"]
    found = [Listed(each["interface"], each["version"], each["port"]) for each in endpoints]
    assert heard.address["state"] == "open"
    assert set(found) == heard.reference
    assert len(found) == len(set(found))
    assert {each.port for each in heard.reference} > {MAPPER}
    assert all(each.port in PORTS for each in heard.reference if each.port != MAPPER)


def test_what_is_not_tcp_is_listed_too(heard: Heard) -> None:
    assert {"ncacn_ip_tcp", "ncacn_np", "ncalrpc"} <= {each["protocol"] for each in heard.address["endpoints"]}
    assert len(heard.address["endpoints"]) == sum(len(page.entries) for page in heard.pages())


def test_a_page_comes_in_fragments(heard: Heard) -> None:
    """By the frames' own lengths, as TCP may put two of them into one packet: a full fragment, then the rest."""
    first, second = heard.responses()[:2]
    assert HEADER_SIZE + RESPONSE.size + len(first.stub) == 4280
    assert len(second.stub) < len(first.stub)
    assert len(heard.responses()) == len(heard.pages()) + 1


def test_the_member_ends_together_with_its_last_entries(of_member: Heard) -> None:
    (page,) = of_member.pages()
    assert (page.status, page.handle) == (EptStatus.EPT_S_NOT_REGISTERED, NULL_HANDLE)
    assert len(page.entries) > 30


def test_the_domain_controller_ends_with_an_empty_page(of_controller: Heard) -> None:
    first, last = of_controller.pages()
    assert first.handle != NULL_HANDLE
    assert len(first.entries) > 50
    assert (last.entries, last.status, last.handle) == ((), EptStatus.EPT_S_NOT_REGISTERED, NULL_HANDLE)


def test_the_conversation_is_one_connection_and_ends_in_order(heard: Heard) -> None:
    assert sum(packet.flags == "S" for packet in heard.packets) == 1
    assert not any("R" in packet.flags for packet in heard.packets)


def test_an_edge_in_the_firewall_cuts_between_two_registered_ports(net: Network, tmp_path: Path) -> None:
    """Real listeners on both sides of it, at ports that were chosen for them."""
    with member(net, tmp_path / "samba", ports=range(50398, 50404)) as samba:
        ports = sorted({each.port for each in listed(net.prober, samba)} - {MAPPER})
        net.flip(samba.address, "drop", ports=f"{ports[1]}-65535")
        told = connect(net.prober, [(samba.address, port) for port in ports], 1)
    assert len(ports) >= 3
    assert set(ports) <= set(range(50398, 50404))
    assert [each.seen for each in told] == [Seen.OPEN] + [Seen.SILENT] * (len(ports) - 1)


def test_a_restarted_mapper_registers_other_ports(net: Network, tmp_path: Path) -> None:
    """So a port that was looked up before has nobody behind it any more."""
    with member(net, tmp_path / "before", ports=range(50000, 50010)) as samba:
        before = {each.port for each in listed(net.prober, samba)} - {MAPPER}
    with member(net, tmp_path / "after", ports=range(50010, 50020)) as samba:
        after = {each.port for each in listed(net.prober, samba)} - {MAPPER}
        told = connect(net.prober, [(samba.address, port) for port in sorted(before)], 1)
    assert before
    assert not before & after
    assert {each.seen for each in told} == {Seen.CLOSED}


def below(process: subprocess.Popen[str]) -> Iterator[psutil.Process]:
    yield from psutil.Process(process.pid).children(recursive=True)


@pytest.mark.parametrize("start", [member, domain_controller])
def test_nothing_is_left_of_it(net: Network, tmp_path_factory: pytest.TempPathFactory, start: Start) -> None:
    folder = tmp_path_factory.mktemp("left")  # of a short name, as it has sockets in there
    with start(net, folder / "samba") as samba:
        family = list(below(samba.process))
        assert {"samba-dcerpcd", "samba"} & {each.name() for each in family}
        address = samba.address
    assert samba.process.returncode is not None
    assert not [each for each in family if each.is_running() and each.status() != psutil.STATUS_ZOMBIE]
    assert connect(net.prober, [(address, MAPPER)], 10)[0].seen is Seen.CLOSED


def test_what_cannot_start_says_so_at_once(net: Network, tmp_path: Path) -> None:
    argv = ("sh", "-c", "echo the last words; exit 3")
    door = (net.address("accept"), MAPPER)
    with (
        pytest.raises(LabCommandError, match=r"nobody listens at .* the last words"),
        serving(net.server, argv, door, tmp_path / "out"),
    ):
        pass
