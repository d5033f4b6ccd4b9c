"""`once` says what the paths mean for SSO: it looks at services once, and no look costs a verdict."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from agent.config.load import parse
from agent.demo.demo import listener
from agent.demo.mapper import mapper
from agent.ground.path import Check
from agent.judge.verdict import Verdict
from agent.log.log import log
from agent.once import Wanted, run_once
from agent.site.setup import Setup, set_up
from agent.site.topology import site_of
from agent.site.whoami import Machine, whoami
from agent.sso.memory import Contact, Life, Memory
from agent.sso.part import part_of
from agent.sso.seen import Condition, Service, Sighting
from agent.sso.state import SsoState, Why
from agent.sso.stored import Remembered, store
from agent.sso.ways import Way
from agent.store.kept import Kept
from agent.store.store import Store

SITE = """\
site: contoso
names: false
rpc: {{dynamic_ports: 20000-20003}}
schedule: {{timeout: 500ms}}
hosts:
  - {{name: BTS01, role: processing, address: 127.0.0.11}}
  - {{name: MSS, role: master-secret, address: 127.0.0.21, epm_port: {epm}}}
  - {{name: SQL01, role: sso-database, address: 127.0.0.31, port: {sql}}}
"""
RUNNING = Service("ENTSSO", Condition.RUNNING, "A", 4711, 1.0)


@contextmanager
def listening(host: str) -> Iterator[Setup]:
    """A site on loopback where everything but the range works."""
    with listener("127.0.0.21") as sso, mapper("127.0.0.21", sso) as epm, listener("127.0.0.31") as sql:
        config = parse(SITE.format(epm=epm, sql=sql), "test")
        setup = set_up(config, whoami(site_of(config), Machine((), ()), host))
        yield setup.only(lambda path: path.check is not Check.RPC_RANGE)


class System:
    """What a look shows, and how often it was asked."""

    def __init__(self, service: Service = RUNNING) -> None:
        self.service = service
        self.asked: list[str] = []

    def __call__(self, name: str) -> Sighting:
        self.asked.append(name)
        return Sighting(self.service)


async def test_it_looks_once_and_concludes_when_the_paths_have_come_to_something() -> None:
    system = System()
    with listening("BTS01") as setup:
        run = await run_once(setup, Wanted(1, exact=False), look=system)
    assert system.asked == ["ENTSSO"]
    assert run.sso is not None
    assert (run.sso.why, run.sso.service, run.sso.master.way) == (Why.OPEN, RUNNING, Way.OPEN)
    assert [each.way for each in run.sso.databases] == [Way.OPEN]
    assert run.sso.since is None  # nobody watched it begin
    assert {result.verdict for result in run.results} == {Verdict.REACHABLE}
    assert "backup-unconfirmed" in [finding.kind for finding in run.findings]


async def test_a_host_without_an_sso_service_has_a_standing_that_says_so() -> None:
    with listening("SQL01") as setup:
        run = await run_once(setup, Wanted(1, exact=False), look=System())
    assert run.sso is not None
    assert (run.sso.why, run.sso.state) == (Why.NO_PART, SsoState.UNKNOWN)
    assert run.findings == []


@pytest.mark.parametrize("error", [OSError(5, "Input/output error"), ZeroDivisionError()])
async def test_a_look_that_breaks_costs_no_verdict(error: Exception) -> None:
    def breaks(_: str) -> Sighting:
        raise error

    with listening("BTS01") as setup:
        run = await run_once(setup, Wanted(1, exact=False), look=breaks)
    assert {result.verdict for result in run.results} == {Verdict.REACHABLE}
    assert run.sso is not None
    assert (run.sso.why, run.sso.service.detail) == (Why.FAILED, type(error).__name__)
    assert run.sso.master.way is Way.OPEN


@pytest.fixture
def errors() -> Iterator[list[str]]:
    """What is logged as a fault of ours."""
    heard: list[str] = []

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            heard.append(record.getMessage())

    handler, before = Handler(logging.ERROR), log.propagate
    log.addHandler(handler)
    log.propagate = False
    yield heard
    log.removeHandler(handler)
    log.propagate = before


@pytest.mark.parametrize("part", ["look_at_names", "look_for_changes", "look_at_services"])
async def test_a_fault_of_ours_in_any_look_is_logged_and_costs_no_verdict(
    part: str, errors: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(f"agent.watch.outlook.Outlook.{part}", broken)
    with listening("BTS01") as setup:
        run = await run_once(setup, Wanted(1, exact=False), look=System())
    assert {result.verdict for result in run.results} == {Verdict.REACHABLE}
    assert run.sso is not None
    assert run.sso.why is (Why.FAILED if part == "look_at_services" else Why.OPEN)
    assert errors == ["the look at SSO broke"]


def everything_in(folder: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in folder.iterdir()}


async def test_what_the_agent_of_this_host_knows_is_used_and_left_alone(tmp_path: Path) -> None:
    """Its memory makes of a way that is shut a service that runs on the cached secret."""
    memory = Memory(Contact(1.0, 1.0, ("MSS",), incarnation="A", held=600.0), None, Life("A", 0.0, 1.0))
    with listening("BTS01") as setup:
        asked = part_of(site_of(setup.config), setup.source).asked
    known = Remembered("BTS01", "ENTSSO", memory, SsoState.NORMAL, 1.0, masters=asked)
    Store(tmp_path, "contoso", print).save("sso", store(known))
    before = everything_in(tmp_path)
    told: list[str] = []
    kept = Kept(Store(tmp_path, "contoso", told.append, of_person=True))
    run = await run_once(setup, Wanted(1, exact=False), kept=kept, look=System())  # nobody listens any more
    assert run.sso is not None
    assert (run.sso.why, run.sso.master.way) == (Why.SAME, Way.SHUT)
    assert run.sso.since is None
    assert everything_in(tmp_path) == before
    assert told == []


@pytest.mark.parametrize("condition", [each for each in Condition if each is not Condition.RUNNING])
async def test_whatever_the_service_does_the_ways_are_told(condition: Condition) -> None:
    with listening("BTS01") as setup:
        run = await run_once(setup, Wanted(1, exact=False), look=System(Service("ENTSSO", condition)))
    assert run.sso is not None
    assert (run.sso.why.name, run.sso.master.way) == (condition.name, Way.OPEN)
