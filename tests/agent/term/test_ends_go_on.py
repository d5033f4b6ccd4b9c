"""Our own end of the rendezvous in place of another one: what peers told, how they answered, and what was counted."""

import asyncio
from dataclasses import replace

import pytest

from agent.config.load import parse
from agent.ends.desk import LONGEST
from agent.ends.drops import HUSH
from agent.ends.ends import Ends
from agent.found.ledger import Ledger
from agent.ground.clock import SystemClock
from agent.ground.path import Check
from agent.ground.ports import PortSet
from agent.inbound.inbox import Inbox
from agent.judge.verdict import Cause, Verdict
from agent.site.setup import set_up
from agent.site.topology import site_of
from agent.survey.range.far import Silent
from agent.term.term import told_to
from probes.wire.rendezvous.frame import Drop
from probes.wire.rendezvous.keys import Keys, KeyUsed, Ring
from probes.wire.rendezvous.messages import Admission
from tests.agent.ends.test_desk import AT, EPM, Office
from tests.agent.inbound.saying import NOW, inbound, state
from tests.agent.seen import result
from tests.held import HeldClock

V, C = Verdict, Cause
SHUT, OPEN = state(V.BLOCKED, C.SILENT_DROP), state(V.REACHABLE)
SITE = """\
site: contoso
rendezvous: {listen: "127.0.0.1:0"}
hosts:
  - {name: MSS, role: master-secret, address: 127.0.0.1}
  - {name: BTS01, role: processing, address: 127.0.0.2}
  - {name: BTS02, role: processing, address: 127.0.0.3}
  - {name: SQL01, role: sso-database, address: 127.0.0.4}
"""
RING, ROLLED = (Keys.derive(bytes(32)),), (Keys.derive(b"n" * 32), Keys.derive(bytes(32)))


class Bench:
    """Ends of one agent, one after the other, that are never opened."""

    def __init__(self) -> None:
        self.clock = HeldClock()
        self.lines: list[str] = []

    def ends(self, text: str = SITE, ring: Ring = RING) -> Ends:
        config = parse(text, "test")
        setup = set_up(config, next(each for each in site_of(config).sources() if each.name == "MSS"))
        told = told_to(setup, ring)
        ledger = Ledger((*setup.paths, *told), self.clock)
        return Ends(setup, ring, told, ledger, ledger.record, self.clock, self.lines.append)


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_counters_go_on_and_nothing_of_them_is_told_twice(bench: Bench) -> None:
    first = bench.ends()
    holder = first._both.service.holder
    holder.dropped[Drop.MAC] += 7
    holder.key_used[KeyUsed.CURRENT] += 5
    first._drops.look()
    second = bench.ends()
    second.go_on_from(first)
    figures = second.figures
    assert (figures.dropped["mac"], figures.key_used["current"]) == (7, 5)
    second._drops.look()
    assert len(bench.lines) == 1
    second._both.service.holder.dropped[Drop.MAC] += 1
    assert second.figures.dropped["mac"] == 8


async def test_what_comes_later_is_told_when_its_time_has_come(bench: Bench) -> None:
    first, second = bench.ends(), bench.ends()
    first._both.service.holder.dropped[Drop.MAC] += 7
    first._drops.look()
    second.go_on_from(first)
    second._both.service.holder.dropped[Drop.MAC] += 2
    await bench.clock.advance(HUSH)
    second._drops.look()
    assert "2 dropped (mac)" in bench.lines[-1]


def test_whoever_answered_is_not_taken_to_be_gone(bench: Bench) -> None:
    first = bench.ends()
    first._both.service.contacts["BTS01"].answers["127.0.0.2"] = True
    first._both.service.contacts["BTS01"].offset = 2.5
    second = bench.ends()
    second.go_on_from(first)
    assert second.figures.agents == {"BTS01": True, "BTS02": False}
    assert second.figures.offsets == {"BTS01": 2.5}


def test_whoever_is_gone_from_the_file_is_gone(bench: Bench) -> None:
    first = bench.ends()
    first._both.service.contacts["BTS01"].answers["127.0.0.2"] = True
    second = bench.ends(SITE.replace("  - {name: BTS01, role: processing, address: 127.0.0.2}\n", ""))
    second.go_on_from(first)
    assert second.figures.agents == {"BTS02": False}


def test_with_another_key_nobody_knows_yet_who_answers(bench: Bench) -> None:
    first = bench.ends()
    first._both.service.contacts["BTS01"].answers["127.0.0.2"] = True
    first._both.service.holder.dropped[Drop.MAC] += 7
    second = bench.ends(ring=ROLLED)
    second.go_on_from(first)
    assert second.figures.agents == {"BTS01": False, "BTS02": False}
    assert second.figures.dropped["mac"] == 7


def test_leases_and_cookies_are_void(bench: Bench) -> None:
    """Whoever had ports held here must not be told that they still are."""
    first, second = bench.ends(), bench.ends()
    second.go_on_from(first)
    assert second._both.service.holder._cookies is not first._both.service.holder._cookies
    assert second._both.service.holder._book is not first._both.service.holder._book
    made = first._both.service.holder._cookies.make(1.0, "127.0.0.2", "BTS01")
    assert first._both.service.holder._cookies.is_good(made, 1.0, "127.0.0.2", "BTS01")
    assert not second._both.service.holder._cookies.is_good(made, 1.0, "127.0.0.2", "BTS01")


def test_how_this_host_is_reached_stays_known(bench: Bench) -> None:
    first, second = bench.ends(), bench.ends()
    first._both.service.holder.admission = Admission.SHUTS
    first._both.service.holder._reached.note("127.0.0.1", 100.0)
    first._both.own_ports.note([50_000], bench.clock.time())
    second.go_on_from(first)
    assert second._both.service.holder.admission is Admission.SHUTS
    assert second._both.service.holder._reached.ago("127.0.0.1", 160.0) == 60
    assert second._both.own_ports.seen(50_000, bench.clock.time())


def of_two_names() -> Inbox:
    return Inbox([inbound(Check.EPM), inbound(Check.RPC_RANGE)], ["NODE1", "MSS", "SQLC"], 300.0)


def test_the_worse_of_two_names_still_counts() -> None:
    """A peer tells of one name first: that must not make the other one reachable."""
    first, second = of_two_names(), of_two_names()
    first.hear("BTS01", "MSS", OPEN, NOW)
    first.hear("BTS01", "SQLC", SHUT, NOW)
    second.go_on_from(first)
    found = second.hear("BTS01", "MSS", OPEN, NOW + 60)
    assert found
    assert found.verdict is V.BLOCKED


@pytest.mark.parametrize(
    "after",
    [
        Inbox([replace(inbound(Check.EPM), addresses=("192.0.2.99",))], ["NODE1", "MSS", "SQLC"], 300.0),
        Inbox([inbound(Check.EPM)], ["NODE1", "MSS"], 300.0),
    ],
)
def test_but_not_that_of_a_name_or_of_a_path_that_is_not_there_any_more(after: Inbox) -> None:
    first = of_two_names()
    first.hear("BTS01", "SQLC", SHUT, NOW)
    after.go_on_from(first)
    found = after.hear("BTS01", "MSS", OPEN, NOW + 60)
    assert found
    assert found.verdict is V.REACHABLE


def test_what_was_held_up_on_the_way_is_still_too_late() -> None:
    first, second = of_two_names(), of_two_names()
    first.hear("BTS01", "MSS", replace(SHUT, said=2_000_000), NOW)
    second.go_on_from(first)
    assert second.hear("BTS01", "MSS", replace(OPEN, said=1_999_000), NOW + 1) is None


def test_a_range_of_other_ports_is_told_anew() -> None:
    first = of_two_names()
    first.hear(
        "BTS01", "SQLC", state(V.BLOCKED, C.SILENT_DROP, Check.RPC_RANGE, blocked=PortSet(((49152, 65535),))), NOW
    )
    second = Inbox([inbound(Check.RPC_RANGE, ports="5000-5020")], ["NODE1", "MSS", "SQLC"], 300.0)
    second.go_on_from(first)
    passes = state(V.REACHABLE, None, Check.RPC_RANGE, passes=PortSet(((5000, 5020),)))
    found = second.hear("BTS01", "MSS", passes, NOW)
    assert found
    assert found.verdict is V.REACHABLE


async def test_whoever_waits_for_an_answer_gets_none_from_before_he_asked() -> None:
    """`once --both` asks again and again; meanwhile the agent there is given another configuration."""
    first = Office()
    first.found(Check.EPM, V.BLOCKED)
    await first.clock.advance(30.0)
    first.desk.probe_back("NODE1", AT)
    second = Office()
    second.clock, second.ledger = first.clock, first.ledger
    second.desk._ledger, second.desk._clock = first.ledger, first.clock
    second.desk.go_on_from(first.desk)
    await first.clock.advance(1.0)
    told = second.desk.state("NODE1", EPM)
    assert told is not None
    assert not told.settled
    assert second.rounds.until > first.clock.monotonic()  # and is hurried for
    first.ledger.record(result(V.REACHABLE, of=first.paths[Check.EPM], started=first.clock.time()))
    told = second.desk.state("NODE1", EPM)
    assert told is not None
    assert told.settled
    await first.clock.advance(LONGEST)


async def test_whoever_is_cut_off_by_our_own_end_is_not_taken_to_be_gone(bench: Bench) -> None:
    """Real sockets, and nobody at the other end yet: the greeting is under way when our end closes."""
    config = parse(SITE, "test")
    setup = set_up(config, next(each for each in site_of(config).sources() if each.name == "MSS"))
    clock = SystemClock()
    ledger = Ledger(setup.paths, clock)
    first = Ends(setup, RING, (), ledger, ledger.record, clock, bench.lines.append)
    async with first.opened([]):
        first._both.service.contacts["BTS01"].answers["127.0.0.2"] = True
        greeting = asyncio.ensure_future(first.greet_for("BTS01")("127.0.0.2"))
        await asyncio.sleep(0.1)
        assert not greeting.done()
    assert await greeting is Silent.NO_ANSWER
    assert first.figures.agents["BTS01"]
