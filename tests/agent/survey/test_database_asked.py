"""What a SQL Server and its Browser are asked, when, and what it comes to."""

from dataclasses import replace

import pytest

from agent.ground.path import Check, Path
from agent.ground.ports import PortSet
from agent.judge.verdict import Cause, Verdict
from agent.survey.manners import Manners
from probes.registry import Kind
from probes.state import Phase, State
from probes.wire.ssrp import Instance
from probes.wire.tds import Encryption, Prelogin, Version
from tests.agent.seen import PEER, outcome, path
from tests.agent.survey.network import Network, Site, agent, once

OTHER = "192.0.2.22"
SQL_2019 = Prelogin(Version(15, 0, 4430), Encryption.OFF)
PLAIN, WANTED = path(Check.SQL), replace(path(Check.SQL), prelogin=True)
OPEN = State.OPEN
V, C = Verdict, Cause
CUT = outcome(State.RESET)._replace(phase=Phase.REPLY)  # accepted, and reset once something was said


def named(instance: str = "BIZTALK", *, prelogin: bool = False) -> Path:
    return replace(path(Check.SQL), port=instance, ports=PortSet(), prelogin=prelogin)


def kinds(net: Network, port: int = 1433, address: str = PEER) -> list[Kind]:
    return [each.kind for each in net.at(port, address)]


@pytest.mark.parametrize("manners", [once(), agent()])
async def test_nothing_is_said_unless_it_is_wanted(manners: Manners) -> None:
    net = Network()
    net.say(1433, SQL_2019)
    (first,), (second,) = await Site(net, [PLAIN], manners).rounds(2)
    assert kinds(net) == [Kind.CONNECT] * 2
    assert first.verdict is second.verdict is V.REACHABLE
    assert "2019" not in first.judgement.detail
    assert net.at(1434) == []


async def test_the_version_is_told_in_words() -> None:
    net = Network()
    net.say(1433, SQL_2019)
    (result,) = await Site(net, [WANTED], once()).round()
    assert result.verdict is V.REACHABLE
    assert "SQL Server 2019, 15.0.4430" in result.judgement.detail
    assert "encryption available, not required" in result.judgement.detail
    assert result.attempts == {"open": 1}


async def test_the_version_is_asked_for_at_most_hourly() -> None:
    net = Network()
    net.say(1433, SQL_2019)
    rounds = await Site(net, [WANTED], agent()).rounds(122)
    assert [number for number, kind in enumerate(kinds(net)) if kind is Kind.PRELOGIN] == [0, 60, 120]
    assert len(net.at(1433)) == 122
    assert {result.verdict for (result,) in rounds} == {V.REACHABLE}


async def test_a_server_that_could_not_be_asked_for_its_version_is_asked_the_next_time() -> None:
    net = Network()
    net.say(1433, outcome(State.CLOSED), SQL_2019)
    (first,), (second,), _ = await Site(net, [WANTED], agent()).rounds(3)
    assert first.judgement.cause is C.REFUSED
    assert "2019" in second.judgement.detail
    assert kinds(net) == [Kind.PRELOGIN, Kind.PRELOGIN, Kind.CONNECT]


async def test_a_server_that_resets_is_reachable_and_never_asked_again() -> None:
    """Strict encryption: each PRELOGIN is a line of severity 20 in its log."""
    net = Network()
    net.say(1433, OPEN)
    net.say(1433, CUT, kind=Kind.PRELOGIN)
    rounds = await Site(net, [WANTED], agent()).rounds(122)
    assert kinds(net) == [Kind.PRELOGIN, *[Kind.CONNECT] * 122]
    assert {result.verdict for (result,) in rounds} == {V.REACHABLE}
    assert rounds[0][0].attempts == {"reset": 1, "open": 1}
    assert rounds[1][0].attempts == {"open": 1}


async def test_a_server_that_resets_is_told_beside_its_verdict_as_long_as_it_is_remembered() -> None:
    net = Network()
    net.say(1433, OPEN)
    net.say(1433, CUT, kind=Kind.PRELOGIN)
    site = Site(net, [WANTED], agent())
    for _ in range(2):
        await site.rounds(1)
        assert [str(each.kind) for each in site.survey.findings] == ["sql-strict"]


async def test_a_server_that_resets_and_then_is_gone_is_not_reachable() -> None:
    net = Network()
    net.say(1433, State.CLOSED)
    net.say(1433, CUT, kind=Kind.PRELOGIN)
    (result,) = await Site(net, [WANTED], once()).round()
    assert (result.verdict, result.judgement.cause) == (V.UNREACHABLE, C.REFUSED)


async def test_one_address_that_resets_says_nothing_of_the_other() -> None:
    net = Network()
    net.say(1433, OPEN)
    net.say(1433, CUT, kind=Kind.PRELOGIN)
    net.say(1433, SQL_2019, address=OTHER)
    both = replace(WANTED, addresses=(PEER, OTHER))
    await Site(net, [both], agent()).rounds(61)
    assert kinds(net).count(Kind.PRELOGIN) == 1
    assert kinds(net, address=OTHER).count(Kind.PRELOGIN) == 2


@pytest.mark.parametrize(
    ("state", "verdict", "cause"),
    [
        (State.MUTE, V.UNREACHABLE, C.CUT_OFF),
        (State.HUNG_UP, V.UNREACHABLE, C.CUT_OFF),
        (State.GARBLED, V.SERVICE_DOWN, C.WRONG_SERVICE),
        (State.FILTERED, V.UNREACHABLE, C.NO_ANSWER),
    ],
)
async def test_a_server_without_an_answer(state: State, verdict: Verdict, cause: Cause) -> None:
    net = Network()
    net.say(1433, state)
    (result,) = await Site(net, [WANTED], once()).round()
    assert (result.verdict, result.judgement.cause) == (verdict, cause)
    assert result.attempts == {str(state): 1}


async def test_the_offline_address_of_an_availability_group_is_no_matter() -> None:
    net = Network()
    net.say(1433, OPEN)
    (result,) = await Site(net, [replace(PLAIN, addresses=(PEER, OTHER))], once()).round()
    assert result.verdict is V.REACHABLE
    assert [each.judgement.cause for each in result.addresses] == [None, C.NO_ANSWER]


async def test_a_named_instance_is_met_where_the_browser_says() -> None:
    net = Network()
    net.say(1434, Instance("SQL01", "BIZTALK", tcp_port=50_433))
    net.say(50_433, OPEN)
    (result,) = await Site(net, [named()], once()).round()
    assert result.verdict is V.REACHABLE
    assert "TCP 50433" in result.judgement.detail
    assert result.attempts == {"open": 1}
    assert [(each.target.port, each.kind, each.question) for each in net.asked] == [
        (1434, Kind.BROWSER, "BIZTALK"),
        (50_433, Kind.CONNECT, None),
    ]


async def test_a_named_instance_that_is_restarted_is_met_at_its_new_port() -> None:
    net = Network()
    net.say(1434, Instance("SQL01", "BIZTALK", tcp_port=50_433), Instance("SQL01", "BIZTALK", tcp_port=50_434))
    net.say(50_434, OPEN)
    (first,), (second,) = await Site(net, [named()], agent()).rounds(2)
    assert (first.judgement.cause, second.verdict) == (C.NO_ANSWER, V.REACHABLE)
    assert (len(net.at(50_433)), len(net.at(50_434))) == (1, 1)


async def test_a_named_instance_tells_its_version_too() -> None:
    net = Network()
    net.say(1434, Instance("SQL01", "BIZTALK", tcp_port=50_433))
    net.say(50_433, SQL_2019)
    (result,) = await Site(net, [named(prelogin=True)], once()).round()
    assert "TCP 50433" in result.judgement.detail
    assert "SQL Server 2019" in result.judgement.detail


@pytest.mark.parametrize(
    "answer",
    [
        State.FILTERED,
        State.CLOSED,
        State.GARBLED,
        OPEN,  # it answered, and does not know that instance
        Instance("SQL01", "BIZTALK", pipe=r"\\SQL01\pipe\sql"),  # no TCP
    ],
)
async def test_an_instance_whose_port_the_browser_does_not_tell_was_not_tried(answer: State | Instance) -> None:
    net = Network()
    net.say(1434, answer)
    (result,) = await Site(net, [named(prelogin=True)], once()).round()
    assert (result.verdict, result.judgement.cause) == (V.INCONCLUSIVE, C.NO_KNOWN_LISTENER)
    assert "BIZTALK" in result.judgement.detail
    assert "Browser is stopped, hides the instance" in result.judgement.detail
    assert result.attempts == {}
    assert [each.target.port for each in net.asked] == [1434]


async def test_the_browser_is_asked_about_the_default_instance_as_about_any_other() -> None:
    """A site names it so only by its port; see the topology."""
    net = Network()
    net.say(1434, Instance("SQL01", "MSSQLSERVER", tcp_port=1433))
    net.say(1433, OPEN)
    (result,) = await Site(net, [named("MSSQLSERVER")], once()).round()
    assert result.verdict is V.REACHABLE
    assert net.at(1434)[0].question == "MSSQLSERVER"


async def test_the_browser_is_no_control_for_a_silent_mapper() -> None:
    """It answers over UDP: TCP 1434 of that host may well be shut."""
    net = Network()
    net.say(1434, Instance("SQL01", "BIZTALK", tcp_port=50_433))
    results = await Site(net, [named(), path(Check.EPM)], once()).round()
    assert [result.judgement.cause for result in results] == [C.NO_ANSWER, C.NO_ANSWER]
    assert kinds(net, 1434) == [Kind.BROWSER]
    assert len(net.at(135)) == 1


async def test_a_slow_version_is_no_late_control() -> None:
    """Its connection came at once."""
    net = Network()
    slow = outcome(OPEN, seconds=2.5)._replace(
        answer=SQL_2019, phase=Phase.DONE, steps=((Phase.CONNECT, 0.001), (Phase.DONE, 2.499))
    )
    net.say(1433, OPEN)
    net.say(1433, slow, kind=Kind.PRELOGIN)
    results = await Site(net, [WANTED, path(Check.EPM)], once()).round()
    assert results[1].judgement.cause is C.SILENT_DROP
    assert len(net.at(135)) == 4


async def test_a_name_without_an_address_is_not_asked_for_an_instance() -> None:
    net = Network()
    (result,) = await Site(net, [replace(named(), addresses=("sql.contoso.test",))], once()).round()
    assert result.verdict is V.UNRESOLVED
    assert net.asked == []


async def test_who_does_not_speak_sql_server_s_protocol_stays_so_until_asked_again() -> None:
    """Its port accepts in every round; that would hide what was learned in the first."""
    net = Network()
    net.say(1433, OPEN)
    net.say(1433, outcome(State.GARBLED)._replace(phase=Phase.REPLY), kind=Kind.PRELOGIN)
    rounds = await Site(net, [WANTED], agent()).rounds(3)
    assert [result.judgement.cause for (result,) in rounds] == [C.WRONG_SERVICE] * 3
