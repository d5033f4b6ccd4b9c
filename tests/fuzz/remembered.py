"""What an agent finds of itself when it starts: whatever the files of its state folder hold, it starts and works."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from agent.dynamic.stored import _packed
from agent.ground.path import Check
from agent.ground.ports import PortSet
from agent.judge.result import Result
from agent.judge.verdict import Verdict
from agent.rendezvous.ownports import OwnPorts
from agent.sso.reach import Found
from agent.sso.seen import Condition, Service, Sighting
from agent.sso.standing import Observed, Told, follow
from agent.sso.stored import Remembered, restore, store
from agent.sso.ways import Way
from agent.sso.words.compose import words
from agent.sso.words.restart import restart
from agent.store.kept import Keepsake, Kept, RangesOf
from agent.store.store import Store
from agent.term.origin import FILE_NAME, FileOrigin
from agent.term.reload import UnusableError
from tests.agent.sso.standing import part
from tests.agent.sso.test_stored_any import LOOKED, NOW, OURS, SPANS
from tests.agent.sso.world import PATH, VERDICTS
from tests.agent.survey.network import Site, agent
from tests.agent.survey.world import World
from tests.fuzz import looped
from tests.fuzz.files import folder
from tests.fuzz.target import has_words

PORTS = "50000-50015"
STATES, STAMPS = 16, 32  # bytes of a map of that range
RAW = b"\n--\n"  # between a file and the bytes of the maps in it, which would otherwise be packed


class Memory:
    """A keepsake of one test: `took` is what came out of the file."""

    def __init__(self, name: str, take: Callable[[Any], None]) -> None:
        self.name = name
        self._take = take
        self.took = False

    def state(self) -> dict[str, object]:
        return {}

    def restore(self, state: Any) -> None:
        self._take(state)
        self.took = True


def _kept(keepsake: Keepsake, data: bytes) -> None:
    """As at a start: what is not understood is set aside and said, and never fatal."""
    said: list[str] = []
    place = folder() / f"{keepsake.name}.json"
    place.write_bytes(data)
    Kept(Store(folder(), "contoso", said.append)).restore([keepsake])
    assert len(said) <= 1
    assert place.exists() is not bool(said)


def ranges(data: bytes) -> None:
    """Then one round, in a world in which nothing is wrong."""
    world = World()
    site = world.site(agent(), PORTS)
    keepsake = RangesOf(site.survey)
    _kept(keepsake, _unraw(data))
    known = json.dumps(keepsake.state())
    assert len(known) < 1 << 20
    results = looped.run(_round(site))
    assert len(results) == 3
    assert all(result.judgement.detail.isprintable() for result in results)
    epm = next(result for result in results if result.path.check is Check.EPM)
    assert epm.verdict is Verdict.REACHABLE
    json.dumps(keepsake.state())


async def _round(site: Site) -> list[Result]:
    return await site.round()


def _unraw(data: bytes) -> bytes:
    """`@` stands for the map's bytes in the file: packed, no change to them would ever be read."""
    text, _, raw = data.partition(RAW)
    if not raw:
        return data
    for at, mark in ((0, b'"@"'), (STATES, b'"@@"')):
        part = raw[at : at + (STATES if mark == b'"@"' else STAMPS)]
        text = text.replace(mark, json.dumps(_packed(part)).encode())
    return text


def sso(data: bytes) -> None:
    """Then it is followed and told."""
    held: list[Remembered] = []
    _kept(Memory("sso", lambda state: held.append(restore(state, OURS))), data)
    for known in held:
        for condition, way in zip(Condition, [*Way][: len(Condition)], strict=False):
            service = Service("ENTSSO", condition, "4711" if condition is Condition.RUNNING else None)
            newest = {("MSS", Check.RPC_ENDPOINT): Found(Result(PATH, VERDICTS[way], (), NOW, 2.0), LOOKED)}
            seen = Observed(Sighting(service), newest, Told(), (LOOKED, LOOKED), LOOKED + 1, SPANS)
            memory, standing = follow(part(), known.memory, seen)
            assert words(replace(standing, since=known.since), NOW).headline.isprintable()
            assert restart(standing).why
            restore(json.loads(json.dumps(store(replace(known, memory=memory)))), known)


def own_ports(data: bytes) -> None:
    ports = OwnPorts()
    _kept(Memory("ports", lambda state: ports.restore(state, NOW)), data)
    ports.note([50000], NOW + 60)
    assert ports.seen(50000, NOW + 60)
    OwnPorts().restore(json.loads(json.dumps(ports.state())), NOW + 60)


def last_good(data: bytes) -> None:
    """It belongs to one file, whose own text says where it is."""
    place = folder() / "good.yaml"
    if not place.exists():
        place.write_text(f"state_dir: {folder()}\n", encoding="utf-8")
    kept = folder() / FILE_NAME
    kept.write_bytes(data.replace(b"@folder", str(folder()).encode()))
    kept.chmod(0o600)
    origin = FileOrigin(place, None, lambda: NOW)
    good = origin.last_good()
    if good is not None:
        try:
            origin.understand(good.text)
        except UnusableError as error:
            has_words(error)


FILES = (ranges, sso, own_ports, last_good)


def state_files(data: bytes) -> None:
    """The first byte says whose it is."""
    if data:
        FILES[data[0] % len(FILES)](data[1:])


def seeds() -> list[bytes]:
    ours = [_file(content) for content in _ranges()]
    memory = [_file(store(known)) for known in _remembered()]
    listened = OwnPorts()
    listened.note([50001, 50002], NOW)
    good = {"version": 1, "file": "@folder/good.yaml", "at": NOW, "text": "site: contoso\nhosts: []\n"}
    return [
        *(b"\0" + each for each in ours),
        b"\0" + _with_raw(ours[-1]) + RAW + bytes([1, 2] * 8) + bytes(range(1, 33)),
        *(b"\1" + each for each in memory),
        b"\2" + _file(listened.state()),
        b"\3" + json.dumps(good).encode(),
    ]


def _file(content: dict[str, object]) -> bytes:
    return json.dumps({"version": 1, "site": "contoso", "content": content}).encode()


def _ranges() -> Iterator[dict[str, object]]:
    world = World()
    world.refuses = PortSet.parse("50008-50015")
    site = world.site(agent(), PORTS)
    for _ in range(2):
        looped.run(_round(site))
        yield RangesOf(site.survey).state()


def _with_raw(file: bytes) -> bytes:
    """With marks for the map's bytes."""
    document = json.loads(file)
    (known,) = document["content"]["ranges"].values()
    known["map"] |= {"states": "@", "stamps": "@@"}
    known["held"] = {key: known[key] for key in ("map", "credible", "pass_began", "last_full_pass")}
    return json.dumps(document).encode()


def _remembered() -> list[Remembered]:
    known = OURS
    found = [known]
    for way in (*Way, next(iter(Way))):
        service = Service("ENTSSO", Condition.RUNNING, "4711")
        newest = {("MSS", Check.RPC_ENDPOINT): Found(Result(PATH, VERDICTS[way], (), NOW, 2.0), LOOKED)}
        seen = Observed(Sighting(service), newest, Told(), (LOOKED, LOOKED), LOOKED + 1, SPANS)
        memory, standing = follow(part(), known.memory, seen)
        known = replace(known, memory=memory, state=standing.state, since=NOW)
        found.append(known)
    return found
