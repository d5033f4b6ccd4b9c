"""A configuration that comes into force while an agent runs: what changes, what does not, and what may go wrong."""

import asyncio
import logging
import threading
from pathlib import Path

import pytest

from agent.found.finding import Kind
from agent.ground.text import plain
from tests.agent.term.running import Series, database, door, running

HOSTS = """hosts:
  - {name: BTS01, role: processing, address: 127.0.0.1}
  - {name: MSS, role: master-secret, address: 127.0.0.9}
  - {name: SQL01, role: sso-database, address: 127.0.0.2}
"""


async def test_a_peer_that_comes_is_asked_soon_and_one_that_goes_is_gone_at_once(tmp_path: Path) -> None:
    async with door() as one, door() as other, running(tmp_path, database("ONE", one)) as it:
        await it.until(lambda: it.verdict("ONE") == "reachable")
        assert await it.reloads(database("ONE", one), database("OTHER", other)) == []
        assert it.verdict("OTHER") in ("pending", "reachable")
        await it.until(lambda: it.verdict("OTHER") == "reachable")
        assert await it.reloads(database("OTHER", other)) == []
        assert not [labels for name, labels in it.series() if ("peer", "ONE") in labels]
        assert it.verdict("OTHER") == "reachable"
        assert (len(one.came), len(other.came)) == (1, 1)


async def test_whoever_stays_is_asked_no_more_often_than_without(tmp_path: Path) -> None:
    """Thirty configurations within one interval, each with something else in it."""
    async with door() as at:
        async with running(tmp_path, database("STAYS", at)) as it:
            await it.until(lambda: it.verdict("STAYS") == "reachable")
            before = it.value("attempts_total", peer="STAYS", check="sql", state="open")
            for number in range(30):
                other = f"{{name: OTHER{number}, role: sso-database, address: 127.0.0.2, port: {at.port}}}"
                timeout = f"sql: {{prelogin: false}}\nlog: {{level: {'info' if number % 2 else 'warning'}}}"
                assert await it.reloads(database("STAYS", at), *[other] * (number % 3 == 0), more=timeout) == []
                assert it.value("attempts_total", peer="STAYS", check="sql", state="open") == before == 1
        others = 10  # each of which may have been asked once
        assert 1 <= len(at.came) <= 1 + others


async def test_whoever_looks_on_sees_the_old_site_or_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At every turn of the loop while ten configurations come into force."""
    seen: list[frozenset[object]] = []

    def names(series: Series) -> frozenset[object]:
        return frozenset(series) - {each for each in series if "timestamp" in each[0]}

    async with door() as at, running(tmp_path, database("ONE", at)) as it:
        await it.until(lambda: it.verdict("ONE") == "reachable")
        whole = {names(it.series())}

        async def look_on() -> None:
            while True:
                seen.append(names(it.series()))
                await asyncio.sleep(0)

        watching = asyncio.create_task(look_on())
        for number in range(10):
            both = [database("ONE", at), database("TWO", at)]
            assert await it.reloads(*both[: 1 + number % 2]) == []
            whole.add(names(it.series()))
        watching.cancel()
    assert len(seen) > 20
    assert len(whole) == 2
    assert set(seen) <= whole


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ("site: [", "not YAML"),
        ("", "empty"),
        ("site: contoso\nhosts: []\n", "hosts"),
        (f"site: elsewhere\nstate_dir: state\n{HOSTS}", "site: a change takes a restart"),
        (f"site: contoso\nstate_dir: other\n{HOSTS}", "state_dir: a change takes a restart"),
        (f"site: contoso\nstate_dir: state\n{HOSTS.replace('BTS01', 'BTS09')}", "BTS01"),
    ],
)
async def test_a_bad_file_changes_nothing_and_is_said_and_a_good_one_mends_it(
    tmp_path: Path, bad: str, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with door() as at, running(tmp_path, database("ONE", at)) as it:
        await it.until(lambda: it.verdict("ONE") == "reachable")
        before, digest = it.loading.at, it.agent._term.setup.config.sha256
        it.file.write_text(bad)
        with caplog.at_level(logging.ERROR, "ssoreach"):
            mistakes = await it.agent.reload()
        assert any(said in line for line in mistakes)
        logged = [record for record in caplog.records if record.levelno == logging.ERROR]
        assert [record.getMessage() for record in logged] == ["the configuration was not loaded anew"] * len(mistakes)
        assert it.value("config_last_reload_successful") == 0
        assert it.value("config_last_reload_success_timestamp_seconds") == before
        assert it.agent._term.setup.config.sha256 == digest
        assert it.verdict("ONE") == "reachable"
        (refused,) = [each for each in it.agent.readings.run().findings if each.kind is Kind.CONFIGURATION_REFUSED]
        assert plain(mistakes[0]) in refused.detail
        assert await it.reloads(database("ONE", at)) == []
        assert it.value("config_last_reload_successful") == 1
        assert it.loading.at > before
        assert Kind.CONFIGURATION_REFUSED not in {each.kind for each in it.agent.readings.run().findings}
        assert len(at.came) == 1


async def test_a_file_that_says_the_same_closes_nothing(tmp_path: Path) -> None:
    async with door() as at, running(tmp_path, database("ONE", at)) as it:
        await it.until(lambda: it.verdict("ONE") == "reachable")
        before = it.agent._term
        it.file.write_text("# a comment\n" + it.file.read_text())
        assert await it.agent.reload() == []
        assert it.agent._term is before
        assert it.value("config_last_reload_successful") == 1


async def test_a_hundred_reloads_leave_nothing_behind(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.touch(mode=0o600)
    key.write_text("a key that is long enough to be one, of a test\n")
    more = 'rendezvous: {{listen: "127.0.0.1:0", key_file: key}}\nlog: {{level: {}}}'

    def left() -> tuple[int, ...]:
        return len(asyncio.all_tasks()), len([*Path("/proc/self/fd").iterdir()]), threading.active_count()

    async with door() as at:
        peer = f"{{name: BTS02, roles: [processing, master-secret], address: 127.0.0.9, epm_port: {at.port}}}"
        hosts = database("ONE", at), peer
        async with running(tmp_path, *hosts, more=more.format("info")) as it:
            await it.until(lambda: it.verdict("ONE") == "reachable")
            counts = []
            for number in range(100):
                assert await it.reloads(*hosts, more=more.format(("info", "warning")[number % 2])) == []
                counts.append(left())
        for early, late in zip(most(counts[5:40]), most(counts[65:]), strict=True):
            assert late <= early + 3


def most(counts: list[tuple[int, ...]]) -> list[int]:
    """Of each kind."""
    return [max(each) for each in zip(*counts, strict=True)]
