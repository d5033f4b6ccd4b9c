"""What outlives a restart is written by whoever is there now, also where somebody else was there before."""

import asyncio
import threading
from collections.abc import Mapping
from pathlib import Path

import pytest

from agent.store.kept import EVERY, Kept
from agent.store.store import Store
from tests.held import HeldClock


class Note:
    """A keepsake of a test's own."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text

    def state(self) -> dict[str, object]:
        return {"text": self.text}

    def restore(self, state: Mapping[str, object]) -> None:
        self.text = str(state["text"])


class Folder:
    """A state folder, and in which order what was written into it."""

    def __init__(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.store = Store(path, "contoso", lambda _: None)
        self.kept = Kept(self.store)
        self.written: list[tuple[str, object]] = []
        self.may_go_on = threading.Event()
        self.may_go_on.set()
        save = Store.save

        def noted(store: Store, name: str, content: Mapping[str, object]) -> None:
            self.may_go_on.wait(30)
            save(store, name, content)
            self.written.append((name, content["text"]))

        monkeypatch.setattr(Store, "save", noted)

    async def until(self, count: int) -> None:
        async with asyncio.timeout(30):
            while len(self.written) < count:  # noqa: ASYNC110 - there is no event for a file
                await asyncio.sleep(0.001)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    return Folder(tmp_path / "state", monkeypatch)


async def test_only_who_is_there_now_is_written(folder: Folder) -> None:
    clock, now = HeldClock(), [Note("range-a", "old"), Note("range-b", "of b")]
    async with folder.kept.saved(lambda: [*now], clock):
        await clock.advance(EVERY / 4)
        now[0] = Note("range-a", "new")  # in place of it
        del now[1]
        await clock.advance(2 * EVERY)
        await folder.until(1)
    assert {name for name, _ in folder.written} == {"range-a"}
    assert {text for _, text in folder.written} == {"new"}


async def test_whoever_comes_is_written_too(folder: Folder) -> None:
    clock, now = HeldClock(), list[Note]()
    async with folder.kept.saved(lambda: [*now], clock):
        await clock.advance(EVERY / 2)
        now.append(Note("range-a", "new"))
        await clock.advance(2 * EVERY)
        await folder.until(1)
    assert folder.written[0] == ("range-a", "new")


async def test_what_was_known_before_is_not_written_after_what_is_known_now(folder: Folder) -> None:
    """The disk is slow, and still writes the old one when another configuration comes, and the agent ends."""
    clock, now = HeldClock(), [Note("range-a", "old")]
    async with folder.kept.saved(lambda: [*now], clock):
        folder.may_go_on.clear()
        await clock.advance(EVERY)
        now[0] = Note("range-a", "new")
        asyncio.get_running_loop().call_later(0.05, folder.may_go_on.set)
    assert folder.written == [("range-a", "old"), ("range-a", "new")]
    assert folder.store.load("range-a") == {"text": "new"}


async def test_of_two_writers_of_one_name_the_later_one_writes_last(folder: Folder) -> None:
    """As when the disk hangs while what looks at SSO is replaced."""
    folder.may_go_on.clear()
    first = asyncio.create_task(folder.kept.write(Note("sso", "old")))
    await asyncio.sleep(0)
    second = asyncio.create_task(folder.kept.write(Note("sso", "new")))
    other = asyncio.create_task(folder.kept.write(Note("other", "else")))
    await asyncio.sleep(0)
    folder.may_go_on.set()
    await asyncio.gather(first, second, other)
    assert [text for name, text in folder.written if name == "sso"] == ["old", "new"]
    assert folder.store.load("sso") == {"text": "new"}
