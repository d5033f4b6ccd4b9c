"""The lab's fixtures. A test that asks for one is skipped, with the reason, where there can be no lab."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from .network import Network
from .permission import LabUnavailableError, way_in
from .star import Star

NO_LISTENERS = 300  # seconds after a start of the machine in which an agent holds none


@pytest.fixture(scope="session")
def lab() -> None:
    """Skips where there can be no lab."""
    try:
        way_in()
    except LabUnavailableError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def settled(lab: None) -> None:
    """The machine has started long enough ago. It has, as a rule; a fresh one is waited for."""
    deadline = time.monotonic() + NO_LISTENERS + 30
    while (up := float(Path("/proc/uptime").read_text("ascii").split()[0])) < NO_LISTENERS + 5:
        assert time.monotonic() < deadline, f"up for {up} s only"
        time.sleep(1)


@pytest.fixture
def net(lab: None) -> Iterator[Network]:
    """A network of the test's own."""
    with Network() as network:
        yield network


@pytest.fixture(scope="module")
def shared_net(lab: None) -> Iterator[Network]:
    """One network for a module's tests that change nothing in it."""
    with Network() as network:
        yield network


@pytest.fixture(scope="module")
def star(settled: None) -> Iterator[Star]:
    """A network for agents, in which they may hold listeners; one for a module, whose tests leave nothing in it."""
    with Star() as star:
        yield star
