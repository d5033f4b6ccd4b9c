"""Answers about names, and what they come to."""

import ipaddress
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.found.finding import Finding, Kind
from agent.ground.path import Check
from agent.ground.roles import Role
from agent.site.topology import Host, Node
from agent.survey.called import Peer, peers_of
from agent.survey.names import LONGEST_SHOWN, MOST_REVERSED, names_findings, to_look_up, to_reverse
from probes.resolve import Answer
from tests.agent.seen import path

HERE, THERE = "192.0.2.21", "192.0.2.99"
LONG = "mss.contoso.test"
NONE = "the name service: Name or service not known"
HUNG = "the name service did not answer within 3 s"
BY_NAME = Peer("MSS", (LONG,))
BY_ADDRESS = Peer("MSS", (HERE,))

Said = Sequence[str] | None  # None: no answer; empty: the answer is that there is none


def answers(said: Mapping[str, Said]) -> dict[str, Answer]:
    return {asked: answer(asked, found) for asked, found in said.items()}


def answer(asked: str, found: Said) -> Answer:
    if found is None:
        return Answer(asked, (), 3.0, HUNG)
    return Answer(asked, tuple(found), 0.001, "" if found else NONE, denied=not found)


def findings(peer: Peer, forward: Mapping[str, Said], reverse: Mapping[str, Said] | None = None) -> list[Finding]:
    return names_findings(peer, answers(forward), answers(reverse or {}))


def kinds(peer: Peer, forward: Mapping[str, Said], reverse: Mapping[str, Said] | None = None) -> list[Kind]:
    return [each.kind for each in findings(peer, forward, reverse)]


@pytest.mark.parametrize("name", [LONG, "mss.contoso.test.", "MSS", "MSS.fabrikam.test", "mss"])
def test_names_that_agree(name: str) -> None:
    assert findings(BY_NAME, {LONG: [HERE], "mss": [HERE]}, {HERE: [name]}) == []


def test_a_reverse_name_of_another_machine() -> None:
    (found,) = findings(BY_NAME, {LONG: [HERE], "mss": [HERE]}, {HERE: ["old7.contoso.test"]})
    assert (found.peer, found.kind) == ("MSS", Kind.NAMES_DISAGREE)
    assert found.detail == (
        "mss.contoso.test gives 192.0.2.21, but the name of that address in reverse is old7.contoso.test."
    )
    assert "reverse record" in found.remedy
    assert found.remedy.endswith(".")


def test_a_reverse_name_that_is_not_the_hosts_where_the_file_has_the_address() -> None:
    (found,) = findings(BY_ADDRESS, {"MSS": []}, {HERE: ["old7.contoso.test"]})
    assert found.kind == Kind.NAMES_DISAGREE
    assert found.detail.startswith("MSS is at 192.0.2.21 in the file, but")
    assert "old7.contoso.test" in found.detail


def test_the_hosts_own_name_will_do_for_an_alias() -> None:
    """The address is an alias, the name the machine's."""
    peer = Peer("BTS07", ("sso.contoso.test",))
    assert findings(peer, {"sso.contoso.test": [HERE], "sso": [HERE]}, {HERE: ["bts07.contoso.test"]}) == []


def test_one_of_several_reverse_names_will_do() -> None:
    assert findings(BY_ADDRESS, {}, {HERE: ["www.contoso.test", "mss.contoso.test"]}) == []


@pytest.mark.parametrize("said", [(), None])
def test_no_reverse_name_is_no_finding(said: Said) -> None:
    assert findings(BY_NAME, {LONG: [HERE], "mss": [HERE]}, {HERE: said}) == []
    assert findings(BY_NAME, {LONG: [HERE], "mss": [HERE]}) == []


def test_each_address_is_looked_at() -> None:
    forward = {LONG: [HERE, THERE], "mss": [HERE]}
    (found,) = findings(BY_NAME, forward, {HERE: ["mss.contoso.test"], THERE: ["gone.contoso.test"]})
    assert THERE in found.detail


def test_a_short_name_that_leads_elsewhere() -> None:
    (found,) = findings(BY_NAME, {LONG: [HERE], "mss": [THERE]})
    assert found.kind == Kind.NAMES_DISAGREE
    assert found.detail == "mss gives 192.0.2.99, but mss.contoso.test gives 192.0.2.21."
    assert "MSDTC calls back" in found.remedy


def test_a_short_name_that_leads_elsewhere_than_the_file() -> None:
    (found,) = findings(BY_ADDRESS, {"MSS": [THERE]})
    assert found.detail == "MSS gives 192.0.2.99, but MSS is at 192.0.2.21 in the file."


@pytest.mark.parametrize(
    "short",
    [
        [HERE],
        [THERE, HERE],
        ["2001:db8::21"],  # an address of the other kind: nothing to compare it with
        ["fe80::1%3"],  # means something on one link only
        ["fe80::1"],
        None,  # no answer
    ],
)
def test_a_short_name_that_may_be_the_same_machine(short: Said) -> None:
    assert findings(BY_NAME, {LONG: [HERE], "mss": short}) == []
    assert findings(BY_ADDRESS, {"MSS": short}) == []


def test_other_kinds_of_address_do_not_hide_that_one_leads_elsewhere() -> None:
    assert kinds(BY_NAME, {LONG: [HERE], "mss": [THERE, "2001:db8::21"]}) == [Kind.NAMES_DISAGREE]
    assert kinds(Peer("MSS", ("2001:DB8:0::21",)), {"MSS": ["2001:db8::21"]}) == []


def test_nothing_is_elsewhere_while_an_address_of_the_peer_is_unknown() -> None:
    peer = Peer("MSS", (LONG, "mss2.contoso.test"))
    forward: dict[str, Said] = {LONG: [HERE], "mss": [THERE], "mss2": [THERE], "mss2.contoso.test": None}
    assert findings(peer, forward) == []
    assert len(findings(peer, {**forward, "mss2.contoso.test": []})) == 2


def test_a_short_name_that_gives_no_address_though_the_long_one_does() -> None:
    (found,) = findings(BY_NAME, {LONG: [HERE], "mss": []})
    assert (found.peer, found.kind) == ("MSS", Kind.SHORT_NAME_UNRESOLVED)
    assert found.detail == (
        "mss.contoso.test gives 192.0.2.21, but the short name mss gives no address "
        "(the name service: Name or service not known)."
    )
    assert "suffix" in found.remedy


def test_a_short_name_that_gives_no_address_though_the_reverse_name_has_it() -> None:
    (found,) = findings(BY_ADDRESS, {"MSS": []}, {HERE: ["mss.contoso.test"]})
    assert found.kind == Kind.SHORT_NAME_UNRESOLVED
    assert "192.0.2.21 has the name mss.contoso.test, but the short name MSS" in found.detail


@pytest.mark.parametrize(
    ("peer", "forward"),
    [
        (BY_ADDRESS, {"MSS": []}),  # it may be but a word in the file
        (Peer("Secrets", (LONG,)), {LONG: [HERE], "mss": [HERE], "Secrets": []}),  # so may this
        (BY_NAME, {LONG: [], "mss": []}),  # the path says so
        (BY_NAME, {LONG: None, "mss": []}),
        (BY_NAME, {LONG: [HERE], "mss": None}),  # the name service's trouble
        (BY_NAME, {LONG: None, "mss": None}),
        (BY_NAME, {}),
        (Peer("mss", ("mss",)), {"mss": []}),
        (Peer("MSS", ("mss",)), {"mss": [HERE]}),
    ],
)
def test_what_is_no_disagreement(peer: Peer, forward: Mapping[str, Said]) -> None:
    assert findings(peer, forward) == []


def test_a_host_that_is_named_after_its_address_has_no_name_to_compare() -> None:
    """As `probe once --master ADDRESS` does."""
    for name, address in (("192.0.2.21", HERE), ("2001-db8-1234-5678--21", "2001:db8:1234:5678::21")):
        peer = Peer(name, (address,))
        assert to_look_up(peer) == ()
        assert to_reverse(peer, {}) == ()
        assert findings(peer, {}, {address: ["mss.contoso.test"]}) == []


def test_what_only_this_machine_knows_is_not_asked_for() -> None:
    peer = Peer("MSS", ("127.0.0.2", "::1", "fe80::1%eth0"))
    assert to_look_up(peer) == ()
    assert to_reverse(peer, {}) == ()
    assert findings(peer, {}, {"127.0.0.2": ["localhost"]}) == []


def test_what_is_asked() -> None:
    peer = Peer("MSS", (LONG, HERE, "mss-secondary-node.contoso.test"))
    assert to_look_up(peer) == (LONG, "mss-secondary-node.contoso.test", "mss", "mss-secondary-n")
    forward = answers({LONG: [THERE, HERE, "2001:db8::21"], "mss": ["192.0.2.77"]})
    assert to_reverse(peer, forward) == (THERE, HERE, "2001:db8::21")


def test_a_name_server_cannot_make_us_ask_without_end() -> None:
    forward = answers({LONG: [f"192.0.2.{last}" for last in range(1, 100)]})
    assert len(to_reverse(BY_NAME, forward)) == MOST_REVERSED


TOO_LONG = "contoso-master-secret.contoso.test"
CUT = "contoso-master-"


@pytest.mark.parametrize("peer", [Peer("MSS", (TOO_LONG,)), Peer("contoso-master-secret", (HERE,))])
def test_a_name_that_netbios_cuts(peer: Peer) -> None:
    forward: dict[str, Said] = {TOO_LONG: [HERE]}
    (found,) = findings(peer, forward)
    assert (found.peer, found.kind) == (peer.name, Kind.NAME_TOO_LONG)
    assert (
        "contoso-master-secret has 21 characters and NetBIOS carries 15: MSDTC calls it contoso-master-."
        in found.detail
    )
    assert "at most 15" in found.remedy
    (unknown,) = findings(peer, {**forward, CUT: []})
    assert f"MSDTC calls it {CUT}, and {CUT} gives no address ({NONE})." in unknown.detail
    (elsewhere,) = findings(peer, {**forward, CUT: [THERE]})
    assert f"and {CUT} gives {THERE}." in elsewhere.detail
    assert [each.kind for each in findings(peer, {**forward, CUT: None})] == [Kind.NAME_TOO_LONG]


def test_a_cut_name_that_leads_to_the_peer_does_no_harm() -> None:
    assert findings(Peer("MSS", (TOO_LONG,)), {TOO_LONG: [HERE], CUT: [HERE]}, {HERE: ["CONTOSO-MASTER-"]}) == []


@pytest.mark.parametrize("name", ["a" * 15, "a" * 15 + ".contoso.test"])
def test_a_name_that_just_fits(name: str) -> None:
    assert findings(Peer("MSS", (name,)), {name: [HERE], "a" * 15: [HERE]}) == []
    assert findings(Peer("MSS", (name,)), {name: [HERE]}) == []


def test_a_short_name_among_the_configured_ones_is_not_exempt() -> None:
    assert kinds(Peer("MSS", (LONG, "mss")), {LONG: [HERE], "mss": []}) == [Kind.SHORT_NAME_UNRESOLVED]


def test_a_long_word_for_a_host_whose_machine_has_a_name_is_no_matter() -> None:
    assert findings(Peer("the-master-secret-server", (LONG,)), {LONG: [HERE], "mss": [HERE]}) == []


NODES = (Node("NODE1", ("192.0.2.31",)), Node("second", ("node2.contoso.test",)))
CLUSTER = Host("MSS", (Role.MASTER_SECRET,), (HERE,), NODES)
SQL = Host("SQL01", (Role.SSO_DATABASE,), (HERE,))
BTS = Host("BTS01", (Role.PROCESSING,), ("bts01.contoso.test",))


def test_a_clusters_address_may_have_the_name_of_a_node_or_of_another_host_of_the_file() -> None:
    (peer,) = peers_of([path(addresses=[HERE]), path(Check.RPC_RANGE, addresses=[HERE])], [CLUSTER, SQL, BTS])
    assert (peer.name, peer.addresses) == ("MSS", (HERE,))
    for name in ("mss", "node1.contoso.test", "SECOND", "node2", "sql01.contoso.test"):
        assert kinds(peer, {}, {HERE: [name]}) == []
    for name in ("bts01.contoso.test", "node3"):
        assert kinds(peer, {}, {HERE: [name]}) == [Kind.NAMES_DISAGREE]


def test_each_peer_of_the_paths_in_their_order() -> None:
    paths = [path(peer="SQL01"), path(peer="BTS01", addresses=["bts01.contoso.test"]), path(peer="SQL01")]
    assert [each.name for each in peers_of(paths, [BTS, SQL])] == ["SQL01", "BTS01"]


def test_an_address_in_another_spelling_is_the_same_one() -> None:
    hosts = [Host("SQL01", (Role.SSO_DATABASE,), ("2001:DB8::0:21",)), Host("A", (), ("X.test",))]
    one, other = peers_of([path(addresses=["2001:db8::21"]), path(peer="B", addresses=["x.TEST"])], hosts)
    assert "SQL01" in one.also
    assert "A" in other.also


def test_many_long_names_from_the_network_do_not_fill_the_sentence() -> None:
    hostile = [f"{letter}\x1b[2J{'x' * 240}" for letter in "abcdefgh"]
    (found,) = findings(BY_ADDRESS, {}, {HERE: hostile})
    assert len(found.detail) < 200 + 4 * LONGEST_SHOWN
    assert found.detail.endswith("… and 4 more.")


WORDS = st.sampled_from(["mss", "MSS", LONG, TOO_LONG, "a" * 40, "x", "", ".", "ä.\x00", "\udc80", HERE, "2001:db8::1"])
ADDRESSES = st.sampled_from([HERE, THERE, "2001:db8::1", "2001:db8::2", "127.0.0.1", "fe80::1%3"])
FOUND = st.one_of(st.none(), st.lists(ADDRESSES, max_size=3))
NAMED = st.one_of(st.none(), st.lists(WORDS, max_size=3))


@given(
    st.builds(Peer, WORDS.filter(bool), st.lists(st.one_of(WORDS, ADDRESSES), min_size=1, max_size=3).map(tuple)),
    st.dictionaries(WORDS, FOUND),
    st.dictionaries(ADDRESSES, NAMED),
)
def test_whatever_is_answered_comes_to_bounded_findings_of_this_peer(
    peer: Peer, forward: Mapping[str, Said], reverse: Mapping[str, Said]
) -> None:
    for found in findings(peer, forward, reverse):
        assert found.peer == peer.name
        assert found.kind in (Kind.NAMES_DISAGREE, Kind.SHORT_NAME_UNRESOLVED, Kind.NAME_TOO_LONG)
        assert len(found.detail) < 1000
        assert found.detail.endswith(".")
    for address in to_reverse(peer, answers(forward)):
        assert not ipaddress.ip_address(address).is_loopback


@given(
    st.builds(Peer, st.just("MSS"), st.lists(st.sampled_from([LONG, HERE, "mss"]), min_size=1).map(tuple)),
    st.dictionaries(WORDS, st.none()),
    st.dictionaries(ADDRESSES, st.one_of(st.none(), st.just(()))),
)
def test_a_name_service_that_does_not_answer_accuses_nobody(
    peer: Peer, forward: Mapping[str, Said], reverse: Mapping[str, Said]
) -> None:
    assert findings(peer, forward, reverse) == []
