"""How available the master secret is, in the documentation's words, and what could be missing."""

import pytest

from agent.sso.availability import AddressState, Availability
from agent.sso.state import Why
from agent.sso.words.compose import words
from tests.agent.sso.standing import NOW, host, part, standing

UP, DOWN, OPEN_QUESTION = AddressState.REACHABLE, AddressState.UNREACHABLE, AddressState.UNKNOWN
ONE, TWO = "192.0.2.31", "192.0.2.32"


def available(*masters: tuple[str, tuple[str, ...], dict[str, AddressState]], state: Availability) -> str:
    hosts = tuple(host(name, *addresses, nodes=nodes) for name, nodes, addresses in masters)
    addresses = {name: addresses for name, _, addresses in masters}
    of = part(masters=hosts, standbys=(host("SPARE"),))
    return words(standing(Why.OPEN, of, addresses=addresses, availability=state), NOW).availability


NODES = ("NODE1", "NODE2")
AVAILABILITY = [
    ((), {ONE: UP}, Availability.AVAILABLE, "Available, but not highly available: its only address answers."),
    (
        (),
        {ONE: UP, TWO: DOWN},
        Availability.AVAILABLE,
        "not highly available: 1 of 2 addresses answers; one spare is missing: 192.0.2.32.",
    ),
    (
        (),
        {ONE: UP, TWO: UP},
        Availability.HIGHLY_AVAILABLE,
        "Highly available, if these are addresses of several machines: 2 of 2 addresses answer.",
    ),
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
