"""The agent's watch: it looks again and again, writes before it publishes, and tells of changes once."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from agent.config.load import parse
from agent.found.ledger import Ledger
from agent.ground.path import Check
from agent.judge.result import Result
from agent.judge.verdict import Cause, Judgement, Verdict
from agent.site.setup import Setup, set_up
from agent.site.topology import site_of
from agent.site.whoami import Machine, whoami
from agent.sso.memory import Spans
from agent.sso.seen import Condition, Service, Sighting
from agent.sso.standing import Standing
from agent.sso.state import SsoState, Why
from agent.sso.stored import Remembered
from agent.store.kept import Kept
from agent.store.store import Store
from agent.watch.outlook import Outlook
from agent.watch.watch import CHANGES_EVERY, EVERY, SsoWatch
from tests.held import HeldClock

SITE = """\
site: contoso
names: false
sso: {service: SSO}
hosts:
  - {name: BTS01, role: processing,    address: 192.0.2.11}
  - {name: MSS,   role: master-secret, address: 192.0.2.31}
  - {name: SQL01, role: sso-database,  address: 192.0.2.41}
"""
OPEN, SHUT = Judgement(Verdict.REACHABLE), Judgement(Verdict.UNREACHABLE, Cause.NO_ANSWER)


def setup_of(host: str = "BTS01", text: str = SITE) -> Setup:
    config = parse(text, "test")
    return set_up(config, whoami(site_of(config), Machine((), ()), host))


class Watched:
    """A watch, with a service and results as the test has them."""

    def __init__(self, folder: Path, clock: HeldClock | None = None, setup: Setup | None = None) -> None:
        self.clock = clock or HeldClock()
        self.setup = setup or setup_of()
        self.ledger = Ledger(self.setup.paths, self.clock)
        self.service = Service("SSO", Condition.RUNNING, "A", 4711, 1.0)
        self.told: list[tuple[Standing, Remembered]] = []
        self.broken: list[Exception] = []
        self.warned: list[str] = []
        self.order: list[str] = []
        self.changed_at: float | None = None
        self.kept = Kept(Store(folder, "contoso", self.warned.append))
        paths = self.setup.paths
        self.outlook = Outlook(self.setup, self.ledger, paths, self.clock, self._look, lambda: self.changed_at)
        self.kept.restore([self.outlook])
        self.watch = SsoWatch(self.outlook, self.clock, self._changed, self.write, self.broken.append)
        self.fails: Exception | None = None

    def _look(self, name: str) -> Sighting:
        assert name == "SSO"
        return Sighting(self.service)

    def _changed(self, standing: Standing, before: Remembered, now: float) -> None:
        assert now == self.clock.time()
        self.order.append(f"told {standing.state}")
        self.told.append((standing, before))

    async def write(self) -> None:
        known = self.standing
        self.order.append(f"written, published {known.state if known else None}")
        if self.fails is not None:
            raise self.fails
        await self.kept.write(self.outlook)

    @property
    def standing(self) -> Standing | None:
        return self.outlook.standing

    async def finds(self, judgement: Judgement, check: Check = Check.RPC_ENDPOINT) -> None:
        """By a round of two seconds, which begins now."""
        await self.clock.advance(2)
        (path,) = [path for path in self.setup.paths if path.check is check]
        self.ledger.record(Result(path, judgement, (), self.clock.time() - 2, 2.0))

    @asynccontextmanager
    async def runs(self) -> AsyncIterator["Watched"]:
        await self.watch.prepare()
        async with self.watch.opened():
            yield self
        assert self.broken == [self.fails] * len(self.broken)

    async def until(self, why: Why) -> Standing:
        """Time goes on for two looks, and then it stands so. (A contact counts for whom was seen before its round.)"""
        await self.clock.advance(2 * EVERY)
        found = self.standing
        assert found is not None
        assert found.why is why
        return found


@pytest.fixture(autouse=True)
def threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is done in threads is done at once: the held clock must not run away from them."""

    async def at_once(work: Callable[..., object], *args: object) -> object:
        return work(*args)

    def aside(work: Callable[[], object], name: str) -> asyncio.Future[object]:
        assert name
        answer: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        try:
            answer.set_result(work())
        except OSError as error:
            answer.set_exception(error)
        return answer

    monkeypatch.setattr("asyncio.to_thread", at_once)
    monkeypatch.setattr("agent.store.kept.aside", aside)
    monkeypatch.setattr("agent.watch.looking.aside", aside)
    monkeypatch.setattr("agent.watch.outlook.aside", aside)


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    return Watched(tmp_path)


async def test_there_is_something_to_show_from_the_start(watched: Watched) -> None:
    async with watched.runs():
        assert watched.standing is not None
        assert watched.standing.why is Why.NOT_ASKED


async def test_each_change_is_told_once_with_what_was_before(watched: Watched) -> None:
    async with watched.runs():
        await watched.finds(OPEN)
        opened = await watched.until(Why.OPEN)
        await watched.clock.advance(60)
        await watched.finds(SHUT)
        shut = await watched.until(Why.SAME)
        await watched.until(Why.SAME)
    states = [(standing.state, before.state) for standing, before in watched.told]
    assert states == [
        (SsoState.UNKNOWN, None),
        (SsoState.NORMAL, SsoState.UNKNOWN),
        (SsoState.ON_CACHE, SsoState.NORMAL),
    ]
    assert opened.since is not None
    assert shut.since is not None
    assert shut.since > opened.since
    assert watched.told[-1][1].since == opened.since


async def test_what_is_published_was_written_before(watched: Watched) -> None:
    async with watched.runs():
        await watched.finds(OPEN)
        await watched.until(Why.OPEN)
    told = watched.order.index("told normal")
    assert watched.order[told - 1] == "written, published unknown"


async def test_an_agent_that_was_killed_knows_what_it_knew(tmp_path: Path) -> None:
    clock = HeldClock()
    first = Watched(tmp_path, clock)
    async with first.runs():
        await first.finds(OPEN)
        await first.until(Why.OPEN)
        await first.finds(SHUT)
        known = await first.until(Why.SAME)
        written = (tmp_path / "sso.json").read_bytes()
        first.fails = OSError("killed: it writes no more")
    assert (tmp_path / "sso.json").read_bytes() == written
    second = Watched(tmp_path, clock)
    async with second.runs():
        found = second.standing
    assert found is not None
    assert (found.state, found.since, found.contact) == (SsoState.ON_CACHE, known.since, known.contact)
    assert second.told == []  # nothing has changed


async def test_nothing_is_written_as_long_as_nothing_changes(watched: Watched) -> None:
    async with watched.runs():
        await watched.finds(OPEN)
        await watched.until(Why.OPEN)
        count = len(watched.order)
        await watched.clock.advance(10 * EVERY)
        assert len(watched.order) == count


async def test_a_file_of_another_service_is_set_aside(tmp_path: Path) -> None:
    async with Watched(tmp_path).runs():
        pass
    other = Watched(tmp_path, setup=setup_of(text=SITE.replace("service: SSO", "service: OTHER")))
    assert (tmp_path / "sso.damaged").exists()
    assert "of service SSO on BTS01" in other.warned[0]


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"version": 2, "site": "contoso", "content": {}}', "\x00" * 100])
async def test_a_file_that_is_none_is_set_aside_and_begun_anew(tmp_path: Path, text: str) -> None:
    (tmp_path / "sso.json").write_text(text)
    watched = Watched(tmp_path)
    async with watched.runs():
        assert watched.standing is not None
        assert watched.standing.why is Why.NOT_ASKED
    assert (tmp_path / "sso.damaged").read_text() == text
    assert len(watched.warned) == 1


async def test_a_folder_that_cannot_be_written_is_said_once(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    watched = Watched(tmp_path / "file" / "state")
    async with watched.runs():
        await watched.finds(OPEN)
        await watched.until(Why.OPEN)
        await watched.finds(SHUT)
        await watched.until(Why.SAME)
    assert len([line for line in watched.warned if "cannot be written" in line]) == 1


async def test_a_system_that_does_not_say_is_no_service_that_stopped(watched: Watched) -> None:
    async with watched.runs():
        await watched.finds(OPEN)
        await watched.until(Why.OPEN)

        def fails(_: str) -> Sighting:
            raise OSError(5, "Input/output error")

        watched.outlook._eyes._look = fails
        found = await watched.until(Why.FAILED)
    assert found.state is SsoState.UNKNOWN


async def test_a_fault_of_ours_is_told_and_the_next_look_comes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    watched = Watched(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr("agent.watch.outlook.follow", lambda *_: 1 // 0)
        await watched.watch.prepare()
        async with watched.watch.opened():
            assert watched.standing is None
            patch.undo()
            await watched.until(Why.NOT_ASKED)
    assert {type(error) for error in watched.broken} == {ZeroDivisionError}


async def test_a_host_without_an_sso_service_is_not_looked_at(tmp_path: Path) -> None:
    watched = Watched(tmp_path, setup=setup_of("SQL01"))
    async with watched.runs():
        assert watched.standing is not None
        assert watched.standing.why is Why.NO_PART
        assert watched.outlook.findings == []
    assert (watched.told, watched.order) == ([], [])


async def test_a_backup_that_nobody_confirms_is_a_finding(watched: Watched) -> None:
    async with watched.runs():
        assert [finding.kind for finding in watched.outlook.findings] == ["backup-unconfirmed"]


async def test_a_secret_that_was_changed_since_the_backup_is_a_finding(tmp_path: Path) -> None:
    text = SITE.replace("service: SSO", "service: SSO, backup_confirmed: 2026-01-31")
    watched = Watched(tmp_path, setup=setup_of(text=text))
    watched.changed_at = watched.clock.time()
    async with watched.runs():
        await watched.clock.advance(CHANGES_EVERY)
        assert [finding.kind for finding in watched.outlook.findings] == ["backup-outdated"]


async def test_a_person_s_look_knows_what_the_agent_knew_and_writes_nothing(tmp_path: Path) -> None:
    clock = HeldClock()
    first = Watched(tmp_path, clock)
    async with first.runs():
        await first.finds(OPEN)
        await first.until(Why.OPEN)
    before = (tmp_path / "sso.json").read_bytes()
    await clock.advance(600)
    second = Watched(tmp_path, clock)
    await second.outlook.look_around(second.broken.append)
    await second.finds(SHUT)
    found = second.outlook.conclude()
    assert found.why is Why.SAME
    assert found.since is None  # it is not known when the state began, as nobody watched
    assert (tmp_path / "sso.json").read_bytes() == before


async def test_an_endpoint_mapper_that_answers_is_no_contact_before_the_service_s_own_port_was_asked(
    watched: Watched,
) -> None:
    """A round tells of the mapper at once, and of a silent port only when it has asked it again."""
    async with watched.runs():
        await watched.finds(OPEN, Check.EPM)
        await watched.until(Why.NOT_ASKED)
        await watched.finds(SHUT)
        await watched.until(Why.NEVER)
    assert watched.outlook.known.memory.contact is None


async def test_an_agent_that_starts_behind_a_cut_forgets_no_cache_that_was_lost(tmp_path: Path) -> None:
    clock = HeldClock()
    first = Watched(tmp_path, clock)
    async with first.runs():
        await first.finds(OPEN)
        await first.until(Why.OPEN)
        await first.finds(SHUT)
        await first.until(Why.SAME)
        first.service = Service("SSO", Condition.RUNNING, "B", 4712, 2.0)
        await first.until(Why.JUST_BEGUN)
        await first.finds(SHUT)
        await first.until(Why.LOST)
    second = Watched(tmp_path, clock)
    second.service = first.service
    async with second.runs():
        await second.finds(OPEN, Check.EPM)
        await second.until(Why.LOST)
        await second.finds(SHUT)
        await second.until(Why.LOST)
    assert second.told == []


async def test_a_change_is_told_though_it_could_not_be_written_and_is_written_later(watched: Watched) -> None:
    async with watched.runs():
        await watched.finds(OPEN)
        await watched.until(Why.OPEN)
        watched.fails = RuntimeError("can't start new thread")
        await watched.finds(SHUT)
        await watched.until(Why.SAME)
        assert watched.told[-1][0].state is SsoState.ON_CACHE
        assert watched.broken
        assert set(map(type, watched.broken)) == {RuntimeError}
        watched.fails = None
        watched.broken.clear()
        await watched.clock.advance(EVERY)
        count = len(watched.order)
        await watched.clock.advance(EVERY)
        assert len(watched.order) == count  # it is written, and nothing is new
    assert Outlook.name == "sso"


async def test_an_older_text_is_never_written_after_a_newer_one(watched: Watched) -> None:
    """The disk takes its time, and the agent ends meanwhile."""
    going, texts = asyncio.Event(), list[str | None]()
    kept = watched.write

    async def slow() -> None:
        state = str(watched.outlook.known.state)
        if watched.outlook.known.state is SsoState.NORMAL and not going.is_set():
            await going.wait()
        texts.append(state)
        await kept()

    watched.watch._write = slow
    async with watched.watch.opened():
        await watched.finds(OPEN)
        await watched.clock.advance(EVERY)  # the look now waits for the disk
        asyncio.get_running_loop().call_later(0.01, going.set)
    assert texts[-1] == "normal"
    assert len(texts) >= 2
    assert watched.broken == []


@pytest.mark.parametrize(
    ("interval", "stands", "brief"), [("10s", 300, 60), ("60s", 300, 120), ("5m", 900, 300), ("1h", 10_800, 300)]
)
def test_how_long_a_finding_counts_and_how_long_nobody_need_ask(
    tmp_path: Path, interval: str, stands: float, brief: float
) -> None:
    text = SITE.replace("hosts:", f"schedule: {{interval: {interval}}}\nhosts:")
    watched = Watched(tmp_path, setup=setup_of(text=text))
    assert watched.outlook._spans == Spans(stands, brief)


CLUSTER = SITE.replace(
    "address: 192.0.2.31}", "address: 192.0.2.30, nodes: [{name: NODE1, address: 192.0.2.31}, {name: NODE2}]}"
)


@pytest.mark.parametrize(("own", "why"), [(("192.0.2.31", "192.0.2.30"), Why.STOPPED), (("192.0.2.31",), Why.PASSIVE)])
async def test_a_node_at_rest_is_one_that_does_not_hold_the_cluster_s_name(
    tmp_path: Path, own: tuple[str, ...], why: Why, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.watch.looking.this_machine", lambda: Machine((), own))
    watched = Watched(tmp_path, setup=setup_of("NODE1", CLUSTER))
    watched.service = Service("SSO", Condition.STOPPED)
    async with watched.runs():
        assert watched.standing is not None
        assert watched.standing.why is why


async def test_a_disk_that_hangs_is_told_once_and_holds_up_neither_what_is_shown_nor_the_end(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.watch.watch.PATIENCE", 0.01)

    async def hangs() -> None:
        await asyncio.Event().wait()

    watched.watch._write = hangs
    async with watched.watch.opened():
        await watched.finds(OPEN)
        for _ in range(20):  # each look waits for the disk, but not for long
            await watched.clock.advance(EVERY)
            await asyncio.sleep(0.02)
        assert watched.standing is not None
        assert watched.standing.why is Why.OPEN
    assert [type(error) for error in watched.broken] == [TimeoutError]
    assert [standing.state for standing, _ in watched.told] == [SsoState.UNKNOWN, SsoState.NORMAL]
