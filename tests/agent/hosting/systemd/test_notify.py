"""What systemd is told, over sockets as it has them."""

import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.hosting.systemd.notify import LONGEST_END, LONGEST_STATUS, Invited, Notify, Voice, invitation
from agent.hosting.systemd.pulse import Pulse

assert sys.platform != "win32"  # the type checker then leaves this file out there

WELL, WORSE, DEAD = Pulse(True, "all is well"), Pulse(True, "1 path is shut"), Pulse(False, "no rounds")
ABSTRACT = f"@ssoreach test {os.getpid()}"


class Listener:
    """Where systemd would listen."""

    def __init__(self, place: str) -> None:
        self.place = place
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(place.replace("@", "\0", 1))
        self._socket.setblocking(False)

    def heard(self) -> list[list[str]]:
        """Every datagram since the last call, its lines each."""
        found = []
        while True:
            try:
                found.append(self._socket.recv(65536).decode().split("\n"))
            except BlockingIOError:
                return found

    def close(self) -> None:
        self._socket.close()


@pytest.fixture(params=["path", "abstract"])
def listener(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Listener]:
    made = Listener(str(tmp_path / "notify") if request.param == "path" else ABSTRACT)
    yield made
    made.close()


class Played:
    """An agent's pulse and a clock, as the test sets them."""

    def __init__(self) -> None:
        self.now = WELL
        self.seconds = 1000.5

    def life(self, place: str, watchdog: float | None = 3.0) -> Notify:
        return Notify(Invited(place, watchdog), lambda: self.now, lambda: self.seconds)


@pytest.mark.parametrize(
    ("environ", "invited"),
    [
        ({}, None),
        ({"NOTIFY_SOCKET": ""}, None),
        ({"NOTIFY_SOCKET": "vsock:2:1"}, None),
        ({"NOTIFY_SOCKET": "/run/notify"}, Invited("/run/notify")),
        ({"NOTIFY_SOCKET": "@notify", "WATCHDOG_USEC": "2500000"}, Invited("@notify", 2.5)),
        ({"NOTIFY_SOCKET": "/n", "WATCHDOG_USEC": "1000000", "WATCHDOG_PID": "77"}, Invited("/n", 1.0)),
        ({"NOTIFY_SOCKET": "/n", "WATCHDOG_USEC": "1000000", "WATCHDOG_PID": "78"}, Invited("/n")),
        ({"NOTIFY_SOCKET": "/n", "WATCHDOG_USEC": "0"}, Invited("/n")),
        ({"NOTIFY_SOCKET": "/n", "WATCHDOG_USEC": "soon"}, Invited("/n")),
        ({"WATCHDOG_USEC": "1000000"}, None),
    ],
)
def test_what_systemd_asks_for_is_read_once_and_handed_to_no_child(
    environ: dict[str, str], invited: Invited | None
) -> None:
    left = {**environ, "PATH": "/bin"}
    assert invitation(left, 77) == invited
    assert left == {"PATH": "/bin"}


@pytest.mark.parametrize(("watchdog", "period"), [(60.0, 10.0), (30.0, 10.0), (3.0, 1.0), (0.001, 0.1), (None, 10.0)])
def test_it_beats_three_times_as_often_as_it_has_to(watchdog: float | None, period: float) -> None:
    assert Played().life("/nowhere", watchdog).period == pytest.approx(period)


def test_a_whole_life_in_its_order(listener: Listener) -> None:
    played = Played()
    life = played.life(listener.place)
    life.beat()  # before it listens there is nothing to tell
    life.listening(["http://127.0.0.1:10135"])
    life.beat()
    played.now = WORSE
    life.beat()
    life.beat()
    life.reloading()
    life.reloaded(["a mistake"])
    life.stopping()
    life.beat()
    assert listener.heard() == [
        ["READY=1", "STATUS=all is well"],
        ["WATCHDOG=1"],
        ["WATCHDOG=1", "STATUS=1 path is shut"],
        ["WATCHDOG=1"],
        ["RELOADING=1", "MONOTONIC_USEC=1000500000"],
        ["READY=1"],
        ["STOPPING=1", "STATUS=ending"],
        ["EXTEND_TIMEOUT_USEC=3000000"],
    ]


def test_without_a_watchdog_it_tells_only_what_is_new(listener: Listener) -> None:
    played = Played()
    life = played.life(listener.place, None)
    life.listening([])
    life.beat()
    played.now = WORSE
    life.beat()
    assert listener.heard() == [["READY=1", "STATUS=all is well"], ["STATUS=1 path is shut"]]


def test_a_loop_that_turns_with_no_rounds_in_it_does_not_count_as_life(
    listener: Listener, caplog: pytest.LogCaptureFixture
) -> None:
    played = Played()
    life = played.life(listener.place)
    life.listening([])
    played.now = DEAD
    life.beat()
    life.beat()
    assert listener.heard()[1:] == [["STATUS=no rounds"]]
    assert len(caplog.records) == 1
    played.now = WELL
    life.beat()
    assert listener.heard() == [["WATCHDOG=1", "STATUS=all is well"]]


def test_what_cannot_be_described_lives_all_the_same(listener: Listener, caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> Pulse:
        raise LookupError("no such thing")

    life = Notify(Invited(listener.place, 1.0), broken)
    life.listening([])
    life.beat()
    assert listener.heard() == [["READY=1"], ["WATCHDOG=1"]]
    assert len(caplog.records) == 1


def test_an_end_takes_its_time_but_not_for_ever(listener: Listener) -> None:
    played = Played()
    life = played.life(listener.place)
    life.listening([])
    life.stopping()
    listener.heard()
    life.reloaded([])  # of a reload that the end overtook: READY would be a lie now
    played.seconds += LONGEST_END - 1
    life.beat()
    played.seconds += 2
    life.beat()
    assert len(listener.heard()) == 1


def test_a_reload_before_it_listens_is_part_of_the_start(listener: Listener) -> None:
    life = Played().life(listener.place)
    life.reloading()
    life.reloaded([])
    assert listener.heard() == []


def test_a_line_is_one_line_and_bounded(listener: Listener) -> None:
    played = Played()
    played.now = Pulse(True, "one\nREADY=1\x1b[31m" + "x" * 1000)
    played.life(listener.place).listening([])
    ((ready, status),) = listener.heard()
    assert (ready, len(status)) == ("READY=1", len("STATUS=") + LONGEST_STATUS)
    assert "\\n" in status
    assert "\x1b" not in status


def test_a_full_queue_keeps_what_is_said_for_the_next_word(listener: Listener) -> None:
    voice, said = Voice(listener.place), 0
    while said < 5000 and not voice.unsaid:
        voice.say(f"STATUS={said}")
        said += 1
    assert voice.unsaid, "this queue takes everything"
    heard = listener.heard()
    voice.say("STATUS=last")
    heard += listener.heard()
    assert heard == [*([f"STATUS={number}"] for number in range(said)), ["STATUS=last"]]


@pytest.mark.parametrize("place", ["/nowhere/at/all", "/" + "x" * 300, "/a\0b"])
def test_nobody_there_is_said_once_and_no_more(place: str, caplog: pytest.LogCaptureFixture) -> None:
    life = Played().life(place)
    life.listening([])
    life.beat()
    life.stopping()
    assert len(caplog.records) == 1


def test_who_comes_back_is_told_what_was_missed(tmp_path: Path) -> None:
    """Such as systemd itself, while it is executed anew."""
    place = str(tmp_path / "notify")
    life = Played().life(place)
    life.listening([])
    listener = Listener(place)
    life.beat()
    assert listener.heard() == [["READY=1", "STATUS=all is well"], ["WATCHDOG=1"]]
    listener.close()
