"""What a master secret server's agent granted, as it crossed its link; and how many listeners that took."""

import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from probes.wire.rendezvous.frame import DropError, Kind, open_answer
from probes.wire.rendezvous.messages import Held, Holding
from tests.lab.overheard import RING, holds
from tests.lab.rules import RENDEZVOUS
from tests.lab.tapping import Datagram
from tests.scale.listeners import held

EVERY = 0.05  # seconds between two looks at the listeners


@dataclass(frozen=True, slots=True)
class Leases:
    """`asked`: requests to hold, repeated ones too; `answered`: leases, renewed ones too; `ports`: what became of each.

    `bytes_a_second`: of the rendezvous, both ways.
    """

    asked: int
    answered: int
    ports: Counter[Holding] = field(default_factory=Counter)
    bytes_a_second: float = 0.0


def leases(datagrams: Iterable[Datagram], master: str) -> Leases:
    """Of those that the agent at that address was asked for."""
    heard = list(datagrams)
    answers = [each for datagram in heard if datagram.source == (master, RENDEZVOUS) for each in _held(datagram)]
    ports = Counter(grant.holding for each in answers for grant in each.grants)
    spent = heard[-1].seconds - heard[0].seconds if len(heard) > 1 else 1.0
    size = sum(len(each.data) for each in heard)
    return Leases(sum(each.at == master for each in holds(heard)), len(answers), ports, size / spent)


def _held(datagram: Datagram) -> Iterator[Held]:
    try:
        frame = open_answer(datagram.data, RING).frame
    except DropError:
        return
    if frame.kind is Kind.HELD:
        yield Held.decode(frame.body)


@dataclass(slots=True)
class Most:
    """The most listeners that were there at once."""

    listeners: int = 0


@contextmanager
def watched(process: int, first: int, last: int) -> Iterator[Most]:
    """Listeners at ports from `first` to `last` in the network namespace of a process, looked at all the time."""
    most, ended = Most(), threading.Event()

    def look() -> None:
        while not ended.is_set():
            most.listeners = max(most.listeners, held(process, first, last))
            time.sleep(EVERY)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield most
    finally:
        ended.set()
        thread.join()
