"""The lab of the agents does what it says: otherwise no test that stands on it means anything."""

import itertools
import socket
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest

from .connects import Told, connect
from .forging import forging
from .inside import udp
from .listeners import Behaviour, listening
from .rows import Seen
from .rules import (
    RENDEZVOUS,
    Rule,
    disguise,
    divert,
    drop,
    forgetful,
    one_way,
    prohibit,
    reset,
    speechless,
)
from .star import NETS, Star, address
from .tapping import tapping
from .watching import watching

pytestmark = pytest.mark.lab

SOON = 1.5  # seconds; after one SYN retransmit
ME, IT, STRANGER = address("BTS01"), address("MSS"), address("STRANGER")
PORT, BESIDE = 20000, 20001
P = str(PORT)


class Case(NamedTuple):
    """What one of the router's rules does to a port with a listener, and to one without."""

    rule: Callable[[str], Rule]
    listened: Seen
    unlistened: Seen
    icmp: tuple[int, int] | None = None


CASES = {
    "drop": Case(lambda port: drop(ME, IT, port), Seen.SILENT, Seen.SILENT),
    "reset": Case(lambda port: reset(ME, IT, port), Seen.CLOSED, Seen.CLOSED),
    "prohibit": Case(lambda port: prohibit(ME, IT, port), Seen.REJECTED, Seen.REJECTED, (3, 13)),
    "one way": Case(lambda port: one_way(ME, IT, port), Seen.SILENT, Seen.SILENT),
    "divert": Case(lambda port: divert(ME, IT, port, (STRANGER, 7000)), Seen.OPEN, Seen.OPEN),
    "disguise": Case(lambda port: disguise(ME, IT, port), Seen.OPEN, Seen.SILENT),
    "for others": Case(lambda port: drop(address("BTS02"), IT, port), Seen.OPEN, Seen.SILENT),
}
LISTENED = {name: 21000 + number for number, name in enumerate(CASES)}
UNLISTENED = {name: 22000 + number for number, name in enumerate(CASES)}


def told(star: Star, *ports: int) -> list[Told]:
    return connect(star["BTS01"], [(IT, port) for port in ports], SOON)


def seen(star: Star, *ports: int) -> list[Seen]:
    return [each.seen for each in told(star, *ports)]


@pytest.fixture(scope="module")
def answers(star: Star) -> dict[int, Told]:
    """Of all ports, asked at once with all rules in force."""
    ports = [*LISTENED.values(), *UNLISTENED.values()]
    rules = [case.rule(str(where[name])) for where in (LISTENED, UNLISTENED) for name, case in CASES.items()]
    here = listening(star["MSS"], [(IT, port) for port in LISTENED.values()])
    with here, listening(star["STRANGER"], [(STRANGER, 7000)]), star.between(*rules):
        return dict(zip(ports, told(star, *ports), strict=True))


@pytest.mark.parametrize("name", CASES)
def test_what_each_rule_does(answers: dict[int, Told], name: str) -> None:
    case = CASES[name]
    listened, unlistened = answers[LISTENED[name]], answers[UNLISTENED[name]]
    assert (listened.seen, unlistened.seen) == (case.listened, case.unlistened)
    assert listened.icmp == unlistened.icmp == case.icmp


def test_rules_add_up_and_go_with_their_block(star: Star) -> None:
    with listening(star["MSS"], [(IT, PORT), (IT, BESIDE)]):
        with star.between(drop(ME, IT, P)):
            with star.between(reset(ME, IT, str(BESIDE))):
                assert seen(star, PORT, BESIDE) == [Seen.SILENT, Seen.CLOSED]
            assert seen(star, PORT, BESIDE) == [Seen.SILENT, Seen.OPEN]
        assert seen(star, PORT, BESIDE) == [Seen.OPEN, Seen.OPEN]


def test_a_syn_that_is_not_answered_is_half_open_at_the_other_end(star: Star) -> None:
    half_open = ("ss", "-Htn", "state", "syn-recv")
    program = f"import socket; socket.create_connection(('{IT}', {PORT}), 9)"
    with (
        listening(star["MSS"], [(IT, PORT)]),
        star.between(one_way(ME, IT, P)),
        star["BTS01"].popen(sys.executable, "-I", "-c", program) as caller,
    ):
        while P not in (told := star["MSS"].run(*half_open).stdout):
            assert caller.poll() is None, told
        caller.kill()
    assert f"{ME}:" in told


def test_everybody_reaches_everybody(star: Star) -> None:
    for version in (4, 6):
        with closing(udp(star["MSS"], address("MSS", 15, version), RENDEZVOUS)) as there:
            for host in NETS.keys() - {"MSS"}:
                with udp(star[host], address(host, 0, version)) as here:
                    here.sendto(host.encode(), there.getsockname()[:2])
                    said, source = there.recvfrom(100)
                    assert (said.decode(), source[:2]) == (host, here.getsockname()[:2])


def test_a_guarded_host_takes_nothing_in_and_stays_in_stealth(star: Star) -> None:
    with listening(star["MSS"], [(IT, PORT), (IT, BESIDE)]):
        star.guard("MSS", f"tcp dport {PORT} drop")
        guarded = seen(star, PORT, BESIDE, BESIDE + 1)
        star.guard("MSS")
        assert guarded == [Seen.SILENT, Seen.OPEN, Seen.SILENT]
        assert seen(star, PORT) == [Seen.OPEN]


def test_datagrams_are_lost_as_often_as_it_is_said(star: Star) -> None:
    with udp(star["MSS"], IT, RENDEZVOUS) as there, udp(star["BTS01"], ME) as here:
        there.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        arrived = []
        for rule in (forgetful(30), speechless(ME, IT)):
            with star.between(rule):
                for number in range(1000):
                    here.sendto(bytes([number % 256]), (IT, RENDEZVOUS))
                arrived.append(len(waiting(there)))
    assert 600 < arrived[0] < 800
    assert arrived[1] == 0


def waiting(there: socket.socket) -> list[bytes]:
    """All that has arrived; what is sent on one machine has, or never will."""
    there.setblocking(False)
    found = []
    while True:
        try:
            found.append(there.recv(2000))
        except BlockingIOError:
            return found


def test_a_tap_hears_what_was_said_whoever_says_it(star: Star) -> None:
    there, stranger, nobody = (IT, RENDEZVOUS), (STRANGER, 4000), (address("BTS02"), 5000)
    with udp(star["MSS"], *there) as door, tapping(star, "MSS") as tap, forging(star["STRANGER"]) as forger:
        sent = [(stranger, there, b"in its own name"), (nobody, there, b"in another's")]
        assert forger.send_all(sent) == 2
        heard = [door.recvfrom(100) for _ in sent]
        door.sendto(b"answer", stranger)
        told = tap.until(lambda datagrams: len(datagrams) == 3)
    assert heard == [(data, source) for source, _, data in sent]
    assert [(each.source, each.target, each.data) for each in told] == [*sent, (there, stranger, b"answer")]


def test_noise_has_its_pace(star: Star) -> None:
    there = (IT, RENDEZVOUS)
    noise = [((STRANGER, port), there, b"noise") for port in (1, 2)]
    with (
        udp(star["MSS"], *there) as door,
        forging(star["STRANGER"]) as forger,
        forger.noise(noise, 2000) as going,
    ):
        seen = {door.recvfrom(100)[1] for _ in range(1000)}
    assert seen == {(STRANGER, 1), (STRANGER, 2)}
    assert going.sent >= 1000


def test_a_watch_sees_listeners_come_and_go(star: Star, tmp_path: Path) -> None:
    with watching(star["MSS"], tmp_path / "seen") as watch:
        with listening(star["MSS"], [(IT, PORT), (address("MSS", 0, 6), BESIDE)], Behaviour.HOLD):
            watch.until(lambda ports: ports == {PORT, BESIDE}, 5)
        watch.until(lambda ports: not ports, 5)
    sightings = watch.sightings()
    both = {(IT, PORT), (address("MSS", 0, 6), BESIDE)}
    assert (sightings[0].listeners, sightings[-1].listeners) == (frozenset(), frozenset())
    assert any(each.listeners == both for each in sightings)
    assert all(one.seconds <= two.seconds for one, two in itertools.pairwise(sightings))
