"""What both stories of the rendezvous are told with."""

from agent.rendezvous.orders import Place
from tests.agent.rendezvous.played import AT, BTS2, STRANGER
from tests.fuzz.choices import Choices

MOST_STEPS = 60
WAITS = (0.0, 0.1, 0.6, 1.0, 3.5, 5.0, 61.0, 601.0)  # seconds
PLACES = (AT, Place(AT.address, 50123), Place(BTS2, 10135), Place(STRANGER, 10135))
PORTS = (*range(50000, 50008), 22, 1433, 50500, 50600, 50700)


def wanted(choices: Choices) -> tuple[int, ...]:
    """Any of the ports."""
    mask = int.from_bytes(choices.some(2), "big")
    return tuple(port for at, port in enumerate(PORTS) if mask >> at & 1)
