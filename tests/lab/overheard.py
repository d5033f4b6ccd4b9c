"""What agents of the lab ask of each other, by who knows their key."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from probes.wire.rendezvous.frame import DropError, Kind, Opened, open_request
from probes.wire.rendezvous.keys import Keys
from probes.wire.rendezvous.messages import Hold

from .agents import KEY
from .rules import RENDEZVOUS
from .tapping import Datagram

RING = (Keys.derive(KEY.encode()),)
LEASE = 5.0  # seconds


class Asked(NamedTuple):
    """Listeners that were asked for. `seconds`: monotonic."""

    seconds: float
    by: str
    at: str
    ports: tuple[int, ...]


def requests(datagrams: Iterable[Datagram]) -> Iterator[tuple[Datagram, Opened]]:
    for each in datagrams:
        if each.target[1] != RENDEZVOUS:
            continue
        try:
            yield each, open_request(each.data, RING)
        except DropError:
            continue


def holds(datagrams: Iterable[Datagram]) -> list[Asked]:
    return [
        Asked(each.seconds, each.source[0], each.target[0], Hold.decode(opened.frame.body).ports)
        for each, opened in requests(datagrams)
        if opened.frame.kind is Kind.HOLD
    ]
