"""What was found shut, by the documents of several hosts: that alone is asked for, and what is not known is told."""

from typing import Any

import pytest

from agent.permit.merged import merged
from agent.permit.missing import Missing, missing
from agent.permit.settled import settled
from agent.report.answered import Answer, answer
from agent.site.topology import site_of
from tests.agent.permit.sites import NAMES, Packet, config, expanded

SITE = config(rpc='{dynamic_ports: "50000-50999"}')
BTS01, MSS, NODE1, SQL01 = "192.0.2.11", "192.0.2.30", "192.0.2.31", "192.0.2.51"
EARLY, LATE = "2026-01-01T10:00:00.000Z", "2026-01-01T11:00:00.000Z"


def path(source: str, peer: str, check: str, verdict: str, **keys: Any) -> dict[str, Any]:
    port = {"sql": "1433", "epm": "135", "rpc-endpoint": "dynamic", "rpc-range": "50000-50999"}[check]
    given = {"source": source, "peer": peer, "check": check, "direction": "outbound", "port": port, "verdict": verdict}
    return given | {"cause": None, "evidence": "held", "suspect": [], "requests": [], "started": EARLY} | keys


def asks(source: str, to: str, *ports: str, answers: bool = False, certain: bool = True) -> dict[str, Any]:
    return {"sources": [source], "destination": to, "ports": [*ports], "answers": answers, "certain": certain}


def document(host: str, *paths: dict[str, Any]) -> Answer:
    return answer(
        {"site": "contoso", "host": host, "started": EARLY, "seconds": 1.0, "paths": [*paths], "findings": []}
    )


def shut(found: Missing) -> set[Packet]:
    return expanded(merged(settled(found.wanted, NAMES).permits))


def of(*answers: Answer, unclear: bool = False) -> Missing:
    return missing(SITE, site_of(SITE), answers, unclear=unclear)


RANGE = path("BTS01", "MSS", "rpc-range", "partly-blocked", requests=[asks(BTS01, MSS, "50100-50102", "50900")])
GOOD = [path("BTS01", "SQL01", "sql", "reachable"), path("BTS01", "MSS", "epm", "reachable")]


def tcp(source: str, to: str, *ports: int) -> set[Packet]:
    return {("required", source, to, "TCP", port) for port in ports}


def test_only_what_was_found_shut_is_asked_for() -> None:
    found = of(document("BTS01", RANGE, *GOOD))
    assert shut(found) == tcp(BTS01, MSS, 50100, 50101, 50102, 50900)
    assert found.look_at == found.questions == ()


def test_what_is_missing_keeps_the_reason_of_its_requirement() -> None:
    (one,) = of(document("BTS01", RANGE)).wanted
    assert [why.reason for why in one.whys] == [
        "Secondary RPC ports used to retrieve the secret key from the master secret server."
    ]


def test_several_hosts_make_one_request() -> None:
    back = path("NODE1", "BTS01", "epm", "blocked", requests=[asks(NODE1, BTS01, "135")])
    found = of(document("BTS01", RANGE), document("NODE1", back))
    assert shut(found) == tcp(BTS01, MSS, 50100, 50101, 50102, 50900) | tcp(NODE1, BTS01, 135)


def test_what_a_peer_told_is_asked_for_by_the_addresses_of_the_configuration() -> None:
    inbound = path("NODE1", "BTS01", "epm", "blocked", direction="inbound", requests=[asks("NODE1", "BTS01", "135")])
    assert shut(of(document("BTS01", inbound))) == tcp(NODE1, BTS01, 135)


def test_what_a_cluster_s_node_was_told_is_of_the_cluster() -> None:
    inbound = path("BTS01", "NODE1", "epm", "blocked", direction="inbound", requests=[asks("BTS01", "NODE1", "135")])
    assert shut(of(document("NODE1", inbound))) == tcp(BTS01, MSS, 135)


def test_who_measured_knows_better_than_who_was_told_and_the_newest_best() -> None:
    inbound = path(
        "BTS01", "NODE1", "epm", "blocked", direction="inbound", started=LATE, requests=[asks("BTS01", "NODE1", "135")]
    )
    assert shut(of(document("NODE1", inbound), document("BTS01", *GOOD))) == set()
    again = path("BTS01", "MSS", "epm", "blocked", started=LATE, requests=[asks(BTS01, MSS, "135")])
    for answers in (
        [document("BTS01", *GOOD), document("BTS01", again)],
        [document("BTS01", again), document("BTS01", *GOOD)],
    ):
        assert shut(of(*answers)) == tcp(BTS01, MSS, 135)


def test_answers_that_are_dropped_are_asked_for_as_answers() -> None:
    lost = path("BTS01", "MSS", "rpc-range", "partly-blocked", requests=[asks(BTS01, MSS, "50100", answers=True)])
    (one,) = of(document("BTS01", lost)).wanted
    assert one.answers


UNCLEAR = path("BTS01", "MSS", "epm", "unreachable", requests=[asks(BTS01, MSS, "135", certain=False)])


def test_what_is_not_shown_is_to_be_looked_at_and_no_rule() -> None:
    found = of(document("BTS01", UNCLEAR))
    assert found.wanted == ()
    assert found.look_at == ("BTS01 to MSS, RPC endpoint mapper: 192.0.2.11 → 192.0.2.30, TCP 135",)


def test_it_is_a_rule_if_that_is_wanted() -> None:
    found = of(document("BTS01", UNCLEAR), unclear=True)
    assert (shut(found), found.look_at) == (tcp(BTS01, MSS, 135), ())


@pytest.mark.parametrize("verdict", ["inconclusive", "pending", "unresolved"])
def test_what_is_not_known_is_a_question(verdict: str) -> None:
    found = of(document("BTS01", path("BTS01", "MSS", "epm", verdict, cause="agent-silent")))
    assert found.questions == (
        f"BTS01 to MSS, RPC endpoint mapper: not known whether it is shut ({verdict}, agent-silent)",
    )
    assert found.wanted == ()


def test_a_range_of_which_nothing_is_shown_is_no_question_where_the_port_that_matters_is_reachable() -> None:
    nobody = path("BTS01", "MSS", "rpc-range", "inconclusive", cause="no-known-listener", evidence="none")
    port = path("BTS01", "MSS", "rpc-endpoint", "reachable")
    assert len(of(document("BTS01", nobody)).questions) == 1
    assert of(document("BTS01", nobody, port)).questions == ()


def test_whose_document_is_missing_is_told() -> None:
    notes = of(document("BTS01", RANGE, *GOOD)).notes
    assert any("BTS02" in note and "NODE1" in note and "--from" in note for note in notes)


def test_the_port_of_the_day_is_told_to_be_one() -> None:
    day = path("BTS01", "MSS", "rpc-endpoint", "blocked", requests=[asks(BTS01, MSS, "50321")])
    found = of(document("BTS01", day))
    assert shut(found) == tcp(BTS01, MSS, 50321)
    assert any("50321 is where the service listens today" in note for note in found.notes)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (asks(BTS01, MSS, "22"), "port 22 is none that it needs"),
        (asks(BTS01, MSS, "50100", "1-65535"), "is none that it needs"),
        (asks(BTS01, MSS, "x; rm -rf /"), "nobody knows the port"),
        (asks("203.0.113.99", MSS, "50100"), "203.0.113.99 is no address of BTS01"),
        (asks(BTS01, MSS), "nobody knows the port"),
    ],
)
def test_a_document_gets_nothing_opened_that_the_configuration_does_not_have(asked: dict[str, Any], said: str) -> None:
    found = of(document("BTS01", path("BTS01", "MSS", "rpc-range", "blocked", requests=[asked])))
    assert found.wanted == ()
    assert [line for line in found.questions if said in line]


def test_a_strange_address_of_a_host_without_names_is_left_out() -> None:
    back = path("NODE1", "BTS01", "epm", "blocked", requests=[asks(NODE1, "203.0.113.99", "135")])
    found = of(document("NODE1", back))
    assert found.wanted == ()
    assert "203.0.113.99 is no address of BTS01" in found.questions[0]


FORGED = path("BTS02", "SQL01", "sql", "blocked", requests=[asks("203.0.113.99", SQL01, "1433")])
RIGHT = path("BTS02", "SQL01", "sql", "blocked", requests=[asks("192.0.2.12", SQL01, "1433")])


def test_nothing_is_opened_for_an_address_to_which_the_name_of_its_host_does_not_lead() -> None:
    """Whoever writes the document of one host would else have the database opened for any machine."""
    done = settled(of(document("BTS02", FORGED)).wanted, NAMES)
    assert done.permits == ()
    assert done.questions == (
        "203.0.113.99 is told to be an address of BTS02, and bts02.contoso.test does not lead there now: its rules are "
        "missing; write it in the configuration if it is right",
    )
    assert shut(of(document("BTS02", RIGHT))) == tcp("192.0.2.12", SQL01, 1433)


def test_where_no_name_is_looked_up_that_is_said_of_each_address_that_a_document_tells() -> None:
    done = settled(of(document("BTS02", FORGED)).wanted, None)
    assert "203.0.113.99 is told to be an address of BTS02, which nobody looked up" in done.questions[0]


def test_what_is_not_in_the_configuration_is_a_question() -> None:
    found = of(
        document("BTS01", path("BTS01", "EVIL", "epm", "blocked", requests=[asks(BTS01, "203.0.113.99", "135")]))
    )
    assert found.wanted == ()
    assert found.questions == ("the document of BTS01 tells of BTS01 to EVIL, epm: not in the configuration",)


def test_a_browser_that_is_shut_is_asked_for_over_udp() -> None:
    of_instance = config(
        "site: contoso\nhosts:\n  - {name: BTS01, role: processing, address: 192.0.2.11}\n"
        "  - {name: MSS, role: master-secret, address: 192.0.2.30}\n"
        "  - {name: SQL01, role: sso-database, address: 192.0.2.51, instance: PROD}\n".replace("\\\n", "\n")
    )
    silent = path("BTS01", "SQL01", "sql", "blocked", port="PROD", requests=[asks(BTS01, SQL01, "1434")])
    found = missing(of_instance, site_of(of_instance), [document("BTS01", silent)])
    assert shut(found) == {("required", BTS01, SQL01, "UDP", 1434)}


def test_a_shut_range_whose_edges_are_not_certain_may_be_longer_and_that_is_told() -> None:
    """What is asked for then is shown to be shut, and perhaps not all of it: nothing is left out without a word."""
    found = of(document("BTS01", RANGE | {"confirmed": False}, *GOOD))
    assert shut(found) == tcp(BTS01, MSS, 50100, 50101, 50102, 50900)
    (question,) = found.questions
    assert "not every edge of what is shut was asked again (50100-50102, 50900)" in question
    assert of(document("BTS01", RANGE | {"confirmed": True}, *GOOD)).questions == ()


@pytest.mark.parametrize("requests", [[], [asks(BTS01, MSS, "135", certain=False)]])
def test_what_is_shut_and_asks_for_nothing_is_told(requests: list[dict[str, Any]]) -> None:
    found = of(document("BTS01", path("BTS01", "MSS", "epm", "blocked", requests=requests)))
    assert found.wanted == ()
    assert any("blocked, and its document does not tell what to ask for" in each for each in found.questions)
