"""What begins and ends faults of this host and of its agent. While one lasts, no peer is accused of anything."""

import signal
import time

from .scene import STOPPED, Scene, Step


def own_firewall(scene: Scene) -> None:
    scene.seat.change(ours=True, can_ask=False)
    scene.seat.host.rules('oifname "eth0" tcp flags & (syn | ack) == syn drop')


def no_own_firewall(scene: Scene) -> None:
    scene.seat.host.rules()
    scene.seat.change(ours=False, can_ask=True)


def own_link_down(scene: Scene) -> None:
    scene.seat.change(ours=True, can_ask=False)
    scene.seat.host.link("down")


def own_link_up(scene: Scene) -> None:
    scene.seat.host.link("up")
    scene.seat.change(ours=False, can_ask=True)


def unplugged(scene: Scene) -> None:
    scene.seat.change(ours=True, can_ask=False)
    scene.seat.host.cable("down")


def plugged(scene: Scene) -> None:
    scene.seat.host.cable("up")
    scene.seat.change(ours=False, can_ask=True)


def own_address(new: int, old: int, *, held: bool) -> Step:
    """The master's agent answers only at addresses that its own file has."""

    def change(scene: Scene) -> None:
        scene.seat.change(ours=True, held=False)
        scene.seat.host.address(new, old)
        scene.seat.change(ours=False, held=held and scene.far is not None)

    return change


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


def nothing(scene: Scene) -> None:
    """It is over already."""
