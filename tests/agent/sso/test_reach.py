"""Which result decides whether the master secret, or a database, can be reached, and when that was found."""

import itertools

import pytest

from agent.ground.path import Check
from agent.judge.fold import BAD
from agent.judge.verdict import Cause, Judgement, Verdict
from agent.sso.reach import NOT_ASKED, Found, Newest, asked_of, database_reach, master_reach, of_addresses
from agent.sso.ways import Way, way_of
from tests.agent.seen import STARTED, at, judgement, path, result

OPEN, SHUT, UNSURE = Way.OPEN, Way.SHUT, Way.UNSURE
EPM, ENDPOINT = Check.EPM, Check.RPC_ENDPOINT

GOOD = judgement(Verdict.REACHABLE)
DROPPED = judgement(Verdict.BLOCKED, Cause.SILENT_DROP)
SILENT = judgement(Verdict.UNREACHABLE, Cause.NO_ANSWER)
DOWN = judgement(Verdict.SERVICE_DOWN, Cause.NO_LISTENER)
GONE = judgement(Verdict.SERVICE_DOWN, Cause.NOT_REGISTERED)
REFUSED = judgement(Verdict.INCONCLUSIVE, Cause.QUERY_REFUSED)
UNKNOWN_PORT = judgement(Verdict.INCONCLUSIVE, Cause.NO_KNOWN_LISTENER)
NOT_EXPECTED = judgement(Verdict.INCONCLUSIVE, Cause.NOT_REGISTERED)
FAULT = judgement(Verdict.INCONCLUSIVE, Cause.LOCAL_FAULT)


Results = dict[tuple[str, Check], Found]


def found(judged: Judgement, check: Check, peer: str = "MSS", *, at: float = 100.0, took: float = 2.0) -> Results:
    """By a round that took so long and ended then; its UTC is as far from STARTED."""
    of = path(check, peer=peer)
    seen = result(judged.verdict, judged.cause, of=of, started=STARTED + at - took, seconds=took)
    return {(peer, check): Found(seen, at)}


def test_the_words_are_these() -> None:
    """They are part of the JSON's schema."""
    assert [*Way] == ["open", "shut", "unsure"]


# One verdict.


@pytest.mark.parametrize("verdict", list(Verdict))
@pytest.mark.parametrize("cause", [None, *Cause])
def test_only_what_is_shown_opens_or_shuts_a_way(verdict: Verdict, cause: Cause | None) -> None:
    way = way_of(Judgement(verdict, cause))
    if verdict is Verdict.REACHABLE or cause is Cause.QUERY_REFUSED:
        assert way is OPEN
    else:
        assert way is (SHUT if verdict in BAD else UNSURE)


def test_what_shuts_a_way_is_this_list() -> None:
    shut = {verdict for verdict in Verdict if way_of(Judgement(verdict)) is SHUT}
    assert shut == {
        Verdict.BLOCKED,
        Verdict.PARTLY_BLOCKED,
        Verdict.SERVICE_DOWN,
        Verdict.UNREACHABLE,
        Verdict.UNRESOLVED,
    }


# Two results of one master secret server.


@pytest.mark.parametrize(
    ("endpoint", "mapper", "way", "decides"),
    [
        # The service's own port, where it is known.
        (GOOD, GOOD, OPEN, ENDPOINT),
        (DROPPED, GOOD, SHUT, ENDPOINT),
        (SILENT, GOOD, SHUT, ENDPOINT),
        (DOWN, GOOD, SHUT, ENDPOINT),
        (GONE, GOOD, SHUT, ENDPOINT),
        (GOOD, SILENT, UNSURE, EPM),  # a fixed port; whether the service is found there without the mapper is not known
        (DROPPED, FAULT, SHUT, ENDPOINT),
        # A mapper that is shut says why the port is not known.
        (UNKNOWN_PORT, SILENT, SHUT, EPM),
        (UNKNOWN_PORT, DROPPED, SHUT, EPM),
        (FAULT, DOWN, SHUT, EPM),
        (NOT_EXPECTED, SILENT, SHUT, EPM),
        # One that is open, or unsure itself, does not.
        (UNKNOWN_PORT, GOOD, UNSURE, ENDPOINT),
        (NOT_EXPECTED, GOOD, UNSURE, ENDPOINT),
        (FAULT, GOOD, UNSURE, ENDPOINT),
        (UNKNOWN_PORT, FAULT, UNSURE, ENDPOINT),
        (UNKNOWN_PORT, REFUSED, UNSURE, ENDPOINT),
        # One that refuses to tell the port has to do alone.
        (REFUSED, GOOD, OPEN, EPM),
        (REFUSED, REFUSED, OPEN, EPM),
        (REFUSED, SILENT, SHUT, EPM),
        (REFUSED, FAULT, UNSURE, EPM),
        # Not asked yet, or not planned.
        (GOOD, None, OPEN, ENDPOINT),
        (UNKNOWN_PORT, None, UNSURE, ENDPOINT),
        (None, GOOD, OPEN, EPM),
        (None, REFUSED, OPEN, EPM),
        (None, SILENT, SHUT, EPM),
        (None, FAULT, UNSURE, EPM),
    ],
)
def test_which_result_decides_about_a_master_secret_server(
    endpoint: Judgement | None, mapper: Judgement | None, way: Way, decides: Check
) -> None:
    newest: Results = {}
    if endpoint is not None:
        newest |= found(endpoint, ENDPOINT, at=100.0, took=2.0)
    if mapper is not None:
        newest |= found(mapper, EPM, at=90.0, took=1.0)
    asked = asked_of("MSS", newest)
    assert asked is not None
    assert asked.result.path.check is decides
    reach = master_reach(["MSS"], newest)
    assert reach.way is way
    assert (reach.began, reach.found) == ((98.0, 100.0) if decides is ENDPOINT else (89.0, 90.0))
    assert reach.at == STARTED + reach.found
    assert reach.by_mapper is (way is OPEN and decides is EPM)


def test_a_refused_query_shows_no_more_than_the_mapper_even_where_the_mapper_was_not_asked_by_itself() -> None:
    """As when a person asks for the check of the service's port alone."""
    reach = master_reach(["MSS"], found(REFUSED, ENDPOINT))
    assert (reach.way, reach.by_mapper) == (OPEN, True)


def test_a_range_says_nothing_of_the_service() -> None:
    newest = found(SILENT, Check.RPC_RANGE) | found(GOOD, Check.SQL)
    assert asked_of("MSS", newest) is None
    assert master_reach(["MSS"], newest).way is UNSURE


def test_a_server_that_was_not_asked_is_unsure_and_said_to_be_so() -> None:
    reach = master_reach(["MSS"], found(GOOD, ENDPOINT, "OTHER"))
    assert (reach.way, reach.peers, reach.said) == (UNSURE, ("MSS",), {"MSS": "not asked"})


def test_where_nobody_is_asked_nothing_is_said() -> None:
    assert master_reach([], found(GOOD, ENDPOINT)) is NOT_ASKED
    assert (NOT_ASKED.way, NOT_ASKED.peers, NOT_ASKED.said) == (UNSURE, (), None)


@pytest.mark.parametrize(
    ("judged", "said"),
    [
        (GOOD, {}),
        (REFUSED, {}),  # open by its mapper: that is what `by_mapper` is for
        (DROPPED, {"MSS": "blocked / silent-drop"}),
        (UNKNOWN_PORT, {"MSS": "inconclusive / no-known-listener"}),
        (judgement(Verdict.UNREACHABLE), {"MSS": "unreachable"}),
        (judgement(Verdict.PENDING), {"MSS": "pending"}),
    ],
)
def test_what_is_said_where_the_way_is_not_open(judged: Judgement, said: dict[str, str]) -> None:
    assert master_reach(["MSS"], found(judged, ENDPOINT)).said == said


def test_before_the_service_s_own_port_was_asked_an_open_mapper_shows_nothing() -> None:
    """A round tells of the mapper at once, and of a silent port only when it has asked it again."""
    planned: Newest = {**found(GOOD, EPM), ("MSS", ENDPOINT): None}
    reach = master_reach(["MSS"], planned)
    assert (reach.way, reach.said) == (UNSURE, {"MSS": "not asked"})
    assert asked_of("MSS", planned) is None
    shut: Newest = {**found(SILENT, EPM), ("MSS", ENDPOINT): None}
    assert master_reach(["MSS"], shut).way is SHUT


# Addresses of one of them.

ONE, TWO = "192.0.2.31", "192.0.2.32"


def at_two(check: Check, one: Judgement, two: Judgement) -> Results:
    seen = result(Verdict.UNREACHABLE, Cause.NO_ANSWER, of=path(check), addresses=[at(ONE, one), at(TWO, two)])
    return {("MSS", check): Found(seen, 100.0)}


@pytest.mark.parametrize(
    ("endpoint", "mapper", "way"),
    [
        ((GOOD, DROPPED), (GOOD, GOOD), OPEN),
        ((DROPPED, SILENT), (GOOD, GOOD), SHUT),
        ((DROPPED, FAULT), (GOOD, GOOD), UNSURE),  # the other one was never tried
        ((SILENT, FAULT), (GOOD, SILENT), SHUT),
        ((DROPPED, UNKNOWN_PORT), (GOOD, SILENT), SHUT),  # each for a reason of its own
        ((UNKNOWN_PORT, UNKNOWN_PORT), (SILENT, GOOD), UNSURE),
        ((GONE, REFUSED), (GOOD, REFUSED), OPEN),
        ((GONE, NOT_EXPECTED), (GOOD, GOOD), UNSURE),
    ],
)
def test_one_address_that_is_open_will_do_and_only_all_of_them_are_shut(
    endpoint: tuple[Judgement, Judgement], mapper: tuple[Judgement, Judgement], way: Way
) -> None:
    newest = {**at_two(ENDPOINT, *endpoint), **at_two(EPM, *mapper)}
    assert master_reach(["MSS"], newest).way is way
    assert master_reach(["MSS"], {**at_two(ENDPOINT, *endpoint[::-1]), **at_two(EPM, *mapper[::-1])}).way is way
    assert {*of_addresses("MSS", newest)} == {ONE, TWO}


def test_a_database_is_shut_only_at_all_of_its_addresses() -> None:
    (reach,) = database_reach(["MSS"], at_two(Check.SQL, SILENT, FAULT))
    assert (reach.way, reach.said) == (UNSURE, {"MSS": "inconclusive / local-fault"})
    (reach,) = database_reach(["MSS"], at_two(Check.SQL, SILENT, DROPPED))
    assert reach.way is SHUT


# Several of them.


def of_two(first: Newest, second: Newest) -> Newest:
    return {**first, **second}


def test_one_that_is_reached_will_do_and_the_others_are_said() -> None:
    newest = of_two(found(DROPPED, ENDPOINT, "A", at=50.0), found(GOOD, ENDPOINT, "B", at=40.0, took=3.0))
    reach = master_reach(["A", "B"], newest)
    assert (reach.way, reach.peers) == (OPEN, ("B",))
    assert (reach.began, reach.found, reach.at) == (37.0, 40.0, STARTED + 40)
    assert reach.said == {"A": "blocked / silent-drop"}


def test_one_that_is_reached_will_do_while_another_was_not_asked_yet() -> None:
    reach = master_reach(["A", "B"], found(GOOD, ENDPOINT, "B"))
    assert (reach.way, reach.peers, reach.said) == (OPEN, ("B",), {"A": "not asked"})


@pytest.mark.parametrize("names", [["A", "B"], ["B", "A"]])
def test_of_several_that_are_reached_the_newest_counts(names: list[str]) -> None:
    newest = of_two(found(GOOD, ENDPOINT, "A", at=50.0, took=9.0), found(GOOD, ENDPOINT, "B", at=40.0, took=1.0))
    reach = master_reach(names, newest)
    assert (reach.way, reach.peers) == (OPEN, tuple(names))
    assert (reach.began, reach.found, reach.at) == (41.0, 50.0, STARTED + 50)
    assert reach.said == {}


def test_a_service_s_own_port_counts_before_a_newer_mapper() -> None:
    newest = of_two(found(GOOD, ENDPOINT, "A", at=40.0), found(GOOD, EPM, "B", at=50.0))
    reach = master_reach(["A", "B"], newest)
    assert (reach.found, reach.by_mapper, reach.peers) == (40.0, False, ("A", "B"))


def test_mappers_alone_are_said_to_be_that() -> None:
    newest = of_two(found(GOOD, EPM, "A", at=40.0), found(GOOD, EPM, "B", at=50.0))
    reach = master_reach(["A", "B"], newest)
    assert (reach.found, reach.by_mapper) == (50.0, True)


@pytest.mark.parametrize("names", [["A", "B"], ["B", "A"]])
def test_several_that_are_shut_are_as_old_as_the_oldest_and_began_with_the_first(names: list[str]) -> None:
    """Nobody knows that they were shut together before both were found so."""
    newest = of_two(found(DROPPED, ENDPOINT, "A", at=50.0, took=30.0), found(SILENT, ENDPOINT, "B", at=40.0, took=3.0))
    reach = master_reach(names, newest)
    assert (reach.way, reach.peers) == (SHUT, tuple(names))
    assert (reach.began, reach.found, reach.at) == (20.0, 40.0, STARTED + 50)
    assert reach.each == {"A": (20.0, 50.0), "B": (37.0, 40.0)}
    assert reach.said == {"A": "blocked / silent-drop", "B": "unreachable / no-answer"}
    assert not reach.by_mapper


@pytest.mark.parametrize("other", [UNKNOWN_PORT, FAULT, NOT_EXPECTED])
def test_one_that_is_unsure_keeps_the_others_from_being_shut(other: Judgement) -> None:
    reach = master_reach(["A", "B"], of_two(found(DROPPED, ENDPOINT, "A"), found(other, ENDPOINT, "B")))
    assert (reach.way, reach.peers) == (UNSURE, ("A", "B"))
    assert set(reach.said or {}) == {"A", "B"}


def test_one_that_was_not_asked_yet_keeps_the_others_from_being_shut() -> None:
    assert master_reach(["A", "B"], found(DROPPED, ENDPOINT, "A")).way is UNSURE


def test_any_number_comes_to_the_best_that_is_shown() -> None:
    of_way = {OPEN: GOOD, SHUT: DROPPED, UNSURE: FAULT}
    for ways in itertools.product(Way, repeat=3):
        newest: Results = {}
        for name, way in zip("ABC", ways, strict=True):
            newest |= found(of_way[way], ENDPOINT, name)
        expected = OPEN if OPEN in ways else SHUT if set(ways) == {SHUT} else UNSURE
        assert master_reach("ABC", newest).way is expected


# Databases.


def test_each_database_is_told_of_by_itself() -> None:
    newest = of_two(found(GOOD, Check.SQL, "SQL01", at=50.0), found(SILENT, Check.SQL, "SQL02", at=40.0))
    one, two, three = database_reach(["SQL01", "SQL02", "SQL03"], newest)
    assert (one.way, one.peers, one.found, one.by_mapper, one.said) == (OPEN, ("SQL01",), 50.0, False, {})
    assert (two.way, two.peers, two.found) == (SHUT, ("SQL02",), 40.0)
    assert two.said == {"SQL02": "unreachable / no-answer"}
    assert (three.way, three.peers, three.said) == (UNSURE, ("SQL03",), {"SQL03": "not asked"})
    assert database_reach([], newest) == []


def test_a_database_is_reached_by_its_own_check_alone() -> None:
    """It may be on the master secret server."""
    (reach,) = database_reach(["MSS"], found(GOOD, EPM) | found(GOOD, ENDPOINT))
    assert reach.way is UNSURE
