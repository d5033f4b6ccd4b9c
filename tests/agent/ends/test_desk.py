"""What an agent does when a peer tells it something, or wants to be probed back: its own plan, at its own pace."""

import asyncio
from dataclasses import replace

import pytest

from agent.config.load import parse
from agent.ends.desk import PATIENCE, AgentDesk
from agent.found.ledger import Ledger
from agent.ground.path import Check, Direction
from agent.inbound.inbox import Inbox
from agent.inbound.numbers import CHECKS, VERDICTS
from agent.judge.result import Result
from agent.judge.verdict import Cause, Judgement, Verdict
from agent.rendezvous.directory import directory
from agent.rendezvous.orders import Place
from agent.site.plan import inbound
from agent.site.setup import set_up
from agent.site.topology import site_of
from agent.site.whoami import Machine, whoami
from probes.wire.rendezvous.states import PathState, Willing
from tests.held import HeldClock

SITE = """\
site: contoso
hosts:
  - {name: BTS01, role: processing, address: 192.0.2.11}
  - {name: BTS02, role: processing, address: 192.0.2.12}
  - {name: MSS, role: master-secret, nodes: [{name: NODE1, address: 192.0.2.31}, {name: NODE2, address: 192.0.2.32}]}
  - {name: SQL01, role: sso-database}
"""
AT = Place("192.0.2.31", 50_505)
RANGE, EPM = CHECKS[Check.RPC_RANGE], CHECKS[Check.EPM]


class Rounds:
    """A survey that only notes how long it is to hurry."""

    def __init__(self) -> None:
        self.until = 0.0
        self.settled = False

    def hurry(self, until: float) -> None:
        self.until = until


class Office:
    """The desk of BTS01, and everything around it."""

    def __init__(self) -> None:
        self.clock = HeldClock()
        config = parse(SITE, "test")
        setup = set_up(config, whoami(site_of(config), Machine((), ()), "BTS01"))
        told = inbound(config, site_of(config), setup.source)
        self.paths = {path.check: path for path in setup.paths if path.peer == "MSS"}
        self.ledger = Ledger((*setup.paths, *told), self.clock)
        self.rounds = Rounds()
        self.met: list[tuple[str, Place]] = []
        where = directory(config, setup.source)
        inbox = Inbox(told, ["BTS01"], 300.0)
        self.desk = AgentDesk(inbox, self.ledger.record, self.ledger, setup.paths, where.peer_of, self.clock)
        self.desk.surveys = {"MSS": self.rounds}
        self.desk.meet_elsewhere = self.meet

    async def meet(self, peer: str, place: Place) -> None:
        self.met.append((peer, place))

    def found(self, check: Check, verdict: Verdict = Verdict.REACHABLE) -> None:
        """Right now, by this host."""
        cause = None if verdict is Verdict.REACHABLE else Cause.SILENT_DROP
        self.ledger.record(Result(self.paths[check], Judgement(verdict, cause), (), self.clock.time(), 0.0))

    def inbound(self, check: Check) -> Result:
        (found,) = (
            each
            for each in self.ledger.results()
            if (each.path.peer, each.path.check, each.path.direction) == ("NODE1", check, Direction.INBOUND)
        )
        return found


@pytest.fixture
def office() -> Office:
    return Office()


async def test_what_a_node_tells_of_the_way_to_us_is_an_inbound_path_of_its_own(office: Office) -> None:
    state = PathState(EPM, VERDICTS[Verdict.REACHABLE], 0, 2, 30)
    office.desk.tell("NODE1", "BTS01", state)
    found = office.inbound(Check.EPM)
    assert (found.verdict, found.started) == (Verdict.REACHABLE, office.clock.time() - 30)


async def test_news_of_somebody_who_plans_nothing_towards_us_are_dropped(office: Office) -> None:
    office.desk.tell("BTS02", "BTS01", PathState(EPM, VERDICTS[Verdict.BLOCKED], 1, 2, 30))
    assert all(each.verdict is Verdict.PENDING for each in office.ledger.results())


async def test_a_node_has_its_cluster_probed_by_our_own_plan(office: Office) -> None:
    accepted = office.desk.probe_back("node1", AT)
    assert accepted.willing is Willing.YES
    assert accepted.checks == tuple(CHECKS[check] for check in office.paths)
    assert office.rounds.until == office.clock.monotonic() + PATIENCE
    await asyncio.sleep(0)
    assert office.met == [("MSS", AT)]


@pytest.mark.parametrize("sender", ["BTS02", "SQL01", "NOBODY"])
async def test_whoever_our_plan_does_not_have_is_not_probed(office: Office, sender: str) -> None:
    assert office.desk.probe_back(sender, AT).willing is Willing.NOT_PLANNED
    assert office.desk.state(sender, RANGE) is None
    await asyncio.sleep(0)
    assert (office.met, office.rounds.until) == ([], 0.0)


async def test_what_was_found_before_it_was_asked_for_settles_nothing(office: Office) -> None:
    office.found(Check.EPM)
    await office.clock.advance(5)
    office.desk.probe_back("NODE1", AT)
    before = office.desk.state("NODE1", EPM)
    assert before
    assert (before.verdict, before.age, before.settled) == (VERDICTS[Verdict.REACHABLE], 5, False)
    office.found(Check.EPM)
    after = office.desk.state("NODE1", EPM)
    assert after
    assert after.settled


async def test_a_range_is_settled_when_there_is_nothing_more_to_learn(office: Office) -> None:
    office.desk.probe_back("NODE1", AT)
    office.found(Check.RPC_RANGE, Verdict.BLOCKED)
    said = round(office.clock.time() * 1000)
    known = PathState(RANGE, VERDICTS[Verdict.BLOCKED], 1, 0, 0, said=said)
    assert office.desk.state("NODE1", RANGE) == known
    office.rounds.settled = True
    assert office.desk.state("NODE1", RANGE) == replace(known, settled=True)


async def test_nothing_is_known_yet(office: Office) -> None:
    office.desk.probe_back("NODE1", AT)
    assert office.desk.state("NODE1", RANGE) == PathState(RANGE, 0, 0, 0, None)


async def test_whoever_asks_again_is_waited_for_longer_and_nobody_else_hurries_us(office: Office) -> None:
    office.desk.state("NODE1", EPM)
    assert office.rounds.until == 0.0  # he only looks
    office.desk.probe_back("NODE1", AT)
    await office.clock.advance(10)
    office.desk.state("NODE1", EPM)
    assert office.rounds.until == office.clock.monotonic() + PATIENCE


@pytest.mark.parametrize("check", [0, 9, 255])
async def test_a_check_that_there_is_not_is_not_planned(office: Office, check: int) -> None:
    assert office.desk.state("NODE1", check) is None
