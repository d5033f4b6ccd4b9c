"""The JSON document, against the one in the documentation, key by key."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.found.finding import Finding, Kind
from agent.found.ledger import Ledger
from agent.ground.path import Check
from agent.ground.ports import PortSet
from agent.ground.text import timestamp
from agent.judge.coverage import Coverage, RangeState
from agent.judge.result import Result
from agent.judge.verdict import Cause, Judgement, Proof, Verdict
from agent.report.document import document, dumps
from probes.state import State
from probes.wire.icmp import Icmp
from tests.agent.seen import HERE, PEER, ROUTER, STARTED, at, judgement, outcome, path, result, run
from tests.held import HeldClock

# The documented example, its placeholders filled in.
EXAMPLE = json.loads("""
{"schema": 1, "site": "contoso", "host": "BTS01", "started": "2026-01-01T10:00:00.000Z", "seconds": 1.3,
 "verdict": "partly-blocked",
 "paths": [{"source": "BTS01", "peer": "MSS", "check": "rpc-range", "direction": "outbound", "port": "49152-65535",
   "verdict": "partly-blocked", "cause": "silent-drop", "detail": "x", "remedy": "x", "evidence": "held",
   "rejected_by": null, "blocked": ["57344-65535"], "passes": ["49152-57343"], "suspect": [], "confirmed": true,
   "tested": 66, "largest_untested": 1023, "attempts": {"open": 44, "filtered": 82}, "seconds": 0.8,
   "addresses": [{"address": "203.0.113.10", "verdict": "partly-blocked", "cause": "silent-drop"}]}],
 "findings": [], "sso": {"state": "normal", "last_contact": "x"}}
""")
MORE_OF_A_PATH = {"started", "since", "last_reachable", "requests"}
MORE_OF_AN_ADDRESS = {"name", "rejected_by", "state", "icmp", "source", "started", "seconds", "detail", "phases"}


def range_result() -> Result:
    judged = Judgement(
        Verdict.PARTLY_BLOCKED,
        Cause.ICMP_REJECT,
        "Seen.",
        "Do.",
        Proof.REPLY,
        ROUTER,
        PortSet.parse("57344,57346-57350,49200"),
        PortSet.parse("49152"),
        coverage=Coverage({RangeState.OPEN: 66, RangeState.UNTESTED: 16_318}, 1023),
    )
    seen = [outcome(State.OPEN, 49152), outcome(State.REJECTED, 57344, icmp=Icmp(4, 3, 13, ROUTER))]
    return Result(path(Check.RPC_RANGE), judged, (at(PEER, judged, *seen),), STARTED, 0.8004)


def test_the_document_has_the_documented_keys_and_types() -> None:
    found = document(run(range_result()))
    assert list(found) == list(EXAMPLE)
    (one,), (example,) = found["paths"], EXAMPLE["paths"]
    assert set(one) == set(example) | MORE_OF_A_PATH
    assert [key for key in one if key in example] == list(example)
    assert set(one["addresses"][0]) == set(example["addresses"][0]) | MORE_OF_AN_ADDRESS
    assert set(EXAMPLE["sso"]) <= set(found["sso"])
    for key, value in example.items():
        assert type(one[key]) is type(value) or None in (one[key], value), key
    for key, value in EXAMPLE.items():
        assert type(found[key]) is type(value), key


def test_the_document_says_what_was_found() -> None:
    found = document(run(range_result()))
    assert (found["schema"], found["site"], found["host"]) == (1, "contoso", "BTS01")
    assert (found["started"], found["seconds"], found["verdict"]) == (
        "2026-01-01T10:00:00.000Z",
        1.25,
        "partly-blocked",
    )
    (one,) = found["paths"]
    expected = {
        "source": "BTS01",
        "peer": "MSS",
        "check": "rpc-range",
        "direction": "outbound",
        "port": "49152-65535",
        "verdict": "partly-blocked",
        "cause": "icmp-reject",
        "evidence": "reply",
        "rejected_by": ROUTER,
        "blocked": ["49200", "57344", "57346-57350"],
        "passes": ["49152"],
        "suspect": [],
        "requests": [
            {
                "sources": [HERE],
                "destination": PEER,
                "ports": ["49200", "57344", "57346-57350"],
                "answers": False,
                "certain": True,
            }
        ],
        "confirmed": False,
        "tested": 66,
        "largest_untested": 1023,
        "attempts": {"open": 1, "rejected": 1},
        "seconds": 0.8,
        "started": "2026-01-01T10:00:00.000Z",
        "since": None,
        "last_reachable": None,
        "detail": "Seen.",
        "remedy": "Do.",
    }
    assert {key: value for key, value in one.items() if key != "addresses"} == expected


def test_an_address_with_one_port_carries_its_newest_attempt() -> None:
    refused = outcome(State.REJECTED, icmp=Icmp(4, 3, 13, ROUTER), seconds=0.0123456789)
    judged = replace(judgement(Verdict.BLOCKED, Cause.ICMP_REJECT), rejected_by=ROUTER)
    one = result(Verdict.BLOCKED, addresses=[at(PEER, judged, outcome(State.FILTERED), refused)])
    assert document(run(one))["paths"][0]["addresses"] == [
        {
            "address": PEER,
            "name": "mss.contoso.test",
            "verdict": "blocked",
            "cause": "icmp-reject",
            "rejected_by": ROUTER,
            "state": "rejected",
            "icmp": "3/13",
            "seconds": 0.012346,
            "phases": {"resolve": 0.0, "connect": 0.012346},
            "detail": "Seen.",
            "source": {"address": HERE, "port": 50000},
            "started": "2026-01-01T10:00:00.000Z",
        }
    ]


def test_an_address_with_many_ports_carries_no_single_attempt() -> None:
    """That of the last port would say nothing about the others."""
    (found,) = document(run(range_result()))["paths"][0]["addresses"]
    assert [found[key] for key in ("state", "icmp", "source", "started", "seconds")] == [None] * 5
    assert found["verdict"] == "partly-blocked"


def test_a_name_without_an_address_is_there_with_null() -> None:
    one = result(Verdict.UNRESOLVED, addresses=[at(None, judgement(Verdict.UNRESOLVED), name="nobody.test")])
    (found,) = document(run(one))["paths"][0]["addresses"]
    assert (found["address"], found["name"], found["state"]) == (None, "nobody.test", None)


def test_what_was_not_asked_yet_has_no_time() -> None:
    pending = result(Verdict.PENDING, started=0.0, seconds=0.0)
    (found,) = document(run(pending))["paths"]
    assert (found["verdict"], found["cause"], found["started"]) == ("pending", None, None)


def test_of_an_agent_it_is_known_since_when_and_when_it_was_last_reachable() -> None:
    clock = HeldClock()
    ledger = Ledger([path(), path(Check.SQL)], clock)
    for found in (
        result(started=clock.time(), seconds=1.0),
        result(Verdict.BLOCKED, Cause.SILENT_DROP, started=clock.time() + 60, seconds=1.0),
        result(Verdict.BLOCKED, Cause.SILENT_DROP, started=clock.time() + 120, seconds=1.0),
    ):
        ledger.record(found)
    told = document(run(*ledger.results()), ledger.known())["paths"]
    assert [(each["last_reachable"], each["since"]) for each in told] == [
        (timestamp(clock.time() + 1), timestamp(clock.time() + 61)),
        (None, None),
    ]


@pytest.mark.parametrize(
    ("verdicts", "whole"),
    [
        ([], "pending"),
        ([Verdict.REACHABLE], "reachable"),
        ([Verdict.REACHABLE, Verdict.INCONCLUSIVE], "inconclusive"),
        ([Verdict.UNREACHABLE, Verdict.PARTLY_BLOCKED, Verdict.REACHABLE], "partly-blocked"),
        ([Verdict.UNREACHABLE, Verdict.BLOCKED], "blocked"),
    ],
)
def test_the_whole_documents_verdict_is_its_worst_paths(verdicts: list[Verdict], whole: str) -> None:
    assert document(run(*map(result, verdicts)))["verdict"] == whole


@pytest.mark.parametrize("verdict", Verdict)
@pytest.mark.parametrize("cause", [None, *Cause])
def test_machines_get_the_identifiers(verdict: Verdict, cause: Cause | None) -> None:
    (found,) = document(run(result(verdict, cause)))["paths"]
    assert (found["verdict"], found["cause"]) == (verdict.value, cause.value if cause else None)
    assert type(found["verdict"]) is str


def test_findings_are_told() -> None:
    noted = Finding("MSS", Kind.NAME_STALE, "Gone.\x1b[2J", "Mend it.")
    found = document(replace(run(), findings=[noted]))["findings"]
    assert found == [{"peer": "MSS", "kind": "name-stale", "detail": "Gone.\\x1b[2J", "remedy": "Mend it."}]


@given(st.text(st.characters(codec=None)))
def test_hostile_text_is_json_like_any_other(text: str) -> None:
    one = result(Verdict.BLOCKED, detail=text, addresses=[at(PEER, judgement(Verdict.BLOCKED, detail=text))])
    told = dumps(document(run(one)))
    told.encode()
    found = json.loads(told)["paths"][0]
    assert found["detail"].isprintable()
    assert found["addresses"][0]["detail"].isprintable()
    assert len(found["detail"]) <= 1000


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "1970-01-01T00:00:00.000Z"),
        (STARTED + 0.9996, "2026-01-01T10:00:00.999Z"),
        (STARTED + 86_399, "2026-01-02T09:59:59.000Z"),
    ],
)
def test_times_are_utc_with_milliseconds(seconds: float, text: str) -> None:
    assert timestamp(seconds) == text
