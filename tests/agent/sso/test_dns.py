"""Names that lead to the old node: what shows it, and what only looks so."""

from collections.abc import Collection, Mapping, Sequence

import pytest

from agent.found.finding import Finding, Kind
from agent.ground.path import Check
from agent.judge.result import AddressResult, Result
from agent.judge.verdict import Cause, Judgement, Verdict
from agent.site.topology import Host, Node
from agent.sso.dns import stale_from_afar, stale_on_node
from agent.sso.part import Part, Place
from agent.sso.reach import Found, Newest
from agent.sso.seen import Condition
from tests.agent.seen import at, judgement, path, result
from tests.agent.sso.standing import host, part, service

NAME, ALIAS = "mss.contoso.test", "sso.contoso.test"
OLD, NEW, THIRD = "192.0.2.21", "198.51.100.21", "203.0.113.21"

GOOD = judgement(Verdict.REACHABLE)
SILENT = judgement(Verdict.UNREACHABLE, Cause.NO_ANSWER)
BLOCKED = judgement(Verdict.BLOCKED, Cause.SILENT_DROP)
ABSENT = judgement(Verdict.SERVICE_DOWN, Cause.NOT_REGISTERED)
GONE = judgement(Verdict.UNRESOLVED, Cause.NAME_RESOLUTION)
REFUSES = judgement(Verdict.INCONCLUSIVE, Cause.QUERY_REFUSED)
UNTRIED = judgement(Verdict.INCONCLUSIVE, Cause.LOCAL_FAULT)
LOSSY = judgement(Verdict.INCONCLUSIVE, Cause.LOSSY_PATH)
PENDING = judgement(Verdict.PENDING)

Seen = Sequence[tuple[str, str | None, Judgement]]  # by which entry of the file, where, what


def found_of(
    seen: Seen, configured: Sequence[str], check: Check = Check.RPC_ENDPOINT, whole: Judgement = GOOD
) -> Found:
    each: list[AddressResult] = [at(address, judged, name=name) for name, address, judged in seen]
    return Found(result(whole.verdict, whole.cause, of=path(check, addresses=configured), addresses=each), 100.0)


def from_afar(
    seen: Seen,
    configured: Sequence[str] = (NAME, NEW),
    nodes: tuple[Node, ...] = (),
    check: Check = Check.RPC_ENDPOINT,
) -> list[Finding]:
    master = Host("MSS", host().roles, tuple(configured), nodes)
    return stale_from_afar([master], {("MSS", check): found_of(seen, configured, check)})


STALE: Seen = [(NAME, OLD, SILENT), (NEW, NEW, GOOD)]


def test_the_service_is_not_where_the_name_leads_but_at_another_address_of_the_host() -> None:
    (found,) = from_afar(STALE)
    assert (found.peer, found.kind) == ("MSS", Kind.DNS_STALE)
    assert found.detail.startswith(
        f"The name {NAME} last gave {OLD}, unreachable / no-answer; the SSO service answers at {NEW}, an address of "
        "MSS that the name did not give."
    )
    for part_of_it in ("HostRecordTTL, 1200 s unless changed", "SSO services of other servers", "look the same."):
        assert part_of_it in found.detail
    assert "`ipconfig /flushdns`" in found.remedy


@pytest.mark.parametrize("judged", [SILENT, BLOCKED, ABSENT, judgement(Verdict.UNREACHABLE, Cause.REFUSED)])
def test_whatever_keeps_the_name_s_address_from_working(judged: Judgement) -> None:
    (found,) = from_afar([(NAME, OLD, judged), (NEW, NEW, GOOD)])
    assert f"last gave {OLD}, {judged.verdict} / {judged.cause};" in found.detail


@pytest.mark.parametrize(
    ("seen", "configured"),
    [
        ([], (NAME, NEW)),
        ([(NAME, OLD, GOOD), (NEW, NEW, GOOD)], (NAME, NEW)),
        ([(NAME, OLD, GOOD), (NEW, NEW, SILENT)], (NAME, NEW)),
        ([(NAME, OLD, SILENT), (NEW, NEW, SILENT)], (NAME, NEW)),  # all are down
        ([(NAME, OLD, SILENT)], (NAME,)),
        ([(NAME, OLD, SILENT), (NAME, NEW, GOOD)], (NAME,)),  # the name gives both, as of several subnets
        ([(NAME, OLD, SILENT), (NAME, NEW, GOOD)], (NAME, NEW)),
        ([(NAME, OLD, SILENT), (NAME, NEW, GOOD), (THIRD, THIRD, GOOD)], (NAME, THIRD)),
        ([(NAME, OLD, UNTRIED), (NEW, NEW, GOOD)], (NAME, NEW)),
        ([(NAME, OLD, LOSSY), (NEW, NEW, GOOD)], (NAME, NEW)),
        ([(NAME, OLD, PENDING), (NEW, NEW, GOOD)], (NAME, NEW)),
        ([(NAME, OLD, REFUSES), (NEW, NEW, GOOD)], (NAME, NEW)),  # a mapper is there
        ([(NAME, OLD, SILENT), (NAME, THIRD, UNTRIED), (NEW, NEW, GOOD)], (NAME, NEW)),
        ([(NAME, None, GONE), (NEW, NEW, GOOD)], (NAME, NEW)),  # a name without an address is another finding
        ([(NAME, OLD, SILENT), (NEW, NEW, UNTRIED)], (NAME, NEW)),
        ([(NAME, OLD, SILENT), (NEW, NEW, LOSSY)], (NAME, NEW)),
        ([(NAME, OLD, SILENT), (NEW, NEW, PENDING)], (NAME, NEW)),
        ([(OLD, OLD, SILENT), (NEW, NEW, GOOD)], (OLD, NEW)),  # no name at all
        ([("2001:db8::21", "2001:db8::21", SILENT), (NEW, NEW, GOOD)], ("2001:db8::21", NEW)),
        # What an earlier entry of the file gives is not shown under the name, which may give it too.
        ([(NEW, NEW, GOOD), (NAME, OLD, SILENT)], (NEW, NAME)),
        ([(NAME, OLD, SILENT), (NEW, NEW, GOOD)], (NEW, NAME)),
        ([(OLD, OLD, SILENT), (NEW, NEW, GOOD)], (OLD, NEW, NAME)),
        ([(NAME, NEW, GOOD), (ALIAS, OLD, SILENT)], (NAME, ALIAS)),
    ],
)
def test_what_shows_nothing(seen: Seen, configured: Sequence[str]) -> None:
    assert from_afar(seen, configured) == []


def test_nothing_was_asked_yet_or_the_round_broke() -> None:
    assert stale_from_afar([host("MSS", NAME, NEW)], {}) == []
    assert stale_from_afar([], {("MSS", Check.RPC_ENDPOINT): found_of(STALE, (NAME, NEW))}) == []
    broken = Result(path(Check.RPC_ENDPOINT, addresses=(NAME, NEW)), UNTRIED, (), 0.0, 0.0)
    assert stale_from_afar([host("MSS", NAME, NEW)], {("MSS", Check.RPC_ENDPOINT): Found(broken, 1.0)}) == []


@pytest.mark.parametrize("seen", [STALE, STALE[::-1]])
def test_the_order_of_the_file_counts_and_not_that_of_the_results(seen: Seen) -> None:
    assert len(from_afar(seen)) == 1


def test_all_addresses_are_told_and_an_earlier_one_is_passed_over() -> None:
    seen = [(THIRD, THIRD, GOOD), (NAME, OLD, SILENT), (NAME, "2001:db8::21", UNTRIED)]
    configured = (THIRD, NAME, NEW, "198.51.100.22")
    assert from_afar([*seen, (NEW, NEW, GOOD)], configured) == []  # one could not be tried
    seen[2] = (NAME, "2001:db8::21", BLOCKED)
    (found,) = from_afar([*seen, (NEW, NEW, GOOD), ("198.51.100.22", "198.51.100.22", GOOD)], configured)
    assert f"gave {OLD}, unreachable / no-answer, 2001:db8::21, blocked / silent-drop;" in found.detail
    assert f"answers at {NEW}, 198.51.100.22, an address" in found.detail


def test_each_stale_name_has_its_own() -> None:
    seen = [(NAME, OLD, SILENT), (ALIAS, THIRD, SILENT), (NEW, NEW, GOOD)]
    found = from_afar(seen, (NAME, ALIAS, NEW))
    assert [each.detail.split(" last")[0] for each in found] == [f"The name {NAME}", f"The name {ALIAS}"]


def test_another_name_that_works_shows_it_as_well() -> None:
    (found,) = from_afar([(NAME, OLD, SILENT), (ALIAS, NEW, GOOD)], (NAME, ALIAS))
    assert f"The name {NAME} last gave {OLD}" in found.detail


def test_a_host_without_an_address_is_known_by_its_name() -> None:
    (found,) = from_afar([("MSS", OLD, SILENT), (NEW, NEW, GOOD)], ("MSS", NEW))
    assert found.detail.startswith(f"The name MSS last gave {OLD}")


@pytest.mark.parametrize(
    ("check", "there", "who"),
    [
        (Check.RPC_ENDPOINT, GOOD, "the SSO service answers"),
        (Check.RPC_ENDPOINT, REFUSES, "an endpoint mapper answers"),
        (Check.EPM, GOOD, "an endpoint mapper answers"),
        (Check.EPM, REFUSES, "an endpoint mapper answers"),
    ],
)
def test_what_answers_is_not_called_more_than_it_is(check: Check, there: Judgement, who: str) -> None:
    (found,) = from_afar([(NAME, OLD, SILENT), (NEW, NEW, there)], check=check)
    assert f"; {who} at {NEW}" in found.detail


def test_one_mapper_among_services_makes_mappers_of_them() -> None:
    (found,) = from_afar([(NAME, OLD, SILENT), (NEW, NEW, GOOD), (THIRD, THIRD, REFUSES)], (NAME, NEW, THIRD))
    assert f"; an endpoint mapper answers at {NEW}, {THIRD}, an address" in found.detail


def test_where_the_mapper_refuses_to_tell_its_own_path_decides() -> None:
    newest: Newest = {
        ("MSS", Check.RPC_ENDPOINT): found_of([(NAME, OLD, SILENT), (NEW, NEW, REFUSES)], (NAME, NEW)),
        ("MSS", Check.EPM): found_of(STALE, (NAME, NEW), Check.EPM),
    }
    assert len(stale_from_afar([host("MSS", NAME, NEW)], newest)) == 1


NODES = (Node("NODE1", ("node1.contoso.test", "2001:DB8::0:31", OLD)), Node("NODE2", ("192.0.2.32",)))


@pytest.mark.parametrize(
    ("gives", "told"),
    [
        (OLD, f"gave {OLD} (NODE1 in the file),"),
        ("192.0.2.32", "gave 192.0.2.32 (NODE2 in the file),"),
        ("2001:db8::31", "gave 2001:db8::31 (NODE1 in the file),"),
        ("2001:db8::31%3", "gave 2001:db8::31%3 (NODE1 in the file),"),
        (THIRD, f"gave {THIRD},"),
    ],
)
def test_the_node_of_the_old_address_is_named_where_the_file_has_it(gives: str, told: str) -> None:
    (found,) = from_afar([(NAME, gives, SILENT), (NEW, NEW, GOOD)], nodes=NODES)
    assert told in found.detail
    assert "`Update-ClusterNetworkNameResource`" in found.remedy
    assert "HostRecordTTL" in found.remedy


def test_a_plain_server_has_no_cluster_to_register_it() -> None:
    (found,) = from_afar(STALE)
    assert "Cluster" not in found.remedy
    assert "correct its record in the name service" in found.remedy


def test_hosts_are_told_apart() -> None:
    newest: dict[tuple[str, Check], Found] = {
        ("MSS", Check.RPC_ENDPOINT): found_of([(NAME, OLD, GOOD)], (NAME, NEW)),
        ("MSS2", Check.RPC_ENDPOINT): found_of(STALE, (NAME, NEW)),
    }
    found = stale_from_afar([host("MSS", NAME, NEW), host("MSS2", NAME, NEW)], newest)
    assert [each.peer for each in found] == ["MSS2"]


def test_many_addresses_and_long_names_are_cut() -> None:
    long = f"{'a' * 63}.{'b' * 63}.test"
    many = [f"192.0.2.{number}" for number in range(1, 17)]
    (found,) = from_afar([*((long, each, SILENT) for each in many), (NEW, NEW, GOOD)], (long, NEW))
    assert "192.0.2.4, unreachable / no-answer and 12 more;" in found.detail
    assert long not in found.detail
    assert f"The name {'a' * 59}… last" in found.detail


def test_text_that_is_no_address_is_made_plain() -> None:
    (found,) = from_afar([(NAME, "192.0.2.21\x1b[31m\nEVIL\u202e", SILENT), (NEW, NEW, GOOD)])
    assert found.detail.isprintable()


# On a node of the cluster.

OWN = ("192.0.2.31", NEW, "2001:db8::31")
Names = Mapping[str, Collection[str]]


def node(*addresses: str, nodes: tuple[Node, ...] = NODES) -> Part:
    cluster = Host("MSS", host().roles, addresses, nodes)
    return part(Place.MASTER, here="NODE2", clusters=(cluster,))


def on_node(of: Part, resolved: Names, condition: Condition = Condition.RUNNING) -> list[Finding]:
    return stale_on_node(of, service(condition), OWN, resolved)


def test_the_cluster_is_here_and_its_name_leads_elsewhere() -> None:
    (found,) = on_node(node(NAME, NEW), {NAME: (OLD,)})
    assert (found.peer, found.kind) == ("MSS", Kind.DNS_STALE)
    assert found.detail.startswith(
        f"NODE2 runs the SSO service and has the address {NEW} of MSS, but here the name {NAME} gives "
        f"{OLD} (NODE1 in the file), which is not on NODE2."
    )
    assert "HostRecordTTL, 1200 s unless changed" in found.detail
    assert "0x800706D9" not in found.detail
    for step in ("`ipconfig /flushdns`", "`Update-ClusterNetworkNameResource`", "HostRecordTTL"):
        assert step in found.remedy


def test_without_a_literal_address_the_service_may_be_what_is_in_the_wrong_place() -> None:
    (found,) = on_node(node(NAME), {NAME: (THIRD,)})
    assert found.detail.startswith(
        f"NODE2 runs the SSO service, but here the name {NAME} of the cluster MSS gives {THIRD}, which is not on NODE2."
    )
    for cause in ("the record is old", "HostRecordTTL", "a monitor that restarts services", "SSOSecretServer"):
        assert cause in found.detail
    assert found.detail.endswith("0x800706D9.")
    for step in ("`Get-ClusterGroup`", "`ipconfig /flushdns`", "stop the SSO service on NODE2"):
        assert step in found.remedy


@pytest.mark.parametrize(
    ("addresses", "resolved"),
    [
        ((NAME,), {}),  # nobody answered
        ((NAME,), {NAME: ()}),
        ((NAME,), {NAME: (NEW,)}),
        ((NAME,), {NAME: (OLD, NEW)}),  # all are registered; one of them is here
        ((NAME,), {NAME: ("2001:DB8:0::31",)}),
        ((NAME,), {NAME: ("2001:db8::31%eth0",)}),
        ((NAME,), {ALIAS: (OLD,)}),  # not the cluster's
        ((NAME, NEW), {NAME: (NEW,)}),
        ((NAME, NEW), {NAME: (OLD, NEW)}),
        ((NAME, NEW), {}),
        ((NAME, OLD), {NAME: (OLD,)}),  # this node is not the active one
        ((NAME, OLD), {NAME: (THIRD,)}),
        ((NAME, OLD, THIRD), {NAME: (OLD,)}),
        ((NAME, "2001:db8::99"), {NAME: (OLD,)}),
        ((NEW,), {}),  # no name
        ((OLD,), {}),
        ((OLD, NEW), {NEW: (OLD,)}),
    ],
)
def test_what_shows_nothing_on_a_node(addresses: Sequence[str], resolved: Names) -> None:
    assert on_node(node(*addresses), resolved) == []


@pytest.mark.parametrize("condition", [each for each in Condition if each is not Condition.RUNNING])
def test_a_node_on_which_the_service_does_not_run_says_nothing(condition: Condition) -> None:
    assert on_node(node(NAME, NEW), {NAME: (OLD,)}, condition) == []
    assert on_node(node(NAME), {NAME: (OLD,)}, condition) == []


@pytest.mark.parametrize("place", Place)
def test_a_machine_that_is_no_node_of_a_master_secret_cluster_says_nothing(place: Place) -> None:
    assert on_node(part(place, masters=(host("MSS", NAME),)), {NAME: (OLD,)}) == []


def test_one_of_several_literal_addresses_is_enough_to_be_the_active_node() -> None:
    (found,) = on_node(node(NAME, OLD, NEW), {NAME: (OLD,)})
    assert f"has the address {NEW} of MSS" in found.detail


@pytest.mark.parametrize("written", ["2001:DB8:0:0::31", "2001:db8::31"])
def test_spellings_of_an_address_make_no_difference(written: str) -> None:
    (found,) = on_node(node(NAME, written), {NAME: ("2001:DB8:0::32",)})
    assert "has the address 2001:db8::31 of MSS" in found.detail
    assert "gives 2001:db8::32" in found.detail


def test_of_two_names_the_one_that_leads_elsewhere_is_told() -> None:
    (found,) = on_node(node(NAME, ALIAS), {NAME: (NEW,), ALIAS: (OLD,)})
    assert f"the name {ALIAS} of the cluster" in found.detail


def test_a_name_that_stands_there_twice_is_told_once() -> None:
    assert len(on_node(node(NAME, NAME, NEW), {NAME: (OLD,)})) == 1


def test_each_cluster_is_looked_at_by_itself() -> None:
    active, passive = node(NAME, NEW).clusters[0], Host("MSS2", host().roles, (ALIAS, OLD), NODES)
    both = part(Place.MASTER, here="NODE2", clusters=(active, passive))
    (found,) = on_node(both, {NAME: (THIRD,), ALIAS: (OLD,)})
    assert found.peer == "MSS"


@pytest.mark.parametrize(
    ("count", "told"),
    [
        (1, "gives 203.0.113.1, which"),
        (4, "gives 203.0.113.1, 203.0.113.2, 203.0.113.3, 203.0.113.4, which"),
        (5, "203.0.113.3, 203.0.113.4 and 1 more, which"),
        (16, "203.0.113.3, 203.0.113.4 and 12 more, which"),
    ],
)
def test_many_addresses_of_a_name_are_cut_on_a_node_too(count: int, told: str) -> None:
    (found,) = on_node(node(NAME), {NAME: [f"203.0.113.{number}" for number in range(1, count + 1)]})
    assert told in found.detail
