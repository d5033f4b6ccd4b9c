"""A look around: services in a thread that may hang or break, names of clusters, and what the paths came to."""

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from agent.found.ledger import Ledger
from agent.ground.path import Check, Direction, Path
from agent.judge.result import Result
from agent.judge.verdict import PENDING, Cause, Judgement, Verdict
from agent.site.whoami import Machine
from agent.sso.cluster import Holding
from agent.sso.part import Part, Place
from agent.sso.reach import Found
from agent.sso.seen import Condition, Service, Sighting
from agent.sso.standing import Told
from agent.sso.ways import Way
from agent.watch.looking import Eyes, Names, names_of, newest_of, told_of
from probes.resolve import Resolver
from tests.agent.seen import path, result
from tests.agent.sso.standing import host, part
from tests.held import HeldClock

SEEN = Sighting(Service("ENTSSO", Condition.RUNNING, "A"))


# Services.


class Slow:
    """A system that answers when the test says so, and counts who asks."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answers = threading.Event()

    def __call__(self, name: str) -> Sighting:
        self.asked.append(name)
        assert self.answers.wait(30)
        return SEEN


@pytest.fixture
def slow() -> Iterator[Slow]:
    system = Slow()
    yield system
    system.answers.set()  # no thread is left behind


async def test_what_is_seen_is_seen_and_dated_by_its_beginning_and_its_end() -> None:
    clock = HeldClock()
    eyes = Eyes("ENTSSO", clock.monotonic, lambda _: SEEN)
    await clock.advance(5.0)
    assert eyes.looked == (clock.monotonic() - 5.0, clock.monotonic() - 5.0)  # before the first one
    for _ in range(2):
        assert await eyes.look() is SEEN
        assert eyes.looked == (clock.monotonic(), clock.monotonic())
        await clock.advance(5.0)


async def test_a_look_that_hangs_is_waited_on_by_the_next_one(slow: Slow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.watch.looking.LONGEST", 0.0)
    clock = HeldClock()
    eyes = Eyes("ENTSSO", clock.monotonic, slow)
    for _ in range(3):
        seen = await eyes.look()
        assert (seen.service.name, seen.service.condition) == ("ENTSSO", Condition.FAILED)
        assert seen.service.detail == "it did not answer for 0 s"
        assert not seen.listed
        await clock.advance(5.0)
    began = clock.monotonic() - 15.0
    assert eyes.looked == (began, began)  # nothing was seen
    monkeypatch.setattr("agent.watch.looking.LONGEST", 30.0)
    slow.answers.set()
    assert await eyes.look() is SEEN
    assert eyes.looked == (began, clock.monotonic())  # what it saw may be as old as that
    assert slow.asked == ["ENTSSO"]
    assert await eyes.look() is SEEN
    assert (len(slow.asked), eyes.looked) == (2, (clock.monotonic(), clock.monotonic()))


async def test_a_look_that_was_called_off_is_taken_up_again(slow: Slow) -> None:
    eyes = Eyes("ENTSSO", HeldClock().monotonic, slow)
    looking = asyncio.ensure_future(eyes.look())
    while not slow.asked:  # noqa: ASYNC110 - it is in another thread
        await asyncio.sleep(0)
    looking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await looking
    slow.answers.set()
    assert await eyes.look() is SEEN
    assert len(slow.asked) == 1


@pytest.mark.parametrize("error", [OSError(5, "Input/output error"), ZeroDivisionError(), KeyError("\x1b[2J")])
async def test_a_look_that_breaks_shows_nothing_and_the_next_one_is_new(error: Exception) -> None:
    answers: list[Sighting | Exception] = [error, SEEN]

    def look(_: str) -> Sighting:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    eyes = Eyes("ENTSSO", HeldClock().monotonic, look)
    seen = await eyes.look()
    assert (seen.service.condition, seen.service.detail) == (Condition.FAILED, type(error).__name__)
    assert (seen.instances, seen.listed) == ({}, False)
    assert await eyes.look() is SEEN


# Names.

NAME = "mss.contoso.test"
OWN, OTHER = "192.0.2.31", "192.0.2.32"


def node(*addresses: str) -> Part:
    return part(Place.MASTER, here="NODE1", clusters=(host("MSS", *addresses, nodes=("NODE1", "NODE2")),))


async def names(of: Part, gives: dict[str, list[str]], own: list[str], monkeypatch: pytest.MonkeyPatch) -> Names:
    """What is found where a name `gives` these addresses; each name is asked once, and no other."""
    asked: list[str] = []

    def lookup(name: str, *_: object, **__: object) -> list[tuple[int, int, int, str, tuple[object, ...]]]:
        asked.append(name)
        scoped = [each.partition("%") for each in gives[name]]
        return [(0, 0, 0, "", (address, 0, 0, int(scope or 0))) for address, _, scope in scoped]

    monkeypatch.setattr("agent.watch.looking.this_machine", lambda: Machine(("NODE1",), tuple(own)))
    found = await names_of(of, Resolver(lookup), 5.0)
    assert sorted(asked) == sorted(set(gives))
    return found


async def test_a_machine_that_is_no_node_asks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.watch.looking.this_machine", lambda: 1 // 0)
    assert await names_of(part(), Resolver(lambda *_, **__: []), 5.0) == Names()


@pytest.mark.parametrize(
    ("gives", "own", "holds"),
    [
        ([OWN], [OWN, "127.0.0.1"], Holding.HERE),
        ([OTHER], [OWN], Holding.ELSEWHERE),
        ([OTHER, OWN], [OWN], Holding.HERE),
        ([], [OWN], Holding.UNKNOWN),
        (["2001:db8::1"], ["2001:DB8:0::1"], Holding.HERE),
        (["::ffff:192.0.2.31"], [OWN], Holding.HERE),
        (["fe80::1%3"], ["fe80::1"], Holding.HERE),  # the system's own list has no scopes
        (["fe80::2%3"], ["fe80::1"], Holding.ELSEWHERE),
        ([OWN], [], Holding.ELSEWHERE),
        ([OWN], ["not an address"], Holding.ELSEWHERE),
    ],
)
async def test_who_holds_the_name_is_told_by_its_addresses(
    gives: list[str], own: list[str], holds: Holding, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = await names(node(NAME), {NAME: gives}, own, monkeypatch)
    assert found.holding is holds
    assert set(found.resolved) == {NAME}


async def test_what_is_an_address_already_is_not_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    found = await names(node(OWN, "2001:db8::1"), {}, [OWN], monkeypatch)
    assert found == Names(Holding.HERE, frozenset([OWN]), {})


async def test_names_and_addresses_of_every_cluster_count(monkeypatch: pytest.MonkeyPatch) -> None:
    one = host("MSS", OTHER, NAME, nodes=("NODE1", "NODE2"))
    two = host("MSS2", "mss2.contoso.test", nodes=("NODE1", "NODE3"))
    of = part(Place.MASTER, here="NODE1", clusters=(one, two))
    gives = {NAME: [OTHER], "mss2.contoso.test": ["2001:db8::2", OWN]}
    found = await names(of, gives, [OWN, "2001:DB8::5"], monkeypatch)
    assert found.holding is Holding.HERE
    assert found.own == {OWN, "2001:db8::5"}
    assert found.resolved == {NAME: (OTHER,), "mss2.contoso.test": ("2001:db8::2", OWN)}


async def test_a_name_that_fails_gives_no_address_and_spoils_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def lookup(name: str, *_: object, **__: object) -> list[tuple[int, int, int, str, tuple[object, ...]]]:
        if name == NAME:
            raise OSError(11001, "no such host")
        return [(0, 0, 0, "", (OTHER, 0))]

    monkeypatch.setattr("agent.watch.looking.this_machine", lambda: Machine((), (OWN,)))
    found = await names_of(node(NAME, "other.contoso.test"), Resolver(lookup), 5.0)
    assert found.resolved == {NAME: (), "other.contoso.test": (OTHER,)}
    assert found.holding is Holding.ELSEWHERE


# Paths.

V = Verdict
PATHS = {
    (check, direction): replace(path(check), direction=direction)
    for check in (Check.EPM, Check.RPC_ENDPOINT, Check.RPC_RANGE, Check.SQL)
    for direction in Direction
}
OUT, IN = Direction.OUTBOUND, Direction.INBOUND


def ledger(*found: tuple[Path, Judgement]) -> tuple[Ledger, HeldClock]:
    clock = HeldClock()
    kept = Ledger(PATHS.values(), clock)
    for of, judged in found:
        kept.record(Result(of, judged, (), clock.time() - 3, 2.0))
    return kept, clock


GOOD, SHUT = Judgement(V.REACHABLE), Judgement(V.BLOCKED, Cause.SILENT_DROP)


def test_what_the_paths_from_here_came_to_is_dated_by_the_monotonic_clock() -> None:
    kept, clock = ledger((PATHS[Check.EPM, OUT], GOOD), (PATHS[Check.SQL, OUT], SHUT), (PATHS[Check.EPM, IN], SHUT))
    newest = newest_of(kept, PATHS.values())
    assert {check for (_, check), each in newest.items() if each} == {Check.EPM, Check.SQL}
    epm = newest["MSS", Check.EPM]
    assert epm
    assert (epm.result.verdict, epm.found, epm.began) == (V.REACHABLE, clock.monotonic(), clock.monotonic() - 3)


def test_what_is_planned_and_not_found_yet_is_known_to_be_planned() -> None:
    kept, _ = ledger((PATHS[Check.EPM, OUT], GOOD))
    newest = newest_of(kept, PATHS.values())
    assert set(newest) == {("MSS", check) for check in (Check.EPM, Check.RPC_ENDPOINT, Check.RPC_RANGE, Check.SQL)}
    assert newest["MSS", Check.RPC_ENDPOINT] is None


def test_nothing_is_told_of_what_nobody_has_found_yet() -> None:
    kept, _ = ledger()
    assert set(newest_of(kept, PATHS.values()).values()) == {None}
    assert told_of(kept, PATHS.values()) == Told()


def test_a_path_that_is_none_of_the_plan_is_nothing() -> None:
    kept, _ = ledger()
    other = path(peer="OTHER")
    assert set(newest_of(kept, [other]).values()) == {None}
    assert told_of(kept, [replace(other, direction=IN)]) == Told()


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(
    ("mapper", "endpoint", "way"),
    [
        (GOOD, SHUT, Way.SHUT),  # the service's own port says more, whichever was planned first
        (SHUT, GOOD, Way.UNSURE),  # nobody finds the port, unless it has a fixed number
        (GOOD, None, Way.UNSURE),  # the port is not told of yet
        (SHUT, None, Way.SHUT),
        (SHUT, Judgement(V.INCONCLUSIVE, Cause.NO_KNOWN_LISTENER), Way.SHUT),
        (None, GOOD, Way.OPEN),
        (Judgement(V.INCONCLUSIVE, Cause.QUERY_REFUSED), None, Way.UNSURE),
        (GOOD, Judgement(V.INCONCLUSIVE, Cause.NO_KNOWN_LISTENER), Way.UNSURE),
    ],
)
def test_what_a_peer_tells_of_its_way_here(
    mapper: Judgement | None, endpoint: Judgement | None, way: Way, turned: bool
) -> None:
    judged = {Check.EPM: mapper, Check.RPC_ENDPOINT: endpoint}
    kept, _ = ledger(*((PATHS[check, IN], each) for check, each in judged.items() if each))
    paths = list(PATHS.values())
    assert told_of(kept, paths[::-1] if turned else paths) == Told({"MSS": way})


def test_where_no_path_to_the_port_is_planned_the_mapper_has_to_do() -> None:
    paths = [PATHS[Check.EPM, IN], PATHS[Check.RPC_RANGE, IN]]
    kept, _ = ledger((PATHS[Check.EPM, IN], GOOD), (PATHS[Check.RPC_RANGE, IN], SHUT))
    assert told_of(kept, paths) == Told({"MSS": Way.OPEN}, {"MSS": Way.SHUT})


def test_neither_a_database_nor_the_way_from_here_is_the_peer_s_word() -> None:
    others = [PATHS[Check.SQL, IN], PATHS[Check.EPM, OUT], PATHS[Check.RPC_ENDPOINT, OUT]]
    kept, _ = ledger(*((each, SHUT) for each in others))
    assert told_of(kept, PATHS.values()) == Told()


async def test_a_peer_that_has_fallen_silent_is_not_known_of() -> None:
    kept, clock = ledger((PATHS[Check.RPC_ENDPOINT, IN], GOOD))
    await clock.advance(1_000.0)
    assert told_of(kept, PATHS.values()) == Told({"MSS": Way.UNSURE})


def test_what_is_pending_is_not_told() -> None:
    class Handed(Ledger):
        """One that hands out what is pending, as a result that somebody passed on."""

        def newest(self, path: Path) -> Result | None:
            return Result(path, PENDING, (), 0.0, 0.0)

    assert told_of(Handed(PATHS.values(), HeldClock()), PATHS.values()) == Told()


def test_a_found_result_began_before_it_was_found() -> None:
    assert Found(result(seconds=2.5), 100.0).began == 97.5
