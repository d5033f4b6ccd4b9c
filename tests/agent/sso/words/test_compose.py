"""Whatever a machine's standing is, it has its sentences, and they say what it costs and what not to do."""

import itertools
import string
from collections.abc import Iterator
from dataclasses import replace

import pytest

from agent.sso.availability import AddressState
from agent.sso.cluster import Holding
from agent.sso.part import Place
from agent.sso.reach import Reach
from agent.sso.seen import Condition
from agent.sso.standing import Standing
from agent.sso.state import Why
from agent.sso.ways import Way
from agent.sso.words.added import WAY
from agent.sso.words.compose import Words, words
from agent.sso.words.facts import facts_of
from agent.sso.words.rows import ROWS, row
from tests.agent.sso.standing import HOUR, INSTANCE, NOW, contact, host, outage, part, reach, service, standing

FIELDS = ("headline", "seen", "works", "fails", "avoid", "remedy", "availability")
HOSTILE = "\x1b[31mred\n\u202e[bold]{here}<b>" + "x" * 400


def said(told: Words) -> list[str]:
    return [text for text in (getattr(told, field) for field in FIELDS) if text]


def everything() -> Iterator[Standing]:
    """Every row at every place, with every condition of the service and of the ways."""
    kinds = itertools.product(Why, Place, Condition, Way, Way, Holding)
    for why, place, condition, master, database, holding in kinds:
        nodes = (host("CLUSTER", nodes=("NODE1", "NODE2")),) if why is Why.PASSIVE else ()
        of = part(place, clusters=nodes, standbys=(host("SPARE"),), databases=("SQL01", "SQL02"))
        yield standing(
            why,
            of,
            service=service(condition, detail="as the system puts it."),
            master=reach(master),
            databases=(reach(database, "SQL01"), reach(Way.OPEN, "SQL02"))[: len(of.databases)],
            processing=dict(zip(of.processing, (master, database), strict=False)),
            restarted=(INSTANCE,),
            halted=(INSTANCE,),
            holding=holding,
        )


def test_every_standing_has_sentences_without_gaps_that_end() -> None:
    seen = set()
    for each in everything():
        told = words(each, NOW)
        for text in said(told):
            assert text.endswith((".", ".)")), text
            assert not set("{}") & set(text), text
            assert "  " not in text, text
            assert len(text) <= 1200, text
        seen.add(told)
    assert len(seen) > 200  # they are not all the same


def test_every_field_of_every_template_is_known() -> None:
    known = facts_of(standing(), NOW)
    templates = [text for each in ROWS.values() for text in each[:6]] + [*WAY.values()]
    fields = {field for text in templates for _, field, _, _ in string.Formatter().parse(text) if field}
    assert fields <= set(known)


@pytest.mark.parametrize("why", Why)
def test_every_row_of_the_table_of_states_has_words_for_any_place(why: Why) -> None:
    assert (why, None) in ROWS
    assert {row(why, place) for place in Place} <= set(ROWS.values())


def test_hostile_names_are_made_plain_and_short() -> None:
    of = part(here=HOSTILE, masters=(host(HOSTILE),), databases=(HOSTILE,), standbys=(host(HOSTILE),))
    for why in Why:
        each = standing(
            why,
            of,
            service=replace(service(Condition.STOPPED, HOSTILE), detail=HOSTILE),
            restarted=(HOSTILE,) * 20,
            halted=(HOSTILE,) * 20,
            master=Reach(Way.SHUT, (HOSTILE,), said={HOSTILE + str(n): HOSTILE for n in range(20)}),
            databases=(reach(Way.SHUT, HOSTILE),),
            addresses={HOSTILE: {HOSTILE + str(n): AddressState.UNREACHABLE for n in range(20)}},
        )
        for text in said(words(each, NOW)):
            assert text.isprintable(), text
            assert len(text) <= 2000


def test_a_long_list_is_cut_and_counted() -> None:
    names = tuple(f"BTSSvc$Host{n}" for n in range(8))
    told = words(standing(Why.SAME, restarted=names, halted=names[:2]), NOW).fails
    assert "BTSSvc$Host0, BTSSvc$Host1, BTSSvc$Host2, BTSSvc$Host3, BTSSvc$Host4 and 3 more." in told
    assert "BTSSvc$Host5" not in told
    assert "stopped since, which cannot be started with success now: BTSSvc$Host0 and BTSSvc$Host1." in told


REQUIRED = [
    (Why.SAME, "headline", "SSO service ENTSSO on BTS01: on-cache (runs on the cached secret) since 2026-01-01T09:30"),
    (Why.SAME, "seen", "no way to MSS (blocked / silent-drop), first found so at 2026-01-01T09:30:00.000Z, 30 min ago"),
    (Why.SAME, "seen", "last seen open at 2026-01-01T09:00:00.000Z, 60 min ago"),
    (Why.SAME, "works", "unless the secret was changed"),
    (Why.SAME, "fails", "Nothing new can be encrypted, and neither ports nor the SSO configuration can be changed"),
    (Why.SAME, "avoid", "Do not restart ENTSSO, host instances or BTS01"),
    (Why.SAME, "remedy", "Mend the way to MSS"),
    (Why.LOST, "fails", "cannot decrypt"),
    (Why.LOST, "seen", "while the way was shut"),
    (Why.LOST, "seen", "would look the same if the way was open for a moment between two of our attempts"),
    (Why.LOST, "fails", "may seem to work on, and get nothing new"),
    (Why.LOST, "seen", "another server, name or address than the file gives"),
    (Why.ELSEWHERE, "seen", "may have been made master by hand"),
    (Why.ELSEWHERE, "remedy", "`ssomanage -displaydb`"),
    (Why.STOPPED, "headline", "service-stopped"),
    (Why.STOPPED, "fails", "Adapter configuration is not accessible"),
    (Why.STOPPED, "remedy", "Start ENTSSO on BTS01: the way to MSS is open."),
    (Why.OPEN, "headline", "normal (the master secret server is reached)"),
    (Why.ITSELF, "seen", "Reached from BTS01 and BTS02."),
    (Why.ABSENT, "remedy", "`sso.service`"),
    (Why.FORBIDDEN, "remedy", "elevated"),
    (Why.SEVERAL, "headline", "several have this name"),
    (Why.FAILED, "seen", "The system did not say"),
    (Why.PASSIVE, "seen", "rests here, as it must"),
    (Why.PASSIVE, "works", "A failover to this node would find its SSO database"),
    (Why.PASSIVE, "avoid", "0x800706D9"),
    (Why.STANDBY, "seen", "a stand-in"),
    (Why.NOT_ASKED, "remedy", "correct `rpc.services`"),
    (Why.STALE, "headline", "too old"),
    (Why.NEVER, "seen", "No contact is remembered: this agent has not seen the way open."),
    (Why.JUST_BEGUN, "remedy", "Wait for the next round"),
    (Why.UNWATCHED, "seen", "did not watch"),
    (Why.NO_PART, "seen", "no part in the SSO system"),
]


@pytest.mark.parametrize(("why", "field", "text"), REQUIRED, ids=[f"{why.name}-{field}" for why, field, _ in REQUIRED])
def test_every_state_says_what_it_must(why: Why, field: str, text: str) -> None:
    assert text in getattr(words(standing(why), NOW), field)


def test_no_row_goes_without_required_words() -> None:
    assert {why for why, _, _ in REQUIRED} == set(Why)


@pytest.mark.parametrize("why", [Why.SAME, Why.NEVER, Why.UNWATCHED, Why.STALE, Why.NOT_ASKED])
def test_whoever_may_hold_a_copy_of_the_secret_is_told_not_to_restart(why: Why) -> None:
    assert words(standing(why), NOW).avoid.startswith("Do not restart ENTSSO, host instances or BTS01")


EVENTS = [
    (Why.SAME, {"10532", "10602"}, {"10520", "10505"}),
    (Why.LOST, {"10532", "0x80002918"}, {"10505", "10520"}),  # 10520 and its like are of the master's own secrets
    (Why.STOPPED, {"10504", "10505"}, {"10532", "10520"}),
    (Why.OPEN, set(), {"10532", "10590"}),
]


@pytest.mark.parametrize(("why", "some", "none"), EVENTS)
def test_the_events_to_expect(why: Why, some: set[str], none: set[str]) -> None:
    ids = {each.id for each in words(standing(why), NOW).events}
    assert ids >= some
    assert not ids & none


@pytest.mark.parametrize(
    ("why", "some"), [(Why.OPEN, {"10514", "10515", "10590"}), (Why.STOPPED, {"10513", "10588", "10503"})]
)
def test_a_database_that_is_not_reached_has_events_of_its_own(why: Why, some: set[str]) -> None:
    shut = standing(why, databases=(reach(Way.SHUT, "SQL01"),))
    assert {each.id for each in words(shut, NOW).events} >= some


def test_a_contact_that_lies_ahead_was_not_at_a_known_time() -> None:
    ahead = words(standing(Why.SAME, contact=contact(NOW + HOUR), outage=outage(NOW + HOUR), since=NOW + HOUR), NOW)
    assert "when is not known, as the clock was set back" in ahead.seen
    assert "2026-01-01T11" not in "".join(said(ahead))


@pytest.mark.parametrize("at", [-1.0, 1e20, float("nan"), float("inf")])
def test_a_time_that_no_calendar_has_is_not_told(at: float) -> None:
    odd = standing(Why.SAME, contact=contact(at), outage=outage(at), since=at, service=replace(service(), started=at))
    assert "when is not known" in words(odd, NOW).seen


@pytest.mark.parametrize(("held", "doubted"), [(0.0, True), (59.9, True), (60.0, False)])
def test_a_way_that_was_open_for_less_than_the_service_asks_again_is_doubted(held: float, doubted: bool) -> None:
    seen = words(standing(Why.SAME, contact=contact(held=held)), NOW).seen
    assert ("may not have fetched the secret" in seen) == doubted


def test_a_contact_without_a_service_says_so() -> None:
    unknown = standing(Why.UNWATCHED, contact=contact(incarnation=None))
    assert "Whether the service ran then is not known." in words(unknown, NOW).seen


def test_what_the_mapper_alone_shows_is_no_more_than_that() -> None:
    told = words(standing(Why.OPEN, contact=contact(by_mapper=True)), NOW)
    assert "by its endpoint mapper alone" in told.headline
    assert "that the SSO service's own port connects was not shown" in told.seen
