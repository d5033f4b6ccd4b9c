"""What is read of an agent whose configuration changes: what stands beside the paths, and nothing of who is gone."""

import logging
from pathlib import Path

import pytest

from tests.agent.term.running import database, door, running


async def test_what_stands_beside_the_paths_is_shown_and_follows_the_configuration(tmp_path: Path) -> None:
    async with door() as at, running(tmp_path, database("ONE", at)) as it:

        def found() -> list[str]:
            return [str(each.kind) for each in it.agent.readings.run().findings]

        await it.until(lambda: it.verdict("ONE") == "reachable")
        assert "backup-unconfirmed" in found()
        assert await it.reloads(database("ONE", at), more="sso: {backup_confirmed: 2026-01-31}") == []
        await it.until(lambda: "backup-unconfirmed" not in found())  # with the next look at SSO


async def test_what_is_found_of_who_is_gone_is_neither_remembered_nor_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with door() as at, running(tmp_path, database("ONE", at)) as it:
        await it.until(lambda: it.verdict("ONE") == "reachable")
        (late,) = [each for each in it.agent.readings.run().results if each.path.peer == "ONE"]
        assert await it.reloads() == []
        with caplog.at_level(logging.INFO, "ssoreach"):
            caplog.clear()
            it.agent._record(late)  # nothing else happens meanwhile
        assert [record.getMessage() for record in caplog.records if record.name == "ssoreach"] == []
        assert it.verdict("ONE") == ""
