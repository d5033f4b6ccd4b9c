"""Whatever a machine's standing is, it has its sentences, and they say what it costs and what not to do."""

import itertools
import string
from collections.abc import Iterator
from dataclasses import replace

import pytest

from agent.sso.availability import AddressState, Availability
from agent.sso.beside import HINTS, WAY
from agent.sso.cluster import Holding
from agent.sso.facts import facts_of
from agent.sso.part import Place
from agent.sso.reach import Reach, Way
from agent.sso.rows import ROWS, row
from agent.sso.seen import Condition
from agent.sso.standing import Standing
from agent.sso.state import Why
from agent.sso.words import Words, words
from tests.agent.sso.standing import HOUR, INSTANCE, NOW, contact, host, outage, part, reach, service, standing

FIELDS = ("headline", "seen", "works", "fails", "avoid", "remedy", "availability")
HOSTILE = "\x1b[31mred\n\u202e[bold]{here}<b>" + "x" * 400
UP, DOWN, OPEN_QUESTION = AddressState.REACHABLE, AddressState.UNREACHABLE, AddressState.UNKNOWN


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
            addresses={HOSTILE: {HOSTILE + str(n): DOWN for n in range(20)}},
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
    (Why.LOST, {"10532", "10520", "10521", "10565", "10527", "0x80002918"}, {"10505"}),
    (Why.STOPPED, {"10504", "10505"}, {"10532"}),
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


@pytest.mark.parametrize(
    ("way", "remedy"),
    [
        (Way.OPEN, "Start ENTSSO on BTS01"),
        (Way.SHUT, "a service that starts before that gets no secret"),
        (Way.UNSURE, "Find out whether there is a way to MSS"),
    ],
)
def test_a_stopped_service_is_to_be_started_when_it_can_get_the_secret(way: Way, remedy: str) -> None:
    assert remedy in words(standing(Why.STOPPED, master=reach(way)), NOW).remedy


def test_a_service_that_is_starting_is_waited_for() -> None:
    told = words(standing(Why.STOPPED, service=service(Condition.STOPPED, detail="starting")), NOW)
    assert "does not run on BTS01 (starting)" in told.seen
    assert "3 min: wait for that" in told.remedy


def test_a_process_that_is_gone_was_there_before() -> None:
    gone = standing(Why.STOPPED, service=service(Condition.ABSENT))
    assert "ENTSSO is not there any more on BTS01" in words(gone, NOW).seen


def test_a_stopped_master_leaves_the_others_their_copies() -> None:
    told = words(standing(Why.STOPPED, part(Place.MASTER, here="MSS")), NOW)
    assert "cached copies" in told.works
    assert "BTS01 and BTS02" in told.avoid
    assert "Adapter configuration" not in told.fails


@pytest.mark.parametrize("way", Way)
def test_a_service_that_cannot_be_seen_is_not_to_be_restarted_unless_the_way_is_open(way: Way) -> None:
    told = words(standing(Why.FORBIDDEN, master=reach(way)), NOW)
    assert WAY[way].split("{")[0] in told.seen
    assert ("Do not restart ENTSSO" in told.avoid) == (way is not Way.OPEN)
    assert ("10532" in {each.id for each in told.events}) == (way is Way.SHUT)


def test_of_a_service_that_cannot_be_seen_the_mapper_alone_is_said_so_too() -> None:
    told = words(standing(Why.FORBIDDEN, master=reach(by_mapper=True)), NOW)
    assert "Only its endpoint mapper answered" in told.seen


def test_while_the_state_is_normal_a_newer_answer_that_is_not_definite_is_told() -> None:
    told = words(standing(Why.OPEN, master=reach(Way.UNSURE)), NOW)
    assert told.seen.endswith("The newest answer is not definite (inconclusive / not-registered).")


def test_of_several_master_secret_servers_one_that_is_not_reached_is_told() -> None:
    half = Reach(Way.OPEN, ("A",), said={"B": "blocked / silent-drop"})
    told = words(standing(Why.OPEN, part(masters=(host("A"), host("B"))), master=half), NOW)
    assert "Not every master secret server is reached (B: blocked / silent-drop)" in told.fails


@pytest.mark.parametrize("holding", Holding)
def test_only_a_node_whose_name_is_elsewhere_is_told_that_nobody_finds_its_service(holding: Holding) -> None:
    node = part(Place.MASTER, here="NODE1", clusters=(host(nodes=("NODE1", "NODE2")),))
    told = words(standing(Why.ITSELF, node, holding=holding), NOW)
    assert ("nobody finds it" in told.fails) == (holding is Holding.ELSEWHERE)


def test_a_node_does_not_claim_to_rest_rightly_where_nobody_knows_who_has_the_name() -> None:
    told = words(standing(Why.PASSIVE, holding=Holding.UNKNOWN), NOW)
    assert "Which node holds the cluster's name is not known" in told.seen
    assert "as it must" not in told.seen


@pytest.mark.parametrize(
    ("way", "text"),
    [(Way.SHUT, "would not work"), (Way.UNSURE, "not known"), (Way.OPEN, "would find its SSO database")],
)
def test_whether_a_failover_would_work_is_told_by_the_node_s_own_way(way: Way, text: str) -> None:
    passive = words(standing(Why.PASSIVE, databases=(reach(way, "SQL01"),)), NOW)
    assert text in passive.works
    assert "5 min" not in passive.fails


def test_a_failover_may_work_with_the_database_that_is_reached() -> None:
    of = part(Place.MASTER, here="NODE2", clusters=(host(nodes=("NODE1", "NODE2")),), databases=("SQL01", "SQL02"))
    half = (reach(Way.SHUT, "SQL01"), reach(Way.OPEN, "SQL02"))
    told = words(standing(Why.PASSIVE, of, databases=half), NOW).works
    assert told == "Whether a failover to this node would work is not known: SQL01 (blocked / silent-drop)."


def test_processing_servers_are_told_apart() -> None:
    processing = {"BTS01": Way.OPEN, "BTS02": Way.SHUT, "BTS03": Way.UNSURE}
    told = words(standing(Why.ITSELF, processing=processing), NOW)
    assert "Reached from BTS01. Whether it is reached from BTS03 is not told" in told.seen
    assert "Not reached from BTS02" in told.fails
    assert "on BTS02 before that is mended" in told.avoid


@pytest.mark.parametrize(
    ("why", "works"), [(Why.SAME, "with that copy"), (Why.ITSELF, "gives the secret"), (Why.OPEN, "can")]
)
def test_what_works_does_not_last_without_a_database(why: Why, works: str) -> None:
    well, shut = (words(standing(why, databases=(reach(way, "SQL01"),)), NOW).works for way in (Way.OPEN, Way.SHUT))
    assert works in well
    assert shut == f"{well} That lasts until the service goes offline for want of its database."


def test_of_several_databases_those_that_are_not_reached_are_named() -> None:
    ways = (reach(Way.SHUT, "SQL01"), reach(Way.OPEN, "SQL02"), reach(Way.UNSURE, "SQL03", said="pending"))
    told = words(standing(Why.OPEN, part(databases=("SQL01", "SQL02", "SQL03")), databases=ways), NOW)
    assert "; the SSO database is not reached)" in told.headline
    assert told.fails.startswith("The SSO database is not reached: SQL01 (blocked / silent-drop).")
    assert "offline after about 5 min" in told.fails
    assert "not shown to be shut: SQL02 and SQL03" in told.remedy
    assert "Whether the SSO database is reached is not known: SQL03 (pending)." in told.seen


@pytest.mark.parametrize("verdict", [*HINTS, "inconclusive / what is new"])
def test_without_a_definite_answer_there_is_something_to_do(verdict: str) -> None:
    told = words(standing(Why.NOT_ASKED, master=reach(Way.UNSURE, said=verdict)), NOW)
    assert verdict in told.seen
    assert told.remedy.endswith(".")


def available(*masters: tuple[str, tuple[str, ...], dict[str, AddressState]], state: Availability) -> str:
    hosts = tuple(host(name, *addresses, nodes=nodes) for name, nodes, addresses in masters)
    addresses = {name: addresses for name, _, addresses in masters}
    of = part(masters=hosts, standbys=(host("SPARE"),))
    return words(standing(Why.OPEN, of, addresses=addresses, availability=state), NOW).availability


ONE, TWO = "192.0.2.31", "192.0.2.32"
NODES = ("NODE1", "NODE2")
AVAILABILITY = [
    ((), {ONE: UP}, Availability.AVAILABLE, "Available, but not highly available: its only address answers."),
    (
        (),
        {ONE: UP, TWO: DOWN},
        Availability.AVAILABLE,
        "not highly available: 1 of 2 addresses answers; one spare is missing: 192.0.2.32.",
    ),
    ((), {ONE: UP, TWO: UP}, Availability.HIGHLY_AVAILABLE, "2 of 2 addresses answer. Addresses of one machine fail"),
    ((), {ONE: DOWN}, Availability.NOT_AVAILABLE, "Not available from here: its only address does not answer."),
    ((), {ONE: OPEN_QUESTION}, Availability.UNKNOWN, "whether its only address answers is not known."),
    ((), {}, Availability.NOT_AVAILABLE, "no address of it is known."),
    (
        NODES,
        {ONE: UP, TWO: DOWN},
        Availability.HIGHLY_AVAILABLE,
        "Highly available: MSS is a cluster of 2 nodes (NODE1 and NODE2); 1 of 2 addresses answers; 192.0.2.32 may "
        "rightly be silent, in a subnet in which the cluster's name is offline. Whether a passive node could take over",
    ),
    (NODES, {ONE: DOWN, TWO: DOWN}, Availability.NOT_AVAILABLE, "none of 2 addresses answer."),
]


@pytest.mark.parametrize(("nodes", "addresses", "state", "text"), AVAILABILITY)
def test_availability_is_told_in_the_documentation_s_words(
    nodes: tuple[str, ...], addresses: dict[str, AddressState], state: Availability, text: str
) -> None:
    told = available(("MSS", nodes, addresses), state=state)
    assert text in told
    assert told.endswith("SPARE can be made master secret server by hand.")


def test_of_several_master_secret_servers_each_is_named() -> None:
    told = available(("A", (), {ONE: UP}), ("B", (), {TWO: DOWN}), state=Availability.AVAILABLE)
    assert "A: its only address answers; B: its only address does not answer." in told


def test_of_many_master_secret_servers_some_are_named_and_the_rest_counted() -> None:
    told = available(*((letter, (), {ONE: UP}) for letter in "ABCDE"), state=Availability.HIGHLY_AVAILABLE)
    assert "C: its only address answers. 2 more are not told here." in told
    assert "D:" not in told


def test_an_address_of_which_nothing_is_known_is_told_beside_those_that_answer() -> None:
    told = available(("MSS", (), {ONE: UP, TWO: OPEN_QUESTION}), state=Availability.AVAILABLE)
    assert "1 of 2 addresses answers; not known of 192.0.2.32." in told


def test_the_master_counts_its_own_nodes() -> None:
    alone = words(standing(Why.ITSELF), NOW).availability
    assert alone.startswith("Available, but not highly available: no cluster, a single server.")
    assert words(standing(Why.PASSIVE), NOW).availability.startswith("Highly available: MSS is a cluster of 2 nodes")


@pytest.mark.parametrize("why", [Why.STANDBY, Why.NO_PART])
def test_who_asks_nothing_of_the_master_says_nothing_of_its_availability(why: Why) -> None:
    assert words(standing(why), NOW).availability == ""
