"""The lab's fixtures. A test that asks for one is skipped, with the reason, where there can be no lab."""

from collections.abc import Iterator

import pytest

from .network import Network
from .permission import LabUnavailableError, way_in


@pytest.fixture(scope="session")
def lab() -> None:
    """Skips where there can be no lab."""
    try:
        way_in()
    except LabUnavailableError as error:
        pytest.skip(str(error))


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
