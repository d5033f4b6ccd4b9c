"""What begins and ends faults of the network, of peers, and of the agent on the other side.

Each says what is true from then on: `Seat.change` puts it in force, or is called beside what does.
"""

import signal
import time

from .field import AWAY, far_link
from .scene import STOPPED, Scene, Step
from .world import Holder, Way


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


def peers_link(state: str) -> Step:
    """`down` or `up`, of the master and the database; the agent of the master goes with it."""

    def change(scene: Scene) -> None:
        seat = scene.seat
        if state == "down":
            seat.change(link=False, held=False)
        seat.field.router.ip(f"link set {far_link(seat.number)} {state}\n")
        if state == "up":
            seat.change(link=True, held=scene.far is not None)

    return change


def moves(to: Holder) -> Step:
    def begin(scene: Scene) -> None:
        scene.seat.change(master=to, held=False)

    return begin


def comes_back(scene: Scene) -> None:
    scene.seat.change(master=Holder.SERVER, held=scene.far is not None)


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
