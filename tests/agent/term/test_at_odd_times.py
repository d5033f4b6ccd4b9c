"""A reload while the agent starts, while another one is under way, while it ends, and when something breaks in it."""

import asyncio
import threading
from pathlib import Path

import pytest

from agent.store.kept import Kept
from agent.term.term import Term
from tests.agent.term.running import database, door, running

KEYED = 'rendezvous: {listen: "127.0.0.1:0", key_file: key}'


def key_beside(folder: Path) -> str:
    key = folder / "key"
    key.touch(mode=0o600)
    key.write_text("a key that is long enough to be one, of a test\n")
    return KEYED


async def test_one_that_comes_while_the_agent_starts_waits_and_is_not_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between when it listens and its first round."""
    may_go_on, look_around = asyncio.Event(), Term.look_around

    async def slow(term: Term) -> None:
        await may_go_on.wait()
        await look_around(term)

    monkeypatch.setattr(Term, "look_around", slow)
    async with door() as one, door() as two, running(tmp_path, database("ONE", one)) as it:
        asked = asyncio.create_task(it.reloads(database("TWO", two)))
        await asyncio.sleep(0.2)
        assert not asked.done()
        assert it.value("config_last_reload_successful") == 1
        may_go_on.set()
        assert await asked == []
        await it.until(lambda: it.verdict("TWO") == "reachable")


async def test_whoever_asked_may_go_away_in_the_middle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closing, may_go_on, close = asyncio.Event(), asyncio.Event(), Term.close

    async def slow(term: Term) -> None:
        closing.set()
        await may_go_on.wait()
        await close(term)

    monkeypatch.setattr(Term, "close", slow)
    async with door() as one, door() as two, running(tmp_path, database("ONE", one)) as it:
        asked = asyncio.create_task(it.reloads(database("TWO", two)))
        async with asyncio.timeout(30):
            await closing.wait()
        asked.cancel()
        await asyncio.wait([asked])
        may_go_on.set()
        await it.until(lambda: it.verdict("TWO") == "reachable")
        assert it.value("config_last_reload_successful") == 1


@pytest.mark.parametrize("stage", ["close", "meet", "look_around", "look_first"])
async def test_an_agent_that_is_told_to_end_in_the_middle_ends_well(
    tmp_path: Path, stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    there, original = asyncio.Event(), getattr(Term, stage)

    async def hangs(term: Term, *args: object) -> None:
        if asked and not there.is_set():
            there.set()
            await asyncio.Event().wait()
        await original(term, *args)

    monkeypatch.setattr(Term, stage, hangs)
    asked: list[asyncio.Task[object]] = []
    more = key_beside(tmp_path)
    async with door() as one:
        async with running(tmp_path, database("ONE", one), more=more) as it:
            await it.until(lambda: it.verdict("ONE") == "reachable")
            backup = "\nsso: {service: ANOTHER}"  # so that it is looked at anew
            asked.append(asyncio.create_task(it.reloads(database("ONE", one), more=more + backup)))
            async with asyncio.timeout(30):
                await there.wait()
        async with asyncio.timeout(30):
            await asyncio.wait(asked)
    assert asked[0].cancelled()
    left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    assert left == []


async def test_one_that_comes_when_the_agent_has_ended_is_told_so(tmp_path: Path) -> None:
    async with door() as one:
        async with running(tmp_path, database("ONE", one)) as it:
            await it.until(lambda: it.verdict("ONE") == "reachable")
        assert await it.reloads(database("ONE", one)) == ["the agent is ending"]


async def test_a_disk_that_hangs_over_what_is_known_of_a_new_peer_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.term.surveyed.LONGEST", 0.1)
    goes_on, restore = threading.Event(), Kept.restore

    def slow(kept: Kept, keepsakes: object) -> None:
        if threading.current_thread() is not threading.main_thread():
            goes_on.wait(30)
        restore(kept, keepsakes)  # type: ignore[arg-type]

    monkeypatch.setattr(Kept, "restore", slow)
    more = key_beside(tmp_path)
    async with door() as one, door() as two, running(tmp_path, database("ONE", one), more=more) as it:
        await it.until(lambda: it.verdict("ONE") == "reachable")
        before = it.agent._term
        (told,) = await it.reloads(database("ONE", one), database("TWO", two), more=more)
        assert "the disk did not answer" in told
        assert it.agent._term is before
        assert it.agent._steady.has(before.ends)
        goes_on.set()
        assert await it.reloads(database("ONE", one), database("TWO", two), more=more) == []
        await it.until(lambda: it.verdict("TWO") == "reachable")


@pytest.mark.parametrize("what", ["agent.ends.ends.Ends.opened", "agent.term.term.Term.look_around"])
async def test_what_breaks_on_the_way_is_said_and_the_next_one_mends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """Such as when there is no thread to be had. Peers are asked, and SSO is watched, meanwhile."""
    more, level = key_beside(tmp_path), "\nlog: {level: warning}"
    async with door() as one, running(tmp_path, database("ONE", one), more=more) as it:
        await it.until(lambda: it.verdict("ONE") == "reachable")
        with monkeypatch.context() as patch:
            patch.setattr(what, lambda *_: 1 // 0)
            assert await it.reloads(database("ONE", one), more=more + level) == [
                "a fault of this agent: ZeroDivisionError"
            ]
        assert it.value("config_last_reload_successful") == 0
        assert it.verdict("ONE") == "reachable"
        broken = it.agent._term
        assert not broken.is_whole
        assert it.agent._steady.has(broken.ends)  # no round waits for what does not come
        assert await it.reloads(database("ONE", one), more=more + level) == []
        assert it.agent._term is not broken
        assert it.agent._term.is_whole
        assert it.value("config_last_reload_successful") == 1


async def test_an_end_that_breaks_does_not_keep_the_next_configuration_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with door() as one, door() as two, running(tmp_path, database("ONE", one)) as it:
        await it.until(lambda: it.verdict("ONE") == "reachable")
        it.agent._term._open.callback(lambda: 1 // 0)
        assert await it.reloads(database("TWO", two)) == []
        await it.until(lambda: it.verdict("TWO") == "reachable")


async def test_many_at_once_come_into_force_one_after_the_other(tmp_path: Path) -> None:
    async with door() as one, door() as two, running(tmp_path, database("ONE", one)) as it:
        await it.until(lambda: it.verdict("ONE") == "reachable")
        it.writes(database("ONE", one), database("TWO", two))
        found = await asyncio.gather(*(it.agent.reload() for _ in range(20)))
        assert found == [[]] * 20
        await it.until(lambda: it.verdict("TWO") == "reachable")
        assert (len(one.came), len(two.came)) == (1, 1)


async def test_who_is_taken_out_by_mistake_and_put_in_again_bears_no_more(tmp_path: Path) -> None:
    async with door() as one, door() as two, running(tmp_path, database("ONE", one), database("TWO", two)) as it:
        await it.until(lambda: "reachable" == it.verdict("ONE") == it.verdict("TWO"))
        before = it.agent._surveyed.now
        assert await it.reloads(database("TWO", two)) == []
        assert await it.reloads(database("ONE", one), database("TWO", two)) == []
        assert {*it.agent._surveyed.now} == {*before}
        assert it.verdict("ONE") == "pending"
        await asyncio.sleep(1)
        assert (len(one.came), len(two.came)) == (1, 1)
