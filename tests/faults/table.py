"""The table of faults: how each comes about, how it ends, and how long it lasts.

While one lasts, everything published has to fit the world as it is (`World.exact`), or to say that this agent cannot
know; after its end, the same within two rounds.
"""

from enum import Enum, auto
from typing import NamedTuple

from . import others, ours
from .nameserver import NO_SUCH_NAME, SILENT
from .scene import Step
from .world import Holder


class Lasts(Enum):
    """How long a fault is left alone before it ends."""

    ROUNDS = auto()  # until two rounds began in it and ended; what they came to has to be what is true in it
    A_WHILE = auto()  # longer than one round; nothing is said of what is published in it but that it accuses nobody
    NOT = auto()  # `begin` has done all of it


class Fault(NamedTuple):
    """`alone`: also at a seat without a key; `both`: also at one with a key, whose master has an agent."""

    name: str
    begin: Step
    end: Step
    lasts: Lasts
    alone: bool = True
    both: bool = True


A = Lasts.A_WHILE
R = Lasts.ROUNDS
N = Lasts.NOT

FAULTS = (
    Fault("the firewall shuts doors at random", others.shut_at_random, others.open_all, R),
    Fault("the firewall drops everything", others.drop_all, others.open_all, R),
    Fault("own firewall", ours.own_firewall, ours.no_own_firewall, R),
    Fault("own link down", ours.own_link_down, ours.own_link_up, R),
    Fault("own cable unplugged", ours.unplugged, ours.plugged, R),
    Fault("the peers' link down", others.peers_link("down"), others.peers_link("up"), R),
    Fault("the master moves to another host", others.moves(Holder.ELSEWHERE), others.comes_back, R),
    Fault("its address goes to a host that serves nothing", others.moves(Holder.EMPTY), others.comes_back, R),
    Fault("its address goes to nobody", others.moves(Holder.NOBODY), others.comes_back, R),
    Fault("own address changes", ours.own_address(2, 0, held=False), ours.own_address(0, 2, held=True), R),
    Fault("a name leads elsewhere", others.wrong_name(Holder.EMPTY), others.right_names, R),
    Fault("no such name", others.no_name(NO_SUCH_NAME), others.right_names, R),
    Fault("names take too long", others.no_name(0, delay=4.0), others.right_names, R),
    Fault("the name service is gone", others.no_name(SILENT), others.right_names, R),
    Fault("killed", ours.killed, ours.nothing, N),
    Fault("disk full", ours.disk_full, ours.killed_on_full_disk, R),
    Fault("the clock goes forward", ours.step(600, 90_000), ours.right_time, R),
    Fault("the clock goes back", ours.step(-90_000, -600), ours.right_time, R),
    Fault("no descriptors", ours.no_descriptors, ours.descriptors, A),
    Fault("stopped for 5 s", ours.stopped, ours.nothing, N),
    Fault("the loop blocked for 5 s", ours.blocked, ours.nothing, N),
    Fault("agents cannot hear one another", others.deaf, others.not_deaf, R, alone=False),
    Fault("the far agent killed", others.far_killed, others.far_back, A, alone=False),
    Fault("the far agent stopped for 5 s", others.far_stopped, ours.nothing, N, alone=False),
)
SLOW = Fault("the mapper dropped beside a port that answers", others.drop_mapper, others.open_all, R)


def by_name(name: str) -> Fault:
    """Raises StopIteration."""
    return next(fault for fault in (*FAULTS, SLOW) if fault.name == name)
