"""How a machine stands after one more look, for each place that it can have."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest

from agent.ground.path import Check
from agent.ground.roles import Role
from agent.judge.verdict import Cause, Judgement, Verdict
from agent.sso.availability import AddressState, Availability
from agent.sso.cluster import Holding
from agent.sso.memory import Contact, Life, Memory, Outage, Spans
from agent.sso.part import Part, Place
from agent.sso.reach import NOT_ASKED, Found, Newest
from agent.sso.seen import Condition, Service, Sighting
from agent.sso.standing import Observed, Standing, Told, follow
from agent.sso.state import STATE, Why
from agent.sso.ways import Way
from tests.agent.seen import STARTED, at, judgement, path, result
from tests.agent.sso.standing import host, part

NOW = 1_000.0
SPANS = Spans(stands=300.0, brief=120.0)
OPEN, SHUT = judgement(Verdict.REACHABLE), judgement(Verdict.UNREACHABLE, Cause.NO_ANSWER)
CLUSTER = host(nodes=("NODE1", "NODE2"))
MASTER, STANDBY, NONE = (
    part(Place.MASTER, here="MSS"),
    part(Place.STANDBY, here="SPARE"),
    part(Place.NONE, here="SQL01"),
)
NODE = part(Place.MASTER, here="NODE1", clusters=(CLUSTER,))
ONE, TWO = "BTSSvc$One", "BTSSvc$Two"


def found(
    judged: Judgement, check: Check = Check.RPC_ENDPOINT, peer: str = "MSS", *, ago: float = 1.0, took: float = 2.0
) -> Newest:
    addresses = [at("192.0.2.31", judged)]
    seen = result(judged.verdict, judged.cause, of=path(check, peer=peer), addresses=addresses, seconds=took)
    return {(peer, check): Found(seen, NOW - ago)}


def service(condition: Condition = Condition.RUNNING, incarnation: str = "A") -> Service:
    return Service("ENTSSO", condition, incarnation if condition is Condition.RUNNING else None)


def observed(
    newest: Newest | None = None,
    seen: Service | None = None,
    *,
    instances: Mapping[str, Service] | None = None,
    listed: bool = True,
    told: Mapping[str, Way] | None = None,
    holding: Holding = Holding.UNKNOWN,
) -> Observed:
    sighting = Sighting(seen or service(), instances or {}, listed)
    return Observed(sighting, newest or {}, Told(told or {}), (NOW - 0.5, NOW), NOW, SPANS, holding)


def stands(of: Part, seen: Observed, memory: Memory | None = None) -> Standing:
    return follow(of, memory or Memory(), seen)[1]


# A processing server.


def test_what_was_seen_is_remembered_and_stands() -> None:
    before = Memory(life=Life("A", 900.0, 995.0))
    memory, standing = follow(part(), before, observed(found(OPEN)))
    assert memory.life == Life("A", 900.0, NOW - 0.5)  # by when the look began
    assert memory.contact == Contact(STARTED + 2, NOW - 1, ("MSS",), incarnation="A")
    assert (standing.why, standing.contact, standing.outage) == (Why.OPEN, memory.contact, None)
    assert standing.state is STATE[Why.OPEN]
    assert (standing.master.way, standing.service) == (Way.OPEN, service())
    assert standing.part == part()
    assert standing.since is None


def test_a_service_counts_as_there_from_the_end_of_the_look_on() -> None:
    memory, _ = follow(part(), Memory(), observed())
    assert memory.life == Life("A", NOW, NOW - 0.5)


def test_an_outage_is_part_of_the_standing() -> None:
    memory, standing = follow(part(), Memory(), observed(found(SHUT)))
    assert memory.outage == Outage(STARTED + 2, NOW - 1, {"MSS": NOW - 1}, NOW - 3)
    assert (standing.outage, standing.why, standing.master.way) == (memory.outage, Why.NEVER, Way.SHUT)


def test_each_database_is_part_of_it_and_changes_nothing_of_the_secret() -> None:
    newest = {**found(OPEN), **found(SHUT, Check.SQL, "SQL01")}
    standing = stands(part(databases=("SQL01", "SQL02")), observed(newest))
    assert [(each.peers, each.way) for each in standing.databases] == [
        (("SQL01",), Way.SHUT),
        (("SQL02",), Way.UNSURE),
    ]
    assert standing.why is Why.OPEN


def test_nothing_is_told_of_who_asks_where_this_is_not_the_master() -> None:
    assert stands(part(), observed(told={"BTS02": Way.SHUT})).processing == {}


@pytest.mark.parametrize("condition", [each for each in Condition if each is not Condition.RUNNING])
def test_a_service_that_is_not_seen_to_run_comes_before_the_way(condition: Condition) -> None:
    for judged in (OPEN, SHUT):
        standing = stands(part(), observed(found(judged), service(condition)))
        assert standing.why.name == condition.name
        assert standing.master.way is (Way.OPEN if judged is OPEN else Way.SHUT)  # which is told all the same


def test_a_service_that_was_there_and_is_gone_has_stopped() -> None:
    gone = observed(found(OPEN), service(Condition.ABSENT))
    assert stands(part(), gone, Memory(life=Life("A", 1.0, 2.0))).why is Why.STOPPED
    assert stands(part(), gone).why is Why.ABSENT


# How old what is found may be.


def test_a_result_that_is_too_old_counts_as_none() -> None:
    newest = {**found(OPEN, ago=SPANS.stands + 1), **found(OPEN, Check.SQL, "SQL01", ago=SPANS.stands + 1)}
    standing = stands(part(), observed(newest))
    assert standing.master.way is Way.UNSURE
    assert [each.way for each in standing.databases] == [Way.UNSURE]
    assert standing.availability is Availability.UNKNOWN
    assert standing.addresses == {"MSS": {"MSS": AddressState.UNKNOWN}}
    assert standing.why is Why.STALE


def test_a_result_counts_up_to_the_last_moment() -> None:
    newest = {**found(OPEN, ago=SPANS.stands), **found(OPEN, Check.SQL, "SQL01", ago=SPANS.stands)}
    standing = stands(part(), observed(newest))
    assert (standing.master.way, standing.databases[0].way, standing.why) == (Way.OPEN, Way.OPEN, Why.OPEN)


# How available the master secret is.


@pytest.mark.parametrize(
    ("judged", "state", "availability"),
    [
        (OPEN, AddressState.REACHABLE, Availability.AVAILABLE),
        (SHUT, AddressState.UNREACHABLE, Availability.NOT_AVAILABLE),
        (judgement(Verdict.INCONCLUSIVE, Cause.LOCAL_FAULT), AddressState.UNKNOWN, Availability.UNKNOWN),
    ],
)
def test_from_afar_the_addresses_tell(judged: Judgement, state: AddressState, availability: Availability) -> None:
    standing = stands(part(), observed(found(judged)))
    assert standing.addresses == {"MSS": {"192.0.2.31": state}}
    assert standing.availability is availability


def test_on_the_master_itself_its_nodes_tell() -> None:
    assert stands(NODE, observed()).availability is Availability.HIGHLY_AVAILABLE
    assert stands(MASTER, observed()).availability is Availability.AVAILABLE
    assert stands(MASTER, observed()).addresses == {}


# The master secret server.


def test_a_master_that_runs_is_normal_whatever_the_ways() -> None:
    told = {"BTS01": Way.SHUT, "OTHER": Way.OPEN}
    standing = stands(MASTER, observed(found(SHUT, Check.SQL, "SQL01"), told=told))
    assert standing.why is Why.ITSELF
    assert standing.processing == {"BTS01": Way.SHUT, "BTS02": Way.UNSURE}
    assert [each.way for each in standing.databases] == [Way.SHUT]
    assert standing.master == NOT_ASKED


def test_no_way_touches_what_a_master_remembers_but_its_service() -> None:
    """Another host of the file may be master, too, or have been it: its verdicts are none of contact here."""
    for judged in (OPEN, SHUT):
        memory, standing = follow(MASTER, Memory(), observed(found(judged)))
        assert memory == Memory(life=Life("A", NOW, NOW - 0.5))
        assert (standing.contact, standing.outage) == (None, None)


def test_what_a_machine_remembers_of_its_time_before_it_was_master_is_not_shown() -> None:
    contact = Contact(1.0, 1.0, ("OLD",), incarnation="A", instances={ONE: "1"})
    before = Memory(contact, Outage(1.0, 1.0, {"MSS": 2.0}, 2.0), Life("A", 1.0, 1.0))
    memory, standing = follow(MASTER, before, observed(instances={ONE: service(incarnation="2")}))
    assert (standing.contact, standing.outage, standing.restarted, standing.halted) == (None, None, (), ())
    assert (memory.contact, memory.outage) == (before.contact, before.outage)


@pytest.mark.parametrize(
    ("of", "condition", "holding", "why"),
    [
        (NODE, Condition.STOPPED, Holding.ELSEWHERE, Why.PASSIVE),
        (NODE, Condition.STOPPED, Holding.UNKNOWN, Why.PASSIVE),
        (NODE, Condition.STOPPED, Holding.HERE, Why.STOPPED),
        (NODE, Condition.RUNNING, Holding.ELSEWHERE, Why.ITSELF),
        (NODE, Condition.RUNNING, Holding.HERE, Why.ITSELF),
        (NODE, Condition.FORBIDDEN, Holding.ELSEWHERE, Why.FORBIDDEN),
        (NODE, Condition.ABSENT, Holding.ELSEWHERE, Why.ABSENT),
        (MASTER, Condition.STOPPED, Holding.ELSEWHERE, Why.STOPPED),
        (MASTER, Condition.STOPPED, Holding.UNKNOWN, Why.STOPPED),
    ],
)
def test_a_node_at_rest_is_one_that_does_not_hold_the_name(
    of: Part, condition: Condition, holding: Holding, why: Why
) -> None:
    standing = stands(of, observed(seen=service(condition), holding=holding))
    assert (standing.why, standing.holding) == (why, holding)


def test_a_node_whose_process_has_gone_is_at_rest_too() -> None:
    gone = observed(seen=service(Condition.ABSENT), holding=Holding.ELSEWHERE)
    assert stands(NODE, gone, Memory(life=Life("A", 1.0, 2.0))).why is Why.PASSIVE


# Stand-ins, and machines without a part.


def test_a_stand_in_asks_nothing_of_the_master() -> None:
    memory, standing = follow(STANDBY, Memory(), observed(found(SHUT)))
    assert (standing.why, standing.master, memory.outage) == (Why.STANDBY, NOT_ASKED, None)
    assert (standing.availability, standing.addresses) == (Availability.UNKNOWN, {})
    assert stands(STANDBY, observed(seen=service(Condition.STOPPED))).why is Why.STOPPED


@pytest.mark.parametrize("condition", list(Condition))
def test_a_machine_without_a_part_has_no_state_whatever_runs_there(condition: Condition) -> None:
    standing = stands(NONE, observed(found(OPEN), service(condition)))
    assert (standing.why, standing.master, standing.databases) == (Why.NO_PART, NOT_ASKED, ())


# What is passed on.


def test_the_day_of_the_backup_is_passed_on() -> None:
    day = date(2026, 1, 1)
    assert follow(part(), Memory(), observed(), day)[1].backup_confirmed == day
    assert stands(part(), observed()).backup_confirmed is None


# Host instances.

MET = Memory(Contact(1.0, NOW - 1, ("MSS",), incarnation="A", instances={ONE: "1", TWO: "2"}))


def instance(condition: Condition = Condition.RUNNING, incarnation: str | None = None) -> Service:
    return Service("any", condition, incarnation)


@pytest.mark.parametrize(
    ("now", "restarted", "halted"),
    [
        ({ONE: instance(incarnation="1"), TWO: instance(incarnation="2")}, (), ()),
        ({ONE: instance(incarnation="9"), TWO: instance(incarnation="2")}, (ONE,), ()),
        ({TWO: instance(incarnation="8"), ONE: instance(incarnation="9")}, (ONE, TWO), ()),  # by name
        ({ONE: instance(incarnation="1")}, (), (TWO,)),
        ({}, (), (ONE, TWO)),
        ({ONE: instance(Condition.STOPPED), TWO: instance(Condition.ABSENT)}, (), (ONE, TWO)),
        ({ONE: instance(Condition.FORBIDDEN), TWO: instance(Condition.FAILED)}, (), ()),
        ({ONE: instance(Condition.SEVERAL), TWO: instance(incarnation="2")}, (), ()),
        (
            {ONE: instance(incarnation="1"), TWO: instance(incarnation="2"), "BTSSvc$New": instance(incarnation="3")},
            ("BTSSvc$New",),
            (),
        ),
        (
            {ONE: instance(incarnation="1"), TWO: instance(incarnation="2"), "BTSSvc$New": instance(Condition.STOPPED)},
            (),
            (),
        ),
    ],
)
def test_host_instances_are_held_against_those_of_the_contact(
    now: Mapping[str, Service], restarted: tuple[str, ...], halted: tuple[str, ...]
) -> None:
    standing = stands(part(), observed(found(SHUT), instances=now), MET)
    assert (standing.restarted, standing.halted) == (restarted, halted)


def test_where_they_cannot_be_listed_nothing_is_said_of_them() -> None:
    standing = stands(part(), observed(found(SHUT), listed=False), MET)
    assert (standing.restarted, standing.halted) == ((), ())


def test_without_a_contact_there_is_nothing_to_hold_them_against() -> None:
    standing = stands(part(), observed(found(SHUT), instances={ONE: instance(incarnation="1")}))
    assert (standing.contact, standing.restarted, standing.halted) == (None, (), ())


def test_those_that_do_not_rest_at_a_contact_are_remembered_with_it() -> None:
    now = {ONE: instance(incarnation="1"), TWO: instance(Condition.STOPPED), "BTSSvc$No": instance(Condition.FORBIDDEN)}
    memory, standing = follow(part(), replace(MET, contact=None), observed(found(OPEN), instances=now))
    assert memory.contact is not None
    assert memory.contact.instances == {ONE: "1", "BTSSvc$No": None}
    assert (standing.restarted, standing.halted) == ((), ())


@pytest.mark.parametrize("unread", [Condition.FORBIDDEN, Condition.SEVERAL, Condition.FAILED])
@pytest.mark.parametrize(
    ("now", "restarted"),
    [
        ({ONE: instance(incarnation="1")}, ()),  # it may be the one of then
        ({ONE: instance(Condition.STOPPED)}, ()),
        ({}, ()),
        ({ONE: instance(incarnation="1"), TWO: instance(incarnation="2")}, (TWO,)),
    ],
)
def test_of_one_that_could_not_be_read_at_the_contact_nothing_is_said(
    now: Mapping[str, Service], restarted: tuple[str, ...], unread: Condition
) -> None:
    """As when the agent may see less than the person who asks beside it."""
    memory, _ = follow(part(), Memory(), observed(found(OPEN), instances={ONE: instance(unread)}))
    _, standing = follow(part(), memory, observed(found(SHUT, ago=0.0, took=0.1), instances=now))
    assert standing.contact is not None
    assert (standing.restarted, standing.halted) == (restarted, ())


def test_where_they_could_not_be_listed_at_the_contact_nothing_is_said_of_them() -> None:
    memory, _ = follow(part(), Memory(), observed(found(OPEN), listed=False))
    _, standing = follow(
        part(), memory, observed(found(SHUT, ago=0.0, took=0.1), instances={ONE: instance(incarnation="1")})
    )
    assert standing.contact is not None
    assert (standing.contact.instances, standing.restarted, standing.halted) == (None, (), ())


# Who else may serve the secret, and names that mislead.

LOST_MEMORY = Memory(
    Contact(1.0, 700.0, ("MSS",), incarnation="A"),
    Outage(1.0, NOW - 250, {"MSS": NOW - 1}, NOW - 3),
    Life("B", NOW - 100, NOW - 1, NOW - 105),
)
STAND_IN = host("MSS2", role=Role.MASTER_SECRET_STANDBY)


def of_lost(of: Part, newest: Newest) -> Why:
    return stands(of, observed({**found(SHUT), **newest}, service(incarnation="B")), LOST_MEMORY).why


def test_a_stand_in_that_was_not_asked_may_be_master_and_one_that_is_cut_off_may_not() -> None:
    with_one = part(standbys=(STAND_IN,))
    assert of_lost(part(), {}) is Why.LOST
    assert of_lost(with_one, {}) is Why.ELSEWHERE
    assert of_lost(with_one, {("MSS2", Check.EPM): None}) is Why.ELSEWHERE
    assert of_lost(with_one, found(OPEN, Check.EPM, "MSS2")) is Why.ELSEWHERE
    assert of_lost(with_one, found(SHUT, Check.EPM, "MSS2")) is Why.LOST


def test_a_machine_that_is_a_stand_in_itself_may_be_master() -> None:
    assert of_lost(replace(part(), is_standby=True), {}) is Why.ELSEWHERE


NAME, OLD, NEW = "mss.contoso.test", "192.0.2.31", "192.0.2.32"
UNRESOLVED = judgement(Verdict.UNRESOLVED, Cause.NAME_RESOLUTION)


@pytest.mark.parametrize("check", [Check.RPC_ENDPOINT, Check.SQL])
@pytest.mark.parametrize(
    ("addresses", "misleads"),
    [
        ([(NAME, OLD, SHUT), (NEW, NEW, OPEN)], True),
        ([(NAME, None, UNRESOLVED), (NEW, NEW, OPEN)], True),
        ([(NAME, OLD, SHUT), (NAME, NEW, OPEN)], False),  # one that is offline, of an availability group
        ([(NAME, OLD, OPEN), (NEW, NEW, SHUT)], False),
        ([(OLD, OLD, SHUT), (NEW, NEW, OPEN)], False),  # no name
        ([(NAME, OLD, SHUT), (NEW, NEW, SHUT)], False),
    ],
)
def test_a_name_that_leads_nowhere_while_another_address_works_is_known(
    check: Check, addresses: list[tuple[str, str | None, Judgement]], misleads: bool
) -> None:
    peer = "SQL01" if check is Check.SQL else "MSS"
    each = [at(address, judged, name=name) for name, address, judged in addresses]
    configured = list(dict.fromkeys(name for name, _, _ in addresses))
    seen = result(Verdict.REACHABLE, of=path(check, peer=peer, addresses=configured), addresses=each)
    standing = stands(part(), observed({(peer, check): Found(seen, NOW - 1)}))
    assert standing.stale == ((peer,) if misleads else ())
