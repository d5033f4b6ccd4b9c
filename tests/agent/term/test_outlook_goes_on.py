"""What reachability means for SSO, when another configuration comes into force while an agent watches."""

import asyncio
from pathlib import Path

import pytest

from agent.inbound.silence import silent_after
from agent.sso.seen import Condition, Service, Sighting
from agent.sso.standing import Standing
from agent.sso.state import SsoState, Why
from agent.watch.outlook import Outlook
from agent.watch.watch import EVERY, SsoWatch
from tests.agent.watch.test_watch import OPEN, SHUT, SITE, Watched, setup_of, threads
from tests.held import HeldClock

__all__ = ["threads"]  # a fixture: what is done in threads is done at once

FASTER = f"schedule: {{interval: 10s}}\n{SITE}"
HOURLY = f"schedule: {{interval: 1h}}\n{SITE}"
MOVED = SITE.replace("192.0.2.31", "192.0.2.32")
TWO = f"{SITE}  - {{name: MSS2, role: master-secret, address: 192.0.2.33}}\n"
OTHER_MASTER = SITE.replace("MSS", "MSS2")
OTHER_DATABASE = SITE.replace("SQL01", "SQL02")
OTHER_SERVICE = SITE.replace("service: SSO", "service: SSO2")


def after(first: Watched, text: str, folder: Path) -> Watched:
    """In place of it, as an agent does it: the ledger follows, what was known goes on."""
    second = Watched(folder, first.clock, setup_of(text=text))
    second.kept, second.ledger, second.service = first.kept, first.ledger, first.service
    paths = second.setup.paths
    second.ledger.follow(paths, silent_after(second.setup.config.schedule.interval))
    second.outlook = Outlook(second.setup, second.ledger, paths, second.clock, lambda _: Sighting(second.service))
    second.outlook.go_on_from(first.outlook)
    second.watch = SsoWatch(second.outlook, second.clock, second._changed, second.write, second.broken.append)
    return second


async def until_known(watched: Watched, why: Why) -> Standing:
    async with watched.runs():
        await watched.finds(OPEN)
        found = await watched.until(Why.OPEN)
        if why is Why.SAME:
            await watched.clock.advance(60)
            await watched.finds(SHUT)
            found = await watched.until(Why.SAME)
    return found


@pytest.mark.parametrize("why", [Why.OPEN, Why.SAME])
@pytest.mark.parametrize(
    "text", [SITE, FASTER, HOURLY, SITE.replace("SQL01", "SQL02"), f"log: {{level: debug}}\n{SITE}"]
)
async def test_of_the_same_service_and_masters_everything_stays_and_nothing_is_told(
    tmp_path: Path, why: Why, text: str
) -> None:
    first = Watched(tmp_path)
    before = await until_known(first, why)
    second = after(first, text, tmp_path / "other")
    same_part = second.outlook.part == first.outlook.part
    assert second.standing == (before if same_part else None)
    if not same_part:
        await second.watch.prepare()
    async with second.watch.opened():
        for _ in range(3):
            await second.clock.advance(EVERY)
            found = second.standing
            assert found is not None
            assert (found.state, found.why, found.since) == (before.state, before.why, before.since)
            assert found.contact is not None
            assert before.contact is not None
            assert found.contact.at == before.contact.at
    assert second.told == []
    assert second.broken == []


@pytest.mark.parametrize("seconds", [60.0, 250.0, 400.0, 3000.0])
async def test_a_shorter_interval_makes_nobody_unreachable(tmp_path: Path, seconds: float) -> None:
    """What was found an hour ago may be too old by the new one, until the next round: that is no outage."""
    first = Watched(tmp_path, setup=setup_of(text=HOURLY))
    await until_known(first, Why.OPEN)
    await first.clock.advance(seconds)
    second = after(first, FASTER, tmp_path / "other")
    async with second.watch.opened():
        await second.clock.advance(2 * EVERY)
        found = second.standing
        assert found is not None
        assert found.state in (SsoState.NORMAL, SsoState.UNKNOWN)
        await second.finds(OPEN)
        await second.until(Why.OPEN)
    assert SsoState.ON_CACHE not in [standing.state for standing, _ in second.told]


async def test_a_master_that_is_asked_elsewhere_is_not_reached_before_it_is(tmp_path: Path) -> None:
    first = Watched(tmp_path)
    before = await until_known(first, Why.OPEN)
    second = after(first, MOVED, tmp_path / "other")
    await second.watch.prepare()
    async with second.watch.opened():
        await second.clock.advance(EVERY)
        found = second.standing
        assert found is not None
        assert found.state not in (SsoState.ON_CACHE, SsoState.CACHE_LOST)
        assert before.contact is not None
        assert found.contact is None or found.contact.at == before.contact.at
        await second.finds(OPEN)
        await second.until(Why.OPEN)


@pytest.mark.parametrize("text", [TWO, OTHER_MASTER])
async def test_with_other_masters_it_is_as_after_a_restart(tmp_path: Path, text: str) -> None:
    first = Watched(tmp_path)
    await until_known(first, Why.OPEN)
    restarted = Watched(tmp_path, first.clock, setup_of(text=text))
    second = after(first, text, tmp_path / "other")
    assert second.outlook.known == restarted.outlook.known
    assert second.standing is None


async def test_with_another_service_it_is_begun_anew(tmp_path: Path) -> None:
    first = Watched(tmp_path)
    await until_known(first, Why.OPEN)
    second = after(first, OTHER_SERVICE, tmp_path / "other")
    assert second.standing is None
    assert second.outlook.known.service == "SSO2"
    assert second.outlook.known.memory.contact is None
    assert second.outlook._eyes is not first.outlook._eyes


async def test_a_restart_that_was_seen_is_still_seen(tmp_path: Path) -> None:
    """The outage goes on over the change, and so does the watch over it."""
    first = Watched(tmp_path)
    await until_known(first, Why.SAME)
    second = after(first, FASTER, tmp_path / "other")
    async with second.watch.opened():
        await second.until(Why.SAME)
        first.service = Service("SSO", Condition.RUNNING, "B", 4712, 2.0)
        await second.until(Why.JUST_BEGUN)
        await second.finds(SHUT)
        found = await second.until(Why.LOST)
    assert found.state is SsoState.CACHE_LOST


async def test_a_look_that_hangs_is_waited_for_and_not_begun_again_with_each_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[asyncio.Future[Sighting]] = []

    def hangs(work: object, name: str) -> asyncio.Future[Sighting]:
        looks.append(asyncio.get_running_loop().create_future())
        return looks[-1]

    monkeypatch.setattr("agent.watch.looking.aside", hangs)
    monkeypatch.setattr("agent.watch.looking.LONGEST", 0.01)
    current = Watched(tmp_path, HeldClock())
    for number in range(20):
        await current.outlook.look_at_services()
        current = after(current, (SITE, FASTER)[number % 2], tmp_path / "other")
    assert len(looks) == 1
    looks[0].set_result(Sighting(current.service))
    both = asyncio.gather(current.outlook.look_at_services(), current.outlook.look_at_services())
    await both  # two that wait for one look both see it
    assert current.outlook._sighting == Sighting(current.service)
