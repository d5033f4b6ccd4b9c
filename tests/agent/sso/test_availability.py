"""How available the master secret is, and what is counted for it."""

from collections.abc import Mapping

import pytest

from agent.ground.path import Check
from agent.judge.result import Result
from agent.judge.verdict import Cause, Judgement, Verdict
from agent.site.topology import Host
from agent.sso.availability import (
    Addresses,
    AddressState,
    Availability,
    addresses_of,
    counted,
    seen_from_afar,
    seen_from_itself,
)
from agent.sso.reach import Found, Newest
from tests.agent.seen import at, judgement, path, result
from tests.agent.sso.standing import host

UP, DOWN, UNKNOWN = AddressState
HIGH, ONE, NONE, NOBODY_KNOWS = Availability
NODES = ("NODE1", "NODE2")
NAME = "mss.contoso.test"

GOOD = judgement(Verdict.REACHABLE)
SILENT = judgement(Verdict.UNREACHABLE, Cause.NO_ANSWER)
GONE = judgement(Verdict.UNRESOLVED, Cause.NAME_RESOLUTION)
REFUSES = judgement(Verdict.INCONCLUSIVE, Cause.QUERY_REFUSED)
UNTRIED = judgement(Verdict.INCONCLUSIVE, Cause.LOCAL_FAULT)


def asked(
    *addresses: tuple[str | None, Judgement],
    peer: str = "MSS",
    check: Check = Check.RPC_ENDPOINT,
    whole: Judgement = GOOD,
) -> Newest:
    found = result(
        whole.verdict, whole.cause, of=path(check, peer=peer), addresses=[at(where, each) for where, each in addresses]
    )
    return {(peer, check): Found(found, 100.0)}


def test_the_words_are_these() -> None:
    """They are a metric's labels, and part of the JSON's schema."""
    assert [*Availability] == ["highly-available", "available", "not-available", "unknown"]
    assert [*AddressState] == ["reachable", "unreachable", "unknown"]


# What was found of each address.


@pytest.mark.parametrize(
    ("judged", "state"),
    [
        (GOOD, UP),
        (REFUSES, UP),  # the mapper is there and does not tell; more cannot be known
        (SILENT, DOWN),
        (GONE, DOWN),
        (judgement(Verdict.BLOCKED, Cause.SILENT_DROP), DOWN),
        (judgement(Verdict.PARTLY_BLOCKED, Cause.ICMP_REJECT), DOWN),
        (judgement(Verdict.SERVICE_DOWN, Cause.NOT_REGISTERED), DOWN),
        (UNTRIED, UNKNOWN),
        (judgement(Verdict.INCONCLUSIVE, Cause.LOSSY_PATH), UNKNOWN),
        (judgement(Verdict.PENDING), UNKNOWN),
    ],
)
def test_an_address_is_as_it_was_judged(judged: Judgement, state: AddressState) -> None:
    assert addresses_of([host()], asked(("192.0.2.21", judged))) == {"MSS": {"192.0.2.21": state}}


def test_every_verdict_and_cause_has_a_state() -> None:
    for verdict in Verdict:
        for cause in (None, *Cause):
            found = addresses_of([host()], asked(("192.0.2.21", judgement(verdict, cause))))
            assert isinstance(found["MSS"]["192.0.2.21"], AddressState)


def test_what_answers_to_a_name_is_counted_and_not_the_name() -> None:
    newest = asked(("192.0.2.21", GOOD), ("2001:db8::21", SILENT), (None, GONE))
    assert addresses_of([host("MSS", NAME)], newest) == {"MSS": {"192.0.2.21": UP, "2001:db8::21": DOWN, NAME: DOWN}}


@pytest.mark.parametrize(
    ("configured", "counts"),
    [
        (["192.0.2.21"], ["192.0.2.21"]),
        ([NAME, "192.0.2.21"], [NAME, "192.0.2.21"]),
        (["2001:DB8:0::21"], ["2001:db8::21"]),
        (["2001:DB8:0::21", "2001:db8::21"], ["2001:db8::21"]),
        (["::ffff:192.0.2.21", "192.0.2.21"], ["192.0.2.21"]),
    ],
)
def test_before_anything_was_asked_what_is_configured_is_unknown(configured: list[str], counts: list[str]) -> None:
    """In the spelling of the results, so that nothing counts twice once one host was asked and another was not."""
    assert addresses_of([host("MSS", *configured)], {}) == {"MSS": dict.fromkeys(counts, UNKNOWN)}


def test_after_a_round_that_broke_the_addresses_are_unknown_and_not_gone() -> None:
    broken = Result(path(Check.RPC_ENDPOINT), UNTRIED, (), 0.0, 0.0)
    found = addresses_of([host("MSS", "192.0.2.21")], {("MSS", Check.RPC_ENDPOINT): Found(broken, 100.0)})
    assert found == {"MSS": {"192.0.2.21": UNKNOWN}}
    assert seen_from_afar([host("MSS", "192.0.2.21")], found) is Availability.UNKNOWN


def test_the_service_s_own_port_decides_unless_the_mapper_refuses_to_tell_it() -> None:
    mapper = asked(("192.0.2.21", GOOD), check=Check.EPM)
    assert addresses_of([host()], mapper) == {"MSS": {"192.0.2.21": UP}}
    assert addresses_of([host()], {**mapper, **asked(("192.0.2.21", SILENT))}) == {"MSS": {"192.0.2.21": DOWN}}
    refused = asked(("192.0.2.21", REFUSES))
    assert addresses_of([host()], {**mapper, **refused}) == {"MSS": {"192.0.2.21": UP}}


def test_each_host_has_its_own() -> None:
    newest = {**asked(("192.0.2.21", GOOD)), **asked(("192.0.2.22", SILENT), peer="MSS2")}
    found = addresses_of([host("MSS"), host("MSS2"), host("MSS3")], newest)
    assert found == {"MSS": {"192.0.2.21": UP}, "MSS2": {"192.0.2.22": DOWN}, "MSS3": {"MSS3": UNKNOWN}}
    assert addresses_of([], newest) == {}


# How many there are.


@pytest.mark.parametrize(
    ("addresses", "counts"),
    [
        ({}, (0, 0, 0)),
        ({"MSS": {}}, (0, 0, 0)),
        ({"MSS": {"192.0.2.21": UP, "192.0.2.22": DOWN, "192.0.2.23": UNKNOWN}}, (1, 1, 1)),
        ({"MSS": {"192.0.2.21": UP}, "MSS2": {"192.0.2.22": UP}}, (2, 0, 0)),
        ({"MSS": {"192.0.2.21": UP}, "MSS2": {"192.0.2.21": UP}}, (1, 0, 0)),
        ({"MSS": {"192.0.2.21": DOWN}, "MSS2": {"192.0.2.21": UP}}, (1, 0, 0)),
        ({"MSS": {"192.0.2.21": UP}, "MSS2": {"192.0.2.21": DOWN}}, (1, 0, 0)),
        ({"MSS": {"192.0.2.21": UNKNOWN}, "MSS2": {"192.0.2.21": DOWN}}, (0, 1, 0)),
        ({"MSS": {"192.0.2.21": DOWN}, "MSS2": {"192.0.2.21": UNKNOWN}}, (0, 1, 0)),
        ({"MSS": {"192.0.2.21": UP}, "MSS2": {"192.0.2.21": UNKNOWN}}, (1, 0, 0)),
    ],
)
def test_an_address_that_two_hosts_share_counts_once_as_what_is_best(
    addresses: Addresses, counts: tuple[int, int, int]
) -> None:
    found = counted(addresses)
    assert (found[UP], found[DOWN], found[UNKNOWN]) == counts


# What it comes to.

PLAIN, OTHER, CLUSTER = host("MSS"), host("MSS2"), host("MSS", nodes=NODES)


@pytest.mark.parametrize(
    ("masters", "addresses", "expected"),
    [
        ([PLAIN], {"MSS": {"192.0.2.21": UP}}, ONE),
        ([PLAIN], {"MSS": {"192.0.2.21": DOWN}}, NONE),
        ([PLAIN], {"MSS": {"192.0.2.21": UNKNOWN}}, NOBODY_KNOWS),
        ([PLAIN], {"MSS": {"192.0.2.21": UP, "192.0.2.22": UP}}, HIGH),
        ([PLAIN], {"MSS": {"192.0.2.21": UP, "192.0.2.22": DOWN}}, ONE),
        ([PLAIN], {"MSS": {"192.0.2.21": UP, "192.0.2.22": UNKNOWN}}, ONE),
        ([PLAIN], {"MSS": {"192.0.2.21": DOWN, "192.0.2.22": UNKNOWN}}, NOBODY_KNOWS),
        ([PLAIN], {"MSS": {"192.0.2.21": DOWN, "192.0.2.22": DOWN}}, NONE),
        ([CLUSTER], {"MSS": {"192.0.2.21": UP}}, HIGH),  # two nodes, of which one can fail
        ([CLUSTER], {"MSS": {"192.0.2.21": UP, "198.51.100.21": DOWN}}, HIGH),  # one in each subnet
        ([CLUSTER], {"MSS": {"192.0.2.21": DOWN}}, NONE),
        ([CLUSTER], {"MSS": {"192.0.2.21": UNKNOWN}}, NOBODY_KNOWS),
        ([host("MSS", nodes=("NODE1",))], {"MSS": {"192.0.2.21": UP, "198.51.100.21": UP}}, ONE),
        ([PLAIN, OTHER], {"MSS": {"192.0.2.21": UP}, "MSS2": {"192.0.2.22": UP}}, HIGH),
        ([PLAIN, OTHER], {"MSS": {"192.0.2.21": UP}, "MSS2": {"192.0.2.22": DOWN}}, ONE),
        ([PLAIN, OTHER], {"MSS": {"192.0.2.21": UP}, "MSS2": {"192.0.2.22": UNKNOWN}}, ONE),
        ([PLAIN, OTHER], {"MSS": {"192.0.2.21": DOWN}, "MSS2": {"192.0.2.22": UNKNOWN}}, NOBODY_KNOWS),
        ([PLAIN, OTHER], {"MSS": {"192.0.2.21": DOWN}, "MSS2": {"192.0.2.22": DOWN}}, NONE),
        (
            [PLAIN, OTHER],
            {"MSS": {"192.0.2.21": UP}, "MSS2": {"192.0.2.21": UP}},
            ONE,
        ),  # one machine, twice in the file
        ([CLUSTER, OTHER], {"MSS": {"192.0.2.21": DOWN}, "MSS2": {"192.0.2.22": UP}}, ONE),
        ([], {}, NOBODY_KNOWS),  # nobody is asked
        ([PLAIN], {}, NOBODY_KNOWS),
        ([PLAIN], {"MSS": {}}, NOBODY_KNOWS),
    ],
)
def test_from_afar(masters: list[Host], addresses: Addresses, expected: Availability) -> None:
    assert seen_from_afar(masters, addresses) is expected


def test_two_clusters_on_one_node_can_miss_it_as_little_as_one() -> None:
    """Windows names: case does not count."""
    masters = [host("MSS", nodes=("NODE1",)), host("MSS2", nodes=("node1",))]
    up: Mapping[str, Mapping[str, AddressState]] = {"MSS": {"192.0.2.21": UP}, "MSS2": {"192.0.2.22": UP}}
    assert seen_from_afar(masters, up) is Availability.AVAILABLE


def test_a_failover_ends_an_outage_and_no_more() -> None:
    """From the rounds' results to the word for them: the address of one subnet goes, that of the other comes."""
    cluster = host("MSS", NAME, nodes=NODES)
    for one, other, expected in ((GOOD, SILENT, HIGH), (SILENT, SILENT, NONE), (SILENT, GOOD, HIGH)):
        addresses = addresses_of([cluster], asked(("192.0.2.21", one), ("198.51.100.21", other)))
        assert seen_from_afar([cluster], addresses) is expected


@pytest.mark.parametrize(
    ("nodes", "expected"),
    [
        ([], ONE),  # no cluster
        ([("NODE1",)], ONE),
        ([NODES], HIGH),
        ([("NODE1",), NODES], HIGH),
        ([NODES, ("NODE1",)], HIGH),
    ],
)
def test_on_the_master_itself_nodes_count(nodes: list[tuple[str, ...]], expected: Availability) -> None:
    assert seen_from_itself(host(f"MSS{at}", nodes=each) for at, each in enumerate(nodes)) is expected
