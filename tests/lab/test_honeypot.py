"""SQL Server as others imitate it: its version is read, and by default not a byte is said to it."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from .capture import Capture, Packet, capturing
from .honeypot import SQL, honeypot
from .network import Network
from .site import once, write_site

pytestmark = pytest.mark.lab

ROUNDS = 20
ASK = """
import asyncio, sys, time
from probes.engine.choice import create
from probes.outcome import Target
from probes.registry import Kind, knock
from probes.wire.tds_words import encryption_words, version_words

async def ask():
    for _ in range(int(sys.argv[3])):
        outcome = await knock(create(time.time), Target(sys.argv[1], 1433, 5), Kind(sys.argv[2]))
        answer = outcome.answer
        words = (version_words(answer.version), encryption_words(answer.encryption)) if answer else ()
        print(outcome.state, outcome.phase, *words, sep="; ")

asyncio.run(ask())
"""
# A last connection, from a port that nobody else speaks from: whoever sees it has seen all that was before. It ends
# with an RST, so that the port is free at once.
MARK_PORT = 7
MARK = f"""
import socket, sys
with socket.create_connection((sys.argv[1], {SQL}), 5, ("", {MARK_PORT})) as mark:
    mark.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\\1\\0\\0\\0\\0\\0\\0\\0")
"""


@pytest.fixture(scope="module", params=[4, 6], ids=["IPv4", "IPv6"])
def server(
    request: pytest.FixtureRequest, shared_net: Network, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Its address."""
    address = shared_net.address("accept", request.param)
    with honeypot(shared_net, tmp_path_factory.mktemp("honeypot"), address):
        yield address


def ask(net: Network, address: str, kind: str, times: int = 1) -> list[str]:
    done = net.prober.python("-c", ASK, address, kind, str(times))
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def finished(net: Network, capture: Capture, address: str) -> dict[tuple[str, int], list[Packet]]:
    """All connections there have been, by the end that is ours, once both ends of each have said FIN."""
    done = net.prober.python("-c", MARK, address)
    assert done.returncode == 0, done.stderr

    def over(packets: list[Packet]) -> bool:
        ends = Counter(our_end(packet) for packet in packets if "F" in packet.flags)
        started = {our_end(packet) for packet in packets}
        return any(port == MARK_PORT for _, port in started) and all(
            ends[end] >= 2 for end in started if end[1] != MARK_PORT
        )

    found: dict[tuple[str, int], list[Packet]] = {}
    for packet in capture.until(over):
        found.setdefault(our_end(packet), []).append(packet)
    return {end: packets for end, packets in found.items() if end[1] != MARK_PORT}


def our_end(packet: Packet) -> tuple[str, int]:
    return packet.target if packet.source[1] == SQL else packet.source


def check_is_quiet(end: tuple[str, int], packets: list[Packet]) -> None:
    """One handshake, not a byte either way, our FIN before theirs, and no RST before both are said.

    On a busy machine a system may send one for a connection that has ended in order: nobody hears of it.
    """
    assert [packet.flags for packet in packets[:3]] == ["S", "SA", "A"]
    assert not any(packet.payload for packet in packets)
    ends = [number for number, packet in enumerate(packets) if "F" in packet.flags]
    assert [packets[number].source == end for number in ends] == [True, False]
    assert not any("R" in packet.flags for packet in packets[: ends[-1]])


def test_its_version_is_read(shared_net: Network, server: str) -> None:
    assert ask(shared_net, server, "prelogin") == [
        "open; done; SQL Server 2014, 12.0.4100; encryption not available",
    ]


def test_prelogin_is_one_question_and_one_answer_and_ends_in_order(
    shared_net: Network, server: str, tmp_path: Path
) -> None:
    with capturing(shared_net.prober, tmp_path / "pcap", (server, SQL)) as capture:
        ask(shared_net, server, "prelogin")
        ((end, packets),) = finished(shared_net, capture, server).items()
    said = [(packet.source == end, packet.payload[0]) for packet in packets if packet.payload]
    assert said == [(True, 0x12), (False, 0x04)]
    assert not any("R" in packet.flags for packet in packets)
    assert [packet.source == end for packet in packets if "F" in packet.flags] == [True, False]


def test_a_round_is_one_connection_and_not_a_byte(shared_net: Network, server: str, tmp_path: Path) -> None:
    hosts = [f'name: SQL01, role: sso-database, address: "{server}"']
    hosts.append(f'name: MSS, role: master-secret, address: "{server}"')
    config = write_site(tmp_path, shared_net, hosts)
    with capturing(shared_net.prober, tmp_path / "pcap", (server, SQL)) as capture:
        code, document = once(shared_net, config, "--peer", "SQL01")
        ((end, packets),) = finished(shared_net, capture, server).items()
    assert (code, document["paths"][0]["verdict"]) == (0, "reachable")
    check_is_quiet(end, packets)


def test_twenty_knocks_are_twenty_connections(shared_net: Network, server: str, tmp_path: Path) -> None:
    with capturing(shared_net.prober, tmp_path / "pcap", (server, SQL)) as capture:
        assert ask(shared_net, server, "connect", ROUNDS) == ["open; done"] * ROUNDS
        connections = finished(shared_net, capture, server)
    assert len(connections) == ROUNDS
    for end, packets in connections.items():
        check_is_quiet(end, packets)
