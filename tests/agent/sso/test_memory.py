"""The two folds, to the second: what a look and a result leave in the memory. What follows is told by stories."""

from dataclasses import replace

import pytest

from agent.sso.memory import Contact, Life, Memory, Outage, Spans, saw_service, saw_way
from agent.sso.reach import Moment, Reach
from agent.sso.seen import Condition, Service, Sighting
from agent.sso.ways import Way

SPANS = Spans(stands=300.0, brief=120.0)
UTC = 1_800_000_000.0  # of the monotonic zero
BEGAN, ENDED = 1_000.0, 1_001.0


def sighting(incarnation: str | None = "A", condition: Condition | None = None) -> Sighting:
    runs = Condition.RUNNING if incarnation else Condition.STOPPED
    return Sighting(Service("ENTSSO", condition or runs, incarnation))


def looked(memory: Memory, seen: Sighting, began: float = BEGAN, ended: float = ENDED) -> Memory:
    return saw_service(memory, seen, began, ended)


def reach(way: Way, found: float, *, took: float = 2.0, by_mapper: bool = False) -> Reach:
    return Reach(way, ("MSS",), found - took, found, UTC + found, by_mapper, {}, {"MSS": Moment(found - took, found)})


def opened(memory: Memory, found: float, *, took: float = 2.0, seen: Sighting | None = None) -> Memory:
    return saw_way(memory, reach(Way.OPEN, found, took=took), seen or sighting(), SPANS)


def shut(memory: Memory, found: float, *, took: float = 2.0) -> Memory:
    return saw_way(memory, reach(Way.SHUT, found, took=took), sighting(), SPANS)


def met(found: float | None = 100.0, *, incarnation: str | None = "A", held: float = 0.0) -> Contact:
    return Contact(UTC + (found or 0.0), found, ("MSS",), incarnation=incarnation, held=held)


LIFE = Life("A", 10.0, 990.0)


# The service's life.


def test_the_first_look_does_not_know_when_it_began() -> None:
    assert looked(Memory(), sighting()).life == Life("A", ENDED, BEGAN)


def test_a_later_look_moves_its_last_sight_to_the_beginning_of_the_look() -> None:
    assert looked(Memory(life=LIFE), sighting()).life == Life("A", 10.0, BEGAN)
    born = replace(LIFE, not_before=5.0)
    assert looked(Memory(life=born), sighting()).life == Life("A", 10.0, BEGAN, 5.0)


def test_another_one_began_after_the_last_sight_of_the_one_before() -> None:
    assert looked(Memory(life=LIFE), sighting("B")).life == Life("B", ENDED, BEGAN, 990.0)


def test_to_stop_and_to_start_are_lives_of_their_own() -> None:
    stopped = looked(Memory(life=LIFE), sighting(None))
    assert stopped.life == Life(None, ENDED, BEGAN, 990.0)
    assert looked(stopped, sighting(None), 1_005.0, 1_006.0).life == Life(None, ENDED, 1_005.0, 990.0)
    assert looked(stopped, sighting("A"), 1_005.0, 1_006.0).life == Life("A", 1_006.0, 1_005.0, BEGAN)


@pytest.mark.parametrize("condition", [Condition.FORBIDDEN, Condition.SEVERAL, Condition.FAILED])
@pytest.mark.parametrize("memory", [Memory(), Memory(life=LIFE), Memory(life=LIFE).resumed()])
def test_a_look_that_shows_nothing_changes_nothing(condition: Condition, memory: Memory) -> None:
    assert looked(memory, sighting(None, condition)) is memory


def test_a_service_that_was_never_there_is_not_remembered_to_be_gone() -> None:
    for memory in (Memory(), Memory(contact=met()).resumed()):
        assert looked(memory, sighting(None, Condition.ABSENT)) is memory
    gone = looked(Memory(life=LIFE), sighting(None, Condition.ABSENT))
    assert gone.life == Life(None, ENDED, BEGAN, 990.0)


# The first look after a restart of the agent.

KEPT = Memory(met(), Outage(UTC + 200, 200.0, {"MSS": 260.0}, 258.0), replace(LIFE, not_before=5.0)).resumed()


def test_the_same_process_shows_the_same_run_of_the_machine() -> None:
    found = looked(KEPT, sighting())
    assert found == replace(KEPT, life=Life("A", 10.0, BEGAN, 5.0), resuming=False)
    assert found.unasked  # which only the way can end


def test_the_same_process_seen_at_the_very_same_moment_is_the_same() -> None:
    kept = replace(KEPT, life=replace(LIFE, last=BEGAN))
    assert looked(kept, sighting()).outage == KEPT.outage


@pytest.mark.parametrize(("last", "seen"), [(990.0, "B"), (990.0, None), (BEGAN + 0.1, "A"), (BEGAN + 0.1, "B")])
def test_anything_else_may_be_another_run_of_the_machine(last: float, seen: str | None) -> None:
    """A process that is seen before it was seen last is not the one of then: the clock began anew."""
    found = looked(replace(KEPT, life=replace(LIFE, last=last)), sighting(seen))
    assert found.contact == replace(met(), found=None)
    assert found.outage is None
    assert found.life == Life(seen, ENDED, BEGAN)  # nobody saw it begin
    assert (found.resuming, found.unasked) == (False, True)


def test_without_a_life_and_a_contact_there_is_nothing_to_doubt() -> None:
    found = looked(Memory().resumed(), sighting())
    assert found == Memory(life=Life("A", ENDED, BEGAN), unasked=True)


def test_the_second_look_is_one_like_any_other() -> None:
    found = looked(looked(KEPT, sighting("B")), sighting("C"), 1_005.0, 1_006.0)
    assert found.life == Life("C", 1_006.0, 1_005.0, BEGAN)


# A way that is open.


def test_a_contact_is_whose_was_seen_before_its_round_began() -> None:
    for first, whose in ((97.9, "A"), (98.0, "A"), (98.1, None)):
        found = opened(Memory(life=Life("A", first, 99.0)), 100.0)
        assert found.contact == met(incarnation=whose)
    assert opened(Memory(), 100.0).contact == met(incarnation=None)
    assert opened(Memory(life=Life(None, 1.0, 99.0)), 100.0).contact == met(incarnation=None)


def test_how_it_was_found_open_is_remembered() -> None:
    found = saw_way(Memory(), reach(Way.OPEN, 100.0, by_mapper=True), sighting(), SPANS)
    assert found.contact is not None
    assert found.contact.by_mapper


def test_a_contact_ends_an_outage_and_what_was_not_asked() -> None:
    before = Memory(met(), Outage(UTC + 200, 200.0, {"MSS": 260.0}, 258.0), LIFE, unasked=True)
    found = opened(before, 300.0)
    assert (found.outage, found.unasked, found.life) == (None, False, LIFE)
    assert found.contact == met(300.0)


def test_the_same_result_counts_once() -> None:
    before = Memory(met(held=7.0), None, LIFE, unasked=True)
    assert opened(before, 100.0) is before


def test_one_that_was_found_open_at_the_time_of_a_contact_ends_an_outage_all_the_same() -> None:
    """Another server's, as old as the contact: it counts again when the newer one is shut."""
    before = Memory(met(), Outage(UTC + 200, 200.0, {"MSS": 200.0}, 198.0), LIFE)
    assert opened(before, 100.0).outage is None


@pytest.mark.parametrize(
    ("began", "held"),
    [
        (218.0, 7.0 + 120),
        (220.0, 7.0 + 122),  # asked again within 120 s
        (220.1, 0.0 + 7),  # it may have been shut meanwhile
        (10_000.0, 0.0 + 7),
    ],
)
def test_it_was_open_as_long_as_it_was_asked_without_a_gap(began: float, held: float) -> None:
    found = opened(Memory(met(held=7.0), None, LIFE), began + 2.0)
    assert found.contact is not None
    assert found.contact.held == pytest.approx(held)


def test_it_was_not_open_through_an_outage() -> None:
    before = Memory(met(held=7.0), Outage(UTC + 110, 110.0, {"MSS": 110.0}, 108.0), LIFE)
    assert opened(before, 160.0).contact == met(160.0, held=7.0)


def test_it_was_not_known_to_be_open_since_another_run_of_the_machine() -> None:
    before = Memory(met(None, held=7.0), None, LIFE)
    assert opened(before, 160.0).contact == met(160.0, held=7.0)


@pytest.mark.parametrize(("then", "now"), [("A", "B"), (None, "A"), ("A", None), (None, None)])
def test_for_another_process_it_is_counted_anew(then: str | None, now: str | None) -> None:
    life = Life(now, 10.0, 990.0)
    found = opened(Memory(met(incarnation=then, held=7.0), None, life), 160.0)
    assert found.contact == met(160.0, incarnation=now)


def test_a_result_that_is_older_than_the_contact_adds_nothing() -> None:
    """Of another server, when the newer one is not reached any more."""
    found = opened(Memory(met(held=7.0), None, LIFE), 90.0)
    assert found.contact == met(90.0, held=7.0)


# A way that is shut.


def test_an_outage_begins_with_the_first_that_is_found() -> None:
    before = Memory(met(), None, LIFE, unasked=True)
    found = shut(before, 200.0)
    assert found == replace(before, outage=Outage(UTC + 200, 200.0, {"MSS": 200.0}, 198.0), unasked=False)


OUT = Outage(UTC + 200, 200.0, {"MSS": 260.0}, 258.0)


@pytest.mark.parametrize("found", [320.0, 382.0])
def test_it_goes_on_as_long_as_it_is_asked_without_a_gap(found: float) -> None:
    before = Memory(met(), OUT, LIFE, unasked=True)
    assert shut(before, found) == replace(
        before, outage=replace(OUT, until={"MSS": found}, asked=found - 2), unasked=False
    )


@pytest.mark.parametrize("found", [382.1, 5_000.0, 250.0])
def test_behind_a_gap_or_a_clock_that_began_anew_it_is_another_one(found: float) -> None:
    before = Memory(met(), OUT, LIFE, unasked=True)
    assert shut(before, found) == replace(
        before, outage=Outage(OUT.since, found, {"MSS": found}, found - 2), unasked=False
    )


def test_the_same_result_of_an_outage_counts_once() -> None:
    before = Memory(met(), OUT, LIFE, unasked=True)
    assert shut(before, OUT.newest, took=1.0) is before


def test_what_is_not_definite_changes_nothing() -> None:
    before = Memory(met(), OUT, LIFE, unasked=True)
    assert saw_way(before, reach(Way.UNSURE, 300.0), sighting(), SPANS) is before


# For how long what was found counts.


@pytest.mark.parametrize(
    ("age", "usual", "unasked"),
    [
        (-0.1, False, False),
        (0.0, True, True),
        (120.0, True, True),
        (120.1, True, False),
        (300.0, True, False),
        (300.1, False, False),
    ],
)
def test_what_was_found_counts_for_long_only_where_it_is_asked_again(age: float, usual: bool, unasked: bool) -> None:
    assert SPANS.holds(age, Memory()) is usual
    assert SPANS.holds(age, Memory(unasked=True)) is unasked


# Several master secret servers.


def shut_at(memory: Memory, **found: float) -> Memory:
    """Each by an attempt that began two seconds before."""
    each = {peer: Moment(at - 2.0, at) for peer, at in found.items()}
    oldest, newest = min(found.values()), max(found.values())
    of_all = Reach(Way.SHUT, tuple(found), oldest - 2.0, oldest, UTC + newest, False, {}, each)
    return saw_way(memory, of_all, sighting(), SPANS)


def test_an_outage_of_several_begins_when_the_last_of_them_is_found_shut() -> None:
    """One was long dead, and the other one open until then."""
    found = shut_at(Memory(met(), None, LIFE), M1=200.0, M2=230.0)
    assert found.outage == Outage(UTC + 230, 230.0, {"M1": 200.0, "M2": 230.0}, 198.0)
    assert found.outage.newest == 200.0


def test_it_goes_on_with_each_result_of_any_of_them() -> None:
    before = shut_at(Memory(met(), None, LIFE), M1=200.0, M2=230.0)
    after = shut_at(before, M1=260.0, M2=230.0)
    assert after.outage == Outage(UTC + 230, 230.0, {"M1": 260.0, "M2": 230.0}, 228.0)
    assert shut_at(after, M1=260.0, M2=230.0) is after


def test_a_gap_at_one_of_them_is_a_gap() -> None:
    memory = shut_at(Memory(met(), None, LIFE), M1=200.0, M2=230.0)
    for at in (260.0, 320.0):
        memory = shut_at(memory, M1=at, M2=230.0)
    assert memory.outage is not None
    assert memory.outage.began == 230.0
    memory = shut_at(memory, M1=380.0, M2=230.0 + SPANS.brief + 2.1)
    assert memory.outage is not None
    assert memory.outage.began == 380.0


def test_with_another_server_among_them_it_is_another_outage() -> None:
    """Also for people: of that one nobody has said before that it is not reached."""
    memory = shut_at(Memory(met(), None, LIFE), M1=200.0)
    assert shut_at(memory, M1=260.0, M2=250.0).outage == Outage(UTC + 260, 260.0, {"M1": 260.0, "M2": 250.0}, 248.0)


def test_by_another_clock_nothing_is_known_of_when() -> None:
    """Another Python may have another one. Who ran is known all the same."""
    before = Memory(met(held=9.0), OUT, replace(LIFE, not_before=5.0))
    assert before.by_another_clock() == Memory(replace(met(held=9.0), found=None), None, Life("A", 0.0, 0.0))
    assert Memory().by_another_clock() == Memory()
