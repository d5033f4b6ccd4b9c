"""Which fixed ports a round knocks at, and how."""

from dataclasses import replace

import pytest

from agent.ground.path import Check, Path
from agent.survey.doors import KINDS, doors
from agent.survey.view import View
from probes.registry import Kind
from probes.state import State
from tests.agent.seen import PEER, path
from tests.agent.survey.mapped import both
from tests.agent.survey.network import Network, Site, once

EPM, ENDPOINT, SQL = (path(check) for check in (Check.EPM, Check.RPC_ENDPOINT, Check.SQL))


def view(address: str | None = PEER) -> View:
    return View("BTS01", "MSS", PEER, address, 0)


@pytest.mark.parametrize(
    ("paths", "ports"),
    [
        ([EPM, ENDPOINT], [135, 50100]),
        ([ENDPOINT, replace(ENDPOINT, services=("other",))], [50100]),  # each once
        ([SQL], []),  # it has its own way
        ([both()[0]], []),  # and so has a mapper that is asked what is registered
        ([replace(EPM, addresses=("192.0.2.99",))], []),  # another name's
    ],
)
def test_the_ports_of_an_address(paths: list[Path], ports: list[int]) -> None:
    assert doors(paths, view()) == [(port, Kind.CONNECT) for port in ports]


def test_a_name_without_an_address_has_no_doors() -> None:
    assert doors([EPM], view(None)) == []


async def test_a_round_knocks_as_the_table_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """So a new kind of probe needs its row there, and nothing in the round."""
    monkeypatch.setitem(KINDS, Check.RPC_ENDPOINT, Kind.PRELOGIN)
    net = Network(rest=State.OPEN)
    await Site(net, [EPM, ENDPOINT], once()).round()
    assert {(each.target.port, each.kind) for each in net.asked} == {(135, Kind.CONNECT), (50100, Kind.PRELOGIN)}
