"""What one round asks, when, and what it publishes."""

import asyncio
import itertools
from dataclasses import replace

import pytest

from agent.found.finding import Kind
from agent.ground.path import Check
from agent.ground.ports import PortSet
from agent.judge.result import Result
from agent.judge.verdict import Cause, Verdict
from agent.survey.manners import BURST, Manners
from agent.survey.sampling import round_at, sample
from agent.survey.survey import Survey
from probes.registry import Kind as Knock
from probes.state import State
from probes.wire.icmp import Icmp
from tests.agent.seen import PEER, ROUTER, outcome, path
from tests.agent.survey.network import Network, Site, agent, once

OTHER = "192.0.2.22"
RANGE = "50000-50999"
ALL = (path(Check.SQL), path(Check.EPM), path(Check.RPC_RANGE, RANGE))

V, C = Verdict, Cause


def verdicts(results: list[Result]) -> dict[Check, Verdict]:
    return {result.path.check: result.verdict for result in results}


async def test_every_path_is_published_once_a_round() -> None:
    network = Network(rest=State.CLOSED)
    site = Site(network, ALL, agent())
    for results in await site.rounds(3):
        assert [result.path for result in results] == list(ALL)


@pytest.mark.parametrize("manners", [once(), agent()])
async def test_every_fixed_port_is_asked_once_a_round(manners: Manners) -> None:
    network = Network(rest=State.CLOSED)
    await Site(network, ALL, manners).rounds(3)
    assert network.times(1433) == network.times(135) == [0.0, 60.0, 120.0]


async def test_once_asks_the_whole_sample_at_once() -> None:
    network = Network()
    await Site(network, ALL, once()).round()
    asked = network.in_range(PortSet.parse(RANGE))
    assert len(asked) >= 16
    assert set(asked) == {0.0}
    assert network.now == 3.0


async def test_the_agent_spreads_its_sample_over_the_round() -> None:
    network = Network()
    await Site(network, ALL, agent()).round()
    asked = network.in_range(PortSet.parse(RANGE))
    assert asked[:BURST] == [0.0] * BURST
    gaps = [after - before for before, after in itertools.pairwise(asked[BURST - 1 :])]
    assert max(gaps) - min(gaps) < 0.001
    assert asked[-1] == pytest.approx(56.0)
    assert network.now == pytest.approx(59.0)


@pytest.mark.parametrize("manners", [once(), agent()])
async def test_the_sample_is_that_of_the_round_by_the_clock(manners: Manners) -> None:
    """All sources ask the same ports in a round, so a busy host's listeners can be shared."""
    network = Network(rest=State.CLOSED)
    ports = PortSet.parse(RANGE)
    for _ in range(3):
        began, number = len(network.asked), round_at(network.clock.time(), 60.0)
        await Site(network, ALL, manners).round()
        asked = {each.target.port for each in network.asked[began:]} & set(ports)
        assert asked == set(sample(ports, 16, "MSS", number))
        assert {50000, 50999} <= asked
        await network.clock.advance(60.0)


async def test_what_has_a_fixed_port_is_published_before_the_late_attempts() -> None:
    network = Network()
    site = Site(network, ALL, agent())
    await site.round()
    published = {result.path.check: at for at, result in site.published}
    late = [at for at in network.in_range(PortSet.parse(RANGE)) if at > 0]
    assert published[Check.SQL] == published[Check.EPM] == 3.0
    assert published[Check.SQL] <= min(late)
    assert published[Check.RPC_RANGE] == pytest.approx(59.0)


async def test_a_silent_mapper_that_is_asked_again_holds_up_no_sample() -> None:
    """Both at the same time: else all late attempts would leave together once the mapper is done."""
    network = Network()
    network.say(1433, State.OPEN)
    site = Site(network, ALL, agent())
    await site.round()
    late = [at for at in network.in_range(PortSet.parse(RANGE)) if at > 0]
    assert len(network.times(135)) == 4
    assert min(after - before for before, after in itertools.pairwise(late)) > 3.9
    assert network.now < 60.0
    assert verdicts([result for _, result in site.published])[Check.EPM] is V.BLOCKED


async def test_two_addresses_are_each_asked_and_folded() -> None:
    network = Network()
    network.say(1433, State.CLOSED)
    network.say(1433, State.OPEN, address=OTHER)
    network.names["sql.contoso.test"] = (PEER, OTHER)
    (result,) = await Site(network, [path(Check.SQL, addresses=("sql.contoso.test",))], once()).round()
    assert result.verdict is V.REACHABLE
    assert [(each.name, each.address, each.judgement.verdict) for each in result.addresses] == [
        ("sql.contoso.test", PEER, V.UNREACHABLE),
        ("sql.contoso.test", OTHER, V.REACHABLE),
    ]
    assert result.attempts == {"closed": 1, "open": 1}


async def test_two_names_are_each_resolved_and_asked() -> None:
    network = Network(rest=State.OPEN)
    network.names = {"one.contoso.test": (PEER,), "two.contoso.test": (OTHER,)}
    paths = [path(check, addresses=tuple(network.names)) for check in (Check.SQL, Check.EPM)]
    results = await Site(network, paths, once()).round()
    assert [name for name, _ in network.resolved] == ["one.contoso.test", "two.contoso.test"]
    assert [[each.address for each in result.addresses] for result in results] == [[PEER, OTHER]] * 2


async def test_a_name_that_gives_no_address_is_unresolved_and_nothing_is_asked() -> None:
    network = Network()
    paths = [path(check, addresses=("nobody.contoso.test",)) for check in (Check.SQL, Check.RPC_RANGE)]
    for result in await Site(network, paths, once()).round():
        assert (result.verdict, result.judgement.cause) == (V.UNRESOLVED, C.NAME_RESOLUTION)
        assert "nobody.contoso.test" in result.judgement.detail
        assert "no such name" in result.judgement.detail
        assert result.attempts == {"unresolved": 1}
    assert network.asked == []


async def test_one_name_that_gives_no_address_leaves_the_other() -> None:
    network = Network(rest=State.OPEN)
    network.names = {"good.contoso.test": (PEER,)}
    paths = [path(Check.EPM, addresses=("nobody.contoso.test", "good.contoso.test"))]
    (result,) = await Site(network, paths, once()).round()
    assert result.verdict is V.REACHABLE
    assert [each.judgement.verdict for each in result.addresses] == [V.UNRESOLVED, V.REACHABLE]


async def test_a_name_that_stops_resolving_is_probed_at_its_last_addresses_with_a_finding() -> None:
    network = Network(rest=State.OPEN)
    network.names = {"sql.contoso.test": (PEER, OTHER)}
    site = Site(network, [path(Check.SQL, addresses=("sql.contoso.test",))], agent())
    await site.round()
    assert list(site.survey.findings) == []
    network.names = {}
    (result,) = await site.round()
    assert result.verdict is V.REACHABLE
    assert [each.address for each in result.addresses] == [PEER, OTHER]
    (found,) = site.survey.findings
    assert found.kind is Kind.NAME_STALE
    assert PEER in found.detail
    network.names = {"sql.contoso.test": (OTHER,)}
    (result,) = await site.round()
    assert [each.address for each in result.addresses] == [OTHER]
    assert list(site.survey.findings) == []


async def test_a_named_instance_whose_port_nobody_tells_is_not_judged() -> None:
    network = Network()
    unknown = replace(path(Check.SQL), port="BIZTALK", ports=PortSet())
    (result,) = await Site(network, [unknown], once()).round()
    assert (result.verdict, result.judgement.cause) == (V.INCONCLUSIVE, C.NO_KNOWN_LISTENER)
    assert "BIZTALK" in result.judgement.detail
    assert [(each.target.port, each.kind) for each in network.asked] == [(1434, Knock.BROWSER)]


async def test_a_path_with_several_fixed_ports_needs_them_all() -> None:
    network = Network()
    network.say(50100, State.OPEN)
    network.say(50101, State.CLOSED)
    (result,) = await Site(network, [path(Check.RPC_ENDPOINT, "50100-50101")], once()).round()
    assert (result.verdict, result.judgement.cause) == (V.UNREACHABLE, C.REFUSED)
    assert "50101" in result.judgement.detail
    assert result.attempts == {"open": 1, "closed": 1}


async def test_the_source_address_is_passed_on() -> None:
    network = Network(rest=State.FILTERED)
    network.say(1433, State.OPEN)
    paths = [replace(each, source_address="192.0.2.99") for each in ALL]
    await Site(network, paths, once()).round()
    assert {each.target.source for each in network.asked} == {"192.0.2.99"}


async def test_the_configured_deadline_is_everyones() -> None:
    network = Network(rest=State.CLOSED)
    network.names = {"mss.contoso.test": (PEER,)}
    await Site(network, [path(Check.EPM, addresses=("mss.contoso.test",))], once(timeout=2.5)).round()
    assert {each.target.timeout for each in network.asked} == {2.5}
    assert network.resolved == [("mss.contoso.test", 2.5)]


async def test_a_device_that_answers_for_everyone_is_noticed_in_the_first_round() -> None:
    """The few attempts that go at once are enough for it."""
    network = Network(rest=State.OPEN)
    site = Site(network, ALL, agent())
    results = await site.round()
    assert {(result.verdict, result.judgement.cause) for result in results} == {(V.INCONCLUSIVE, C.MIDDLEBOX)}
    first = next(at for at, result in site.published if result.path.check is Check.EPM)
    assert first < 1.0


async def test_a_device_seen_in_the_last_round_is_remembered_until_the_sample_says_otherwise() -> None:
    network = Network(rest=State.OPEN)
    network.say(135, State.OPEN)
    site = Site(network, [path(Check.EPM), path(Check.RPC_RANGE, RANGE)], agent())
    await site.rounds(1)
    network.rest = State.CLOSED
    second, third = await site.rounds(2)
    assert verdicts(second)[Check.EPM] is V.INCONCLUSIVE
    assert verdicts(third)[Check.EPM] is V.REACHABLE


async def test_a_refused_range_is_judged_from_its_sample() -> None:
    network = Network(rest=outcome(State.REJECTED, icmp=Icmp(4, 3, 13, ROUTER)))
    (result,) = await Site(network, [path(Check.RPC_RANGE, RANGE)], agent()).round()
    assert (result.verdict, result.judgement.rejected_by) == (V.BLOCKED, ROUTER)
    assert result.judgement.blocked.texts() == (RANGE,)
    assert result.judgement.confirmed
    assert result.attempts == {"rejected": len(network.asked)}


async def test_what_was_seen_of_an_address_that_is_gone_is_forgotten() -> None:
    network = Network(rest=State.OPEN)
    site = Site(network, [path(Check.EPM, addresses=("mss.contoso.test",)), path(Check.RPC_RANGE, RANGE)], once())
    for number in range(1, 50):
        network.names["mss.contoso.test"] = (f"198.51.100.{number}",)
        await site.round()
    memory = site.survey._memory
    assert memory.controls.keys() | memory.samples.keys() == {"198.51.100.49", PEER}
    assert {address for address, _ in memory.silences} <= {"198.51.100.49", PEER}


async def test_a_result_says_when_it_began_and_how_long_it_took() -> None:
    network = Network()
    network.say(1433, State.OPEN)
    began = network.clock.time()
    results = await Site(network, ALL, agent()).round()
    assert {result.started for result in results} == {began}
    seconds = {result.path.check: result.seconds for result in results}
    assert seconds[Check.SQL] == pytest.approx(0.0, abs=0.01)  # the silent mapper beside it does not count
    assert seconds[Check.EPM] == pytest.approx(45.0)
    assert seconds[Check.RPC_RANGE] == pytest.approx(59.0)


async def test_a_round_can_be_cancelled() -> None:
    network = Network()
    site = Site(network, ALL, agent())
    task = asyncio.create_task(site.survey.round())
    await network.clock.advance(20.0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    asked = len(network.asked)
    await network.clock.advance(100.0)
    assert len(network.asked) == asked


async def test_a_publisher_that_fails_ends_the_round_loudly() -> None:
    network = Network(rest=State.OPEN)

    def publish(result: Result) -> None:
        raise ZeroDivisionError

    survey = Survey([path(Check.EPM)], once(), network.ask, network.resolve, network.clock, publish)
    with pytest.raises(ZeroDivisionError):
        await network.clock.run(survey.round())
