"""A restart is safe only where everything that it needs is shown, and every answer says why."""

import itertools
from dataclasses import replace
from datetime import date

import pytest

from agent.sso.cluster import Holding
from agent.sso.part import Part, Place
from agent.sso.reach import Reach
from agent.sso.seen import Condition
from agent.sso.standing import Standing
from agent.sso.state import SHUT, SsoState, Why
from agent.sso.ways import Way
from agent.sso.words.restart import Answer, restart
from tests.agent.sso.standing import Fields, host, part, reach, service, standing

MASTER = part(Place.MASTER, here="MSS")
NODE = part(Place.MASTER, here="NODE1", clusters=(host(nodes=("NODE1", "NODE2")),))
LOCAL = part(databases=())  # its database is on this machine
TWO = part(masters=(host("A"), host("B")))
HALF = Reach(Way.OPEN, ("A",), said={"B": "blocked / silent-drop"})

YES, NO, UNKNOWN = Answer.YES, Answer.NO, Answer.UNKNOWN
SQL_SHUT, SQL_UNSURE = (reach(Way.SHUT, "SQL01"),), (reach(Way.UNSURE, "SQL01"),)
SQL_HALF = (reach(Way.SHUT, "SQL01"), reach(Way.OPEN, "SQL02"))

ROWS: list[tuple[Why, Part | None, Fields, Answer, str]] = [
    # Of a processing server every row of the table of states, all else being well.
    (Why.OPEN, None, {}, YES, "The way to MSS is open."),
    (Why.STOPPED, None, {}, YES, "does not run now"),
    (Why.SAME, None, {}, NO, "releases the cached secret"),
    (Why.LOST, None, {}, NO, "gone already"),
    (Why.NEVER, None, {}, NO, "gets no secret"),
    (Why.JUST_BEGUN, None, {}, NO, "gets no secret"),
    (Why.UNWATCHED, None, {}, NO, "gets no secret"),
    (Why.NOT_ASKED, None, {}, UNKNOWN, "Whether there is a way to MSS is not known"),
    (Why.STALE, None, {}, UNKNOWN, "too old to count"),
    (Why.ABSENT, None, {}, UNKNOWN, "no such service"),
    (Why.FORBIDDEN, None, {}, UNKNOWN, "may not see it"),
    (Why.SEVERAL, None, {}, UNKNOWN, "several processes"),
    (Why.FAILED, None, {}, UNKNOWN, "does not say"),
    (Why.NO_PART, None, {}, UNKNOWN, "No SSO service is expected on BTS01"),
    # The way to the master secret server decides, whatever the service does.
    (Why.STOPPED, None, {"master": reach(Way.SHUT)}, NO, "a service that starts now gets no secret"),
    (Why.FORBIDDEN, None, {"master": reach(Way.SHUT)}, NO, "a service that starts now gets no secret"),
    (Why.ABSENT, None, {"master": reach(Way.SHUT)}, NO, "a service that starts now gets no secret"),
    (Why.STOPPED, None, {"master": reach(Way.UNSURE)}, UNKNOWN, "Whether there is a way to MSS is not known"),
    (Why.OPEN, None, {"master": reach(Way.UNSURE)}, UNKNOWN, "Whether there is a way to MSS is not known"),
    (Why.OPEN, None, {"master": reach(by_mapper=True)}, UNKNOWN, "only the endpoint mapper answered"),
    (Why.SAME, None, {"master": reach(Way.UNSURE)}, NO, "was, by the newest definite answer, no way to MSS"),
    (Why.STALE, None, {"master": reach(Way.SHUT)}, UNKNOWN, "too old to count (blocked / silent-drop)"),
    (Why.OPEN, TWO, {"master": HALF}, UNKNOWN, "Not every master secret server is reached (B: blocked / silent-drop)"),
    # The databases.
    (Why.OPEN, None, {"databases": SQL_SHUT}, NO, "SQL01 (blocked / silent-drop): a service that starts without it"),
    (Why.OPEN, None, {"databases": SQL_UNSURE}, UNKNOWN, "Whether the SSO database is reached is not known: SQL01"),
    (Why.OPEN, None, {"databases": SQL_HALF}, UNKNOWN, "Not every SSO database is reached"),
    (Why.OPEN, None, {"databases": (*SQL_SHUT, *SQL_UNSURE)}, UNKNOWN, "Not every SSO database is reached"),
    (Why.OPEN, LOCAL, {}, UNKNOWN, "The file names no SSO database"),
    (Why.OPEN, replace(LOCAL, has_database=True), {}, UNKNOWN, "whether SQL Server serves it is not tried"),
    (Why.OPEN, None, {"stale": ("MSS",)}, UNKNOWN, "A name of MSS in the file gives no address"),
    (Why.ELSEWHERE, None, {}, NO, "There is no way to MSS"),
    (Why.ITSELF, None, {"ranges": {"BTS01": Way.SHUT, "BTS02": Way.OPEN}}, UNKNOWN, "BTS01 found a part of the"),
    (Why.ITSELF, None, {"ranges": {"BTS01": Way.OPEN, "BTS02": Way.UNSURE}}, YES, "BTS01 and BTS02 work on with"),
    (Why.NOT_ASKED, None, {"databases": SQL_SHUT}, NO, "10513"),
    # The master secret server itself.
    (Why.ITSELF, None, {}, YES, "BTS01 and BTS02 work on with cached copies"),
    (Why.ITSELF, None, {}, YES, "another port of the dynamic range"),
    (Why.ITSELF, part(Place.MASTER, processing=()), {}, YES, "the processing servers work on with cached copies"),
    (Why.ITSELF, None, {}, YES, "Nobody has confirmed that the master secret is backed up"),
    (Why.ITSELF, None, {"processing": {"BTS01": Way.OPEN, "BTS02": Way.SHUT}}, YES, "Not reached from BTS02"),
    (Why.ITSELF, None, {"processing": {"BTS01": Way.UNSURE}}, YES, "Whether it is reached from BTS01 is not told."),
    (Why.ITSELF, None, {"databases": SQL_SHUT}, NO, "SQL01"),
    (Why.ITSELF, None, {"databases": SQL_UNSURE}, UNKNOWN, "SQL01"),
    (Why.STOPPED, MASTER, {}, YES, "what comes is a start"),
    (Why.FORBIDDEN, MASTER, {}, UNKNOWN, "may not see it"),
    (Why.ITSELF, MASTER, {"holding": Holding.ELSEWHERE}, YES, "work on with cached copies"),  # of no cluster
    (Why.ITSELF, NODE, {"holding": Holding.HERE}, YES, "Take the cluster's SSO resource offline"),
    (Why.ITSELF, NODE, {"holding": Holding.ELSEWHERE}, UNKNOWN, "the cluster's name is on another"),
    # Its nodes at rest, and stand-ins.
    (Why.PASSIVE, None, {}, YES, "A failover to this node would find its SSO database"),
    (Why.PASSIVE, None, {"databases": SQL_SHUT}, YES, "A failover to this node would not work"),
    (Why.PASSIVE, None, {"holding": Holding.UNKNOWN}, UNKNOWN, "which node holds the cluster's name is not known"),
    (Why.STANDBY, None, {}, UNKNOWN, "is not asked"),
    (Why.STANDBY, None, {"databases": SQL_SHUT}, NO, "SQL01"),
]


@pytest.mark.parametrize(("why", "of", "fields", "answer", "text"), ROWS)
def test_the_answer_and_why(why: Why, of: Part | None, fields: Fields, answer: Answer, text: str) -> None:
    found = restart(standing(why, of, **fields))
    assert found.answer is answer
    assert any(text in sentence for sentence in found.why), found.why


def test_every_row_of_the_table_of_states_is_asked() -> None:
    assert {why for why, *_ in ROWS} == set(Why)


UNSEEN = {Why.ABSENT, Why.FORBIDDEN, Why.SEVERAL, Why.FAILED, Why.STOPPED}
POSSIBLE = {
    Place.NONE: {Why.NO_PART},
    Place.MASTER: {*UNSEEN, Why.ITSELF, Why.PASSIVE},
    Place.STANDBY: {*UNSEEN, Why.STANDBY},
    Place.PROCESSING: {*Why} - {Why.NO_PART, Why.ITSELF, Why.PASSIVE, Why.STANDBY},
}


def everything() -> list[Standing]:
    kinds = itertools.product(Why, Place, Way, Way, Holding, (False, True))
    return [
        standing(why, part(place), master=reach(master, by_mapper=mapper), databases=(reach(sql),), holding=holding)
        for why, place, master, sql, holding, mapper in kinds
        if why in POSSIBLE[place]
    ]


def test_a_yes_needs_everything_shown() -> None:
    """Said once more, in other words than the code's."""
    yes = [each for each in everything() if restart(each).answer is YES]
    assert yes
    for each in yes:
        assert each.why in (Why.OPEN, Why.STOPPED, Why.ITSELF, Why.PASSIVE)
        assert each.state not in (SsoState.ON_CACHE, SsoState.CACHE_LOST)
        if each.why is not Why.PASSIVE:
            assert all(way.way is Way.OPEN for way in each.databases)
        if each.part.place is Place.PROCESSING:
            assert each.master.way is Way.OPEN
            assert not each.master.by_mapper


def test_whoever_runs_on_the_cached_secret_is_never_told_yes_nor_unknown() -> None:
    cached = [each for each in everything() if each.why in SHUT and each.part.place is Place.PROCESSING]
    assert {restart(each).answer for each in cached} == {NO}


def test_an_answer_is_given_of_the_impossible_too() -> None:
    for why, place in itertools.product(Why, Place):
        assert restart(standing(why, part(place))).why


def test_every_answer_has_whole_sentences_and_only_a_yes_tells_what_is_well() -> None:
    for each in everything():
        found = restart(each)
        assert found.why
        assert all(sentence.endswith(".") and not set("{}") & set(sentence) for sentence in found.why)
        assert found.answer is YES or not any("is open" in sentence for sentence in found.why)


def test_what_decides_comes_first() -> None:
    shut = restart(standing(Why.FORBIDDEN, master=reach(Way.SHUT), databases=SQL_UNSURE))
    assert shut.answer is NO
    assert "no way to MSS" in shut.why[0]
    assert [text for text in shut.why if "SQL01" in text or "may not see" in text]


def test_a_confirmed_backup_needs_no_word() -> None:
    confirmed = restart(standing(Why.ITSELF, backup_confirmed=date(2026, 1, 1)))
    assert not any("backed up" in sentence for sentence in confirmed.why)


@pytest.mark.parametrize(("of", "count"), [(NODE, 1), (MASTER, 0)])
def test_only_a_node_is_told_of_the_cluster_s_resource(of: Part, count: int) -> None:
    told = restart(standing(Why.ITSELF, of, holding=Holding.HERE)).why
    assert sum("the cluster's SSO resource" in sentence for sentence in told) == count


def test_what_the_system_says_of_the_service_is_told() -> None:
    starting = standing(Why.STOPPED, service=service(Condition.STOPPED, detail="starting\x1b[2J"))
    assert "ENTSSO does not run now (starting\\x1b[2J): what comes is a start" in " ".join(restart(starting).why)
