"""What an agent knows of ranges outlives it; what it cannot read costs it nothing but that."""

import asyncio
import json
import threading
from collections.abc import Mapping
from pathlib import Path

import pytest

from agent.ground.ports import PortSet
from agent.store.kept import EVERY, Kept, RangesOf, default_state_folder
from agent.store.store import Store
from tests.agent.survey.network import Site, agent
from tests.agent.survey.world import World, over, texts

UPPER = "57344-65535"


class Folder:
    """A state folder, and what was said about it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.said: list[str] = []

    def kept(self, site: str = "contoso") -> Kept:
        return Kept(Store(self.path, site, self.said.append))

    def has_file(self) -> bool:
        return any(self.path.glob("range-*.json"))

    @property
    def file(self) -> Path:
        (only,) = self.path.glob("range-*.json")
        return only


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "state")


async def before(folder: Folder) -> int:
    """An agent that runs for some rounds, and ends; how many ports it then knew."""
    world = World()
    world.refuses = PortSet.parse(UPPER)
    site = world.site(agent())
    async with folder.kept().saved(lambda: [RangesOf(site.survey)], world.network.clock):
        found = (await over(site, 8))[-1]
    return found.tested


async def restarted(folder: Folder, name: str = "contoso", later: float = 900.0) -> Site:
    world = World()
    world.refuses = PortSet.parse(UPPER)
    site = world.site(agent())
    await world.network.clock.advance(later)
    folder.kept(name).restore([RangesOf(site.survey)])
    return site


async def test_what_was_known_is_known_after_a_restart(folder: Folder) -> None:
    known = await before(folder)
    (found,) = await over(await restarted(folder), 1)
    assert found.tested > known
    assert texts(found.blocked) == UPPER
    assert folder.said == []


async def test_it_is_saved_while_the_agent_runs_too(folder: Folder) -> None:
    world = World()
    site = world.site(agent())
    kept = folder.kept()
    async with kept.saved(lambda: [RangesOf(site.survey)], world.network.clock):
        await over(site, 1)
        assert not folder.path.exists()
        await world.network.clock.advance(EVERY)
        async with asyncio.timeout(30):  # the disk is in a thread
            while not folder.has_file():  # noqa: ASYNC110 - there is no event for a file
                await asyncio.sleep(0.001)


def with_ranges(text: str, ranges: object) -> str:
    return json.dumps({**json.loads(text), "content": {"peer": "MSS", "ranges": ranges}})


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[: len(text) // 2],
        lambda text: "",
        lambda text: "[]",
        lambda text: text.replace('"version":1', '"version":2'),
        lambda text: text.replace('"peer":"MSS"', '"peer":"OTHER"'),
        lambda text: json.dumps({**json.loads(text), "content": {"peer": "MSS", "ranges": {"192.0.2.21": 5}}}),
        lambda text: json.dumps(
            {**json.loads(text), "content": {"peer": "MSS", "ranges": {"192.0.2.21": {"map": {}}}}}
        ),
        lambda text: text.replace('"states":"', '"states":"AAAA'),
    ],
)
async def test_a_damaged_file_is_set_aside_and_said(folder: Folder, damage: object) -> None:
    await before(folder)
    file = folder.file
    file.write_text(damage(file.read_text()))  # type: ignore[operator]
    (found,) = await over(await restarted(folder), 1)
    assert found.tested < 40
    assert len(folder.said) == 1
    assert not file.exists()
    assert file.with_suffix(".damaged").exists()


async def test_another_site_s_files_are_not_ours(folder: Folder) -> None:
    await before(folder)
    (found,) = await over(await restarted(folder, "fabrikam"), 1)
    assert found.tested < 40
    assert "another site" in folder.said[0]


@pytest.mark.parametrize("later", [0.0, 40 * 86_400.0])
async def test_what_is_too_old_or_of_the_future_is_untested(folder: Folder, later: float) -> None:
    """The clock was set back to before all of it was seen, or the machine was off for longer than the window."""
    await before(folder)
    (found,) = await over(await restarted(folder, later=later), 1)
    assert found.tested < 40


async def test_a_folder_that_cannot_be_written_is_said_once_and_the_agent_runs_on(folder: Folder) -> None:
    folder.path.write_text("a file")
    await before(folder)
    (found,) = await over(await restarted(folder), 1)
    assert found.tested >= 18
    assert 1 <= len(folder.said) <= 2


async def test_without_a_store_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    world = World()
    site = world.site(agent())
    kept = Kept(None)
    kept.restore([RangesOf(site.survey)])
    async with kept.saved(lambda: [RangesOf(site.survey)], world.network.clock):
        await over(site, 1)
    assert not any(Folder(tmp_path).path.iterdir())


class Note:
    """A keepsake of a test's own."""

    name = "note"

    def __init__(self, text: str = "") -> None:
        self.text = text

    def state(self) -> dict[str, object]:
        return {"text": self.text} if self.text else {}

    def restore(self, state: Mapping[str, object]) -> None:
        match state:
            case {"text": str(text)}:
                self.text = text
            case _:
                raise ValueError("not a note")


async def test_what_is_written_at_once_is_in_the_file_before_the_writer_goes_on(folder: Folder) -> None:
    kept = folder.kept()
    for text in ("first", "second"):
        await kept.write(Note(text))
        found = Note()
        folder.kept().restore([found])
        assert found.text == text
    assert folder.said == []


async def test_what_is_written_is_taken_at_once_and_the_disk_is_in_a_thread(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing else may wait for the disk, and what changes meanwhile is not half in the file."""
    note, threads, save = Note("before"), [], Store.save

    def slow(store: Store, name: str, content: Mapping[str, object]) -> None:
        threads.append(threading.current_thread())
        note.text = "after"
        save(store, name, content)

    monkeypatch.setattr(Store, "save", slow)
    await folder.kept().write(note)
    assert threads != [threading.current_thread()]
    found = Note()
    folder.kept().restore([found])
    assert found.text == "before"


async def test_of_what_is_not_known_yet_nothing_is_written(folder: Folder) -> None:
    await folder.kept().write(Note())
    assert not folder.path.exists()


async def test_a_write_that_is_not_possible_is_said_once_and_raises_nothing(folder: Folder) -> None:
    folder.path.write_text("a file")
    kept = folder.kept()
    for _ in range(3):
        await kept.write(Note("first"))
    (said,) = folder.said
    assert "cannot be written" in said


async def test_without_a_store_a_write_does_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    await Kept(None).write(Note("first"))
    assert not any(Folder(tmp_path).path.iterdir())


async def test_what_a_person_keeps_is_read_and_never_written(folder: Folder) -> None:
    await folder.kept().write(Note("the agent's"))
    kept = Kept(Store(folder.path, "contoso", folder.said.append, of_person=True))
    found = Note()
    kept.restore([found])
    await kept.write(Note("a person's"))
    again = Note()
    folder.kept().restore([again])
    assert found.text == again.text == "the agent's"
    assert folder.said == []


def test_an_account_without_a_name_has_no_home_and_needs_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as systemd and containers make."""

    def nowhere(_: object) -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", classmethod(nowhere))
    monkeypatch.setenv("STATE_DIRECTORY", "/var/lib/ssoreach")
    assert default_state_folder() == Path("/var/lib/ssoreach")
    monkeypatch.delenv("STATE_DIRECTORY")
    assert default_state_folder().name == "ssoreach"
