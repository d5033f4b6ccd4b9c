"""Runs of untested ports, by counting."""

import itertools

from agent.ground.ports import PortSet


def largest_gap(ports: PortSet, tested: PortSet) -> int:
    """The longest run of ports of the range, in its own order, that has no tested port in it."""
    edges = [-1, *sorted(ports.index(port) for port in tested if port in ports), len(ports)]
    return max(after - before - 1 for before, after in itertools.pairwise(edges))
