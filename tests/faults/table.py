"""The table of faults: how each comes about, how it ends, and how long it lasts.

While one lasts, everything published has to fit the world as it is (`World.exact`), or to say that this agent cannot
know; after its end, the same within two rounds. What is a fault of our own has `ours`: no peer is accused of it.
"""

import signal
import time
from collections.abc import Callable
from enum import Enum, auto
from random import Random
from typing import NamedTuple

from .far import Far
from .field import AWAY, far_link
from .nameserver import NO_SUCH_NAME, SILENT
from .seat import Seat
from .world import Holder, Way

STOPPED = 5.0  # seconds that a process stands still


class Lasts(Enum):
    """How long a fault is left alone before it ends."""

    ROUNDS = auto()  # until two rounds began in it and ended; what they came to has to be what is true in it
    A_WHILE = auto()  # longer than one round; nothing is said of what is published in it but that it accuses nobody
    NOT = auto()  # `begin` has done all of it


class Scene(NamedTuple):
    """Where a fault happens. `far`: the agent of the seat's master, if there is one. `chance`: of the printed seed."""

    seat: Seat
    far: Far | None
    chance: Random


Step = Callable[[Scene], None]


class Fault(NamedTuple):
    """`alone`: also at a seat without a key; `both`: also at one with a key, whose master has an agent."""

    name: str
    begin: Step
    end: Step
    lasts: Lasts
    alone: bool = True
    both: bool = True


def shut_at_random(scene: Scene) -> None:
    """Some door at least; a port that is dropped beside one that answers takes its time, and is a fault of its own."""
    quick = [way for way in Way if way is not Way.DROP]
    shut = [way for way in Way if way is not Way.OPEN]
    mapper, service, database = (scene.chance.choice(ways) for ways in (quick, quick, shut))
    scene.seat.change(mapper=mapper, service=service, database=database)


def open_all(scene: Scene) -> None:
    scene.seat.change(mapper=Way.OPEN, service=Way.OPEN, database=Way.OPEN)


def drop_all(scene: Scene) -> None:
    scene.seat.change(mapper=Way.DROP, service=Way.DROP, database=Way.DROP)


def drop_mapper(scene: Scene) -> None:
    scene.seat.change(mapper=Way.DROP)


def own_firewall(scene: Scene) -> None:
    scene.seat.change(ours=True, can_ask=False)
    scene.seat.own_rules('oifname "eth0" tcp flags & (syn | ack) == syn drop')


def no_own_firewall(scene: Scene) -> None:
    scene.seat.own_rules()
    scene.seat.change(ours=False, can_ask=True)


def own_link_down(scene: Scene) -> None:
    scene.seat.change(ours=True, can_ask=False)
    scene.seat.own_link("down")


def own_link_up(scene: Scene) -> None:
    scene.seat.own_link("up")
    scene.seat.change(ours=False, can_ask=True)


def unplugged(scene: Scene) -> None:
    scene.seat.change(ours=True, can_ask=False)
    scene.seat.cable("down")


def plugged(scene: Scene) -> None:
    scene.seat.cable("up")
    scene.seat.change(ours=False, can_ask=True)


def peers_link(scene: Scene, state: str) -> None:
    seat = scene.seat
    if state == "down":
        seat.change(link=False)
    seat.field.router.ip(f"link set {far_link(seat.number)} {state}\n")
    if state == "up":
        seat.change(link=True)


def moves(to: Holder) -> Step:
    def begin(scene: Scene) -> None:
        scene.seat.change(master=to, held=False)

    return begin


def comes_back(scene: Scene) -> None:
    scene.seat.change(master=Holder.SERVER, held=scene.far is not None)


def own_address(new: int, old: int, *, held: bool) -> Step:
    """The master's agent answers only at addresses that its own file has."""

    def change(scene: Scene) -> None:
        scene.seat.change(ours=True, held=False)
        scene.seat.own_address(new, old)
        scene.seat.change(ours=False, held=held and scene.far is not None)

    return change


def wrong_name(to: Holder) -> Step:
    def begin(scene: Scene) -> None:
        scene.seat.change(named=to, held=False)
        scene.seat.say_names({scene.seat.names[0]: AWAY[to].format(2)})

    return begin


def no_name(code: int, delay: float = 0.0) -> Step:
    """Answers come late, say that there is no such name, or do not come; the last good addresses go on being asked."""

    def begin(scene: Scene) -> None:
        scene.seat.say_names(delay=delay, code=code)

    return begin


def right_names(scene: Scene) -> None:
    scene.seat.say_names()
    scene.seat.change(named=None, held=scene.far is not None)


def killed(scene: Scene) -> None:
    """Three times, at moments of a round that nobody chose."""
    for _ in range(3):
        time.sleep(scene.chance.uniform(0.0, 3.0))
        scene.seat.change(ours=True)
        scene.seat.kill()
        scene.seat.restart()
        scene.seat.change(ours=False)


def disk_full(scene: Scene) -> None:
    scene.seat.disk.fill()


def killed_on_full_disk(scene: Scene) -> None:
    scene.seat.change(ours=True)
    scene.seat.kill()
    scene.seat.restart()
    scene.seat.change(ours=False)
    scene.seat.disk.empty()


def step(least: float, most: float) -> Step:
    def begin(scene: Scene) -> None:
        scene.seat.step(scene.chance.uniform(least, most))

    return begin


def right_time(scene: Scene) -> None:
    scene.seat.step(0.0)


def no_descriptors(scene: Scene) -> None:
    scene.seat.change(ours=True)
    scene.seat.allow(scene.chance.choice([0, 0, 1, 3]))


def descriptors(scene: Scene) -> None:
    scene.seat.allow()
    scene.seat.change(ours=False)


def stopped(scene: Scene) -> None:
    time.sleep(scene.chance.uniform(0.0, 3.0))
    scene.seat.change(ours=True)
    scene.seat.signal(signal.Signals["SIGSTOP"])
    time.sleep(STOPPED)
    scene.seat.signal(signal.Signals["SIGCONT"])
    scene.seat.change(ours=False)


def blocked(scene: Scene) -> None:
    """Over when its log, or anything else that needs the loop, moves again: some time later, all is as before."""
    time.sleep(scene.chance.uniform(0.0, 3.0))
    scene.seat.change(ours=True)
    scene.seat.signal(signal.Signals["SIGUSR2"])
    time.sleep(STOPPED)
    scene.seat.metrics()
    scene.seat.change(ours=False)


def deaf(scene: Scene) -> None:
    """No datagram of agents passes."""
    scene.seat.change(held=False)
    scene.seat.more_rules("udp dport 10135 drop")


def not_deaf(scene: Scene) -> None:
    scene.seat.more_rules()
    scene.seat.change(held=True)


def far_killed(scene: Scene) -> None:
    assert scene.far
    time.sleep(scene.chance.uniform(0.0, 3.0))
    scene.seat.change(held=False)
    scene.far.kill()


def far_back(scene: Scene) -> None:
    assert scene.far
    scene.far.restart()
    scene.seat.change(held=True)


def far_stopped(scene: Scene) -> None:
    assert scene.far
    time.sleep(scene.chance.uniform(0.0, 3.0))
    scene.seat.change(held=False)
    scene.far.signal(signal.Signals["SIGSTOP"])
    time.sleep(STOPPED)
    scene.far.signal(signal.Signals["SIGCONT"])
    scene.seat.change(held=True)


def nothing(scene: Scene) -> None:
    """It is over already."""


A = Lasts.A_WHILE
R = Lasts.ROUNDS
N = Lasts.NOT

FAULTS = (
    Fault("the firewall shuts doors at random", shut_at_random, open_all, R),
    Fault("the firewall drops everything", drop_all, open_all, R),
    Fault("own firewall", own_firewall, no_own_firewall, R),
    Fault("own link down", own_link_down, own_link_up, R),
    Fault("own cable unplugged", unplugged, plugged, R),
    Fault("the peers' link down", lambda scene: peers_link(scene, "down"), lambda scene: peers_link(scene, "up"), R),
    Fault("the master moves to another host", moves(Holder.ELSEWHERE), comes_back, R),
    Fault("its address goes to a host that serves nothing", moves(Holder.EMPTY), comes_back, R),
    Fault("its address goes to nobody", moves(Holder.NOBODY), comes_back, R),
    Fault("own address changes", own_address(2, 0, held=False), own_address(0, 2, held=True), R),
    Fault("a name leads elsewhere", wrong_name(Holder.EMPTY), right_names, R),
    Fault("no such name", no_name(NO_SUCH_NAME), right_names, R),
    Fault("names take too long", no_name(0, delay=4.0), right_names, R),
    Fault("the name service is gone", no_name(SILENT), right_names, R),
    Fault("killed", killed, nothing, N),
    Fault("disk full", disk_full, killed_on_full_disk, R),
    Fault("the clock goes forward", step(600, 90_000), right_time, R),
    Fault("the clock goes back", step(-90_000, -600), right_time, R),
    Fault("no descriptors", no_descriptors, descriptors, A),
    Fault("stopped for 5 s", stopped, nothing, N),
    Fault("the loop blocked for 5 s", blocked, nothing, N),
    Fault("agents cannot hear one another", deaf, not_deaf, R, alone=False),
    Fault("the far agent killed", far_killed, far_back, A, alone=False),
    Fault("the far agent stopped for 5 s", far_stopped, nothing, N, alone=False),
)
SLOW = Fault("the mapper dropped beside a port that answers", drop_mapper, open_all, R)


def by_name(name: str) -> Fault:
    """Raises StopIteration."""
    return next(fault for fault in (*FAULTS, SLOW) if fault.name == name)
