"""Whose an RST is: asked of the ports around one at which a service is registered."""

from collections.abc import Collection

import pytest

from agent.ground.ports import PortSet
from agent.survey.range.anchor import look_for_anchor
from probes.outcome import Outcome
from probes.state import State
from tests.agent.seen import outcome

RANGE = PortSet.parse("50000-50099")


class Host:
    """What its ports answer; `opened` were met in this round already."""

    def __init__(self, *, listens: Collection[int], resets: str, opened: Collection[int] = ()) -> None:
        self.listens = listens
        self.resets = PortSet.parse(resets) if resets else PortSet()
        self.opened = opened
        self.asked: list[int] = []

    async def knock(self, port: int) -> Outcome:
        self.asked.append(port)
        resets = State.CLOSED if port in self.resets else State.FILTERED
        return outcome(State.OPEN if port in self.listens else resets, port)

    def is_open(self, port: int) -> bool | None:
        return True if port in self.opened else None

    async def anchors(self, registered: Collection[int] | None = None, named: Collection[int] = ()) -> bool:
        found = self.listens if registered is None else registered
        return await look_for_anchor(RANGE, found, named, self.knock, self.is_open)


@pytest.mark.parametrize(
    ("listens", "resets", "expected"),
    [
        ([50050], "50000-50099", True),
        ([50000], "50001-50099", True),  # at the range's end there is one side only
        ([50099], "50000-50098", True),
        ([50050, 50051], "50000-50049,50052-50099", True),  # two services side by side
        ([50050], "50000-50049", False),  # one side only: a device may reset that half
        ([50050], "50051-50099", False),
        ([50050], "", False),  # a silent host
        ([50000], "50001", False),  # a single RST is luck
        ([50050], "50000-50040,50060-50099", False),  # somebody resets, but not around the service
        ([], "50000-50099", False),
        ([50010, 50060], "50050-50099", True),  # the second one will do
        ([49000], "50000-50099", False),  # not in the range
    ],
)
async def test_an_rst_is_the_host_s_own_only_around_a_listener(listens: list[int], resets: str, expected: bool) -> None:
    assert await Host(listens=listens, resets=resets).anchors() is expected


async def test_a_registered_port_that_does_not_accept_is_no_anchor() -> None:
    assert not await Host(listens=[], resets="50000-50099").anchors([50050])


async def test_a_port_that_was_met_already_is_not_asked_again() -> None:
    host = Host(listens=[50010, 50050], resets="50000-50099", opened=[50050])
    assert await host.anchors()
    assert sorted(host.asked) == [50048, 50049, 50051, 50052]


async def test_many_services_do_not_make_many_attempts() -> None:
    host = Host(listens=range(50000, 50100, 5), resets="")
    assert not await host.anchors()
    assert len(host.asked) <= 3 * (1 + 4)


async def test_ports_of_other_services_are_not_taken_for_unregistered_ones() -> None:
    host = Host(listens=[50047, 50048, 50049, 50050], resets="50000-50046,50051-50099", opened=[50050])
    assert await host.anchors()
    assert not set(host.asked) & {50047, 50048, 50049}


async def test_a_way_that_was_opened_for_a_named_port_only_shows_nothing_of_the_others() -> None:
    """A firewall that understands RPC and resets: the service's own port passes, the other services' are reset."""
    host = Host(listens=[50050], resets="50000-50049,50051-50099", opened=[50050])
    assert not await host.anchors(registered=[50020, 50050, 50080], named=[50050])
    alone = Host(listens=[50050], resets="50000-50049,50051-50099", opened=[50050])
    assert await alone.anchors(named=[50050])


async def test_a_named_port_is_asked_again_after_the_conversation() -> None:
    host = Host(listens=[], resets="50000-50099", opened=[50050])
    assert not await host.anchors(registered=[50050], named=[50050])
    assert host.asked == [50050]
