"""What is said beside the row: of the way, of clusters and their nodes, of databases and processing servers."""

import pytest

from agent.sso.cluster import Holding
from agent.sso.part import Place
from agent.sso.reach import Reach
from agent.sso.seen import Condition
from agent.sso.state import Why
from agent.sso.ways import Way
from agent.sso.words.added import HINTS, WAY
from agent.sso.words.compose import words
from tests.agent.sso.standing import NOW, host, part, reach, service, standing


@pytest.mark.parametrize(
    ("way", "remedy"),
    [
        (Way.OPEN, "Start ENTSSO on BTS01"),
        (Way.SHUT, "gets no secret, or does not start at all, before the way to MSS is open: mend that."),
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
