"""Which ports of a range to ask in which round: a pure function of destination, round, range and sample size.

N ports in S strata of w = ceil(N / S). Round r asks, in every stratum i, the port with index i·w + (o + r·g) mod w,
and the first and the last port. The offset o comes from the destination's name, so every source asks the same ports in
a round and a busy host's listeners can be shared. The step g makes each port come up exactly once in w rounds, and
keeps the ports not asked yet in short runs at any time: it is the integer coprime to w whose g / w is hardest to
approximate by simple fractions, as the golden section is among all numbers.
"""

import hashlib
import math
from functools import lru_cache

from agent.ground.ports import PortSet

GOLDEN = 0.618


def sample(ports: PortSet, samples: int, destination: str, round_number: int) -> tuple[int, ...]:
    """The ports to ask in a round, ascending, each once."""
    size = len(ports)
    width = stratum_width(size, samples)
    offset = (start(destination, width) + round_number * step(width)) % width
    indexes = {0, size - 1, *range(offset, size, width)}
    return tuple(ports[index] for index in sorted(indexes))


def rounds_left(tested: bytes, samples: int, destination: str, round_number: int) -> int:
    """After this round, how many more until every port was asked; `tested` has a 0 for each that was not."""
    width = stratum_width(len(tested), samples)
    offsets = [offset for offset in range(width) if 0 in tested[offset::width]]
    inverse = pow(step(width), -1, width)
    turns = ((offset - start(destination, width)) * inverse for offset in offsets)
    return max(((turn - round_number - 1) % width + 1 for turn in turns), default=0)


def single(ports: PortSet, destination: str, round_number: int) -> int:
    """The one port to ask in a round: all of them in as many rounds as there are ports."""
    size = len(ports)
    return ports[(start(destination, size) + round_number * step(size)) % size]


def round_at(unix_time: float, interval: float) -> int:
    """The round that all agents with this interval are in at a time."""
    return math.floor(unix_time / interval)


def stratum_width(size: int, samples: int) -> int:
    """How many ports each sample stands for."""
    return math.ceil(size / samples)


def start(destination: str, width: int) -> int:
    """Where in its stratum a destination's first round begins."""
    return int.from_bytes(hashlib.sha256(destination.encode()).digest()) % width


@lru_cache(maxsize=64)
def step(width: int) -> int:
    """The step from one round to the next, in ports."""
    coprime = (candidate for candidate in range(1, max(2, width)) if math.gcd(candidate, width) == 1)
    return min(coprime, key=lambda candidate: (_largest_quotient(candidate, width), abs(candidate - GOLDEN * width)))


def _largest_quotient(numerator: int, denominator: int) -> int:
    """The largest term of the continued fraction of a number below 1: the smaller, the harder to approximate."""
    largest = 0
    while numerator:
        quotient, remainder = divmod(denominator, numerator)
        largest = max(largest, quotient)
        numerator, denominator = remainder, numerator
    return largest
