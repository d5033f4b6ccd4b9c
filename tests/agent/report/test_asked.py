"""What a document asks a firewall team for: the same when it is written and read again, and harmless whatever it is."""

import json
from dataclasses import replace
from math import inf, nan
from typing import Any

import pytest

from agent.ground.path import Check, Direction
from agent.ground.ports import PortSet
from agent.judge.result import Result
from agent.judge.verdict import Cause, Judgement, Proof, Verdict
from agent.report.answered import answer
from agent.report.asked import asked
from agent.report.document import document, dumps
from agent.report.request import Request, requests
from probes.state import State
from tests.agent.seen import HERE, PEER, STARTED, at, judgement, outcome, path, result, run

SHUT = Judgement(
    Verdict.PARTLY_BLOCKED,
    Cause.SILENT_DROP,
    evidence=Proof.HELD,
    blocked=PortSet.parse("57344-65535,50000"),
    suspect=PortSet.parse("49200-49300"),
)
RANGE = Result(path(Check.RPC_RANGE), SHUT, (at(PEER, SHUT, outcome(State.FILTERED, 57344)),), STARTED, 1.0)
INBOUND = replace(path(Check.RPC_RANGE, peer="NODE1"), source="NODE1", direction=Direction.INBOUND)
NO_ANSWER = judgement(Verdict.UNREACHABLE, Cause.NO_ANSWER)
CASES = {
    "a range": RANGE,
    "one port": result(
        Verdict.UNREACHABLE,
        of=path(Check.EPM),
        addresses=[at(PEER, NO_ANSWER, outcome(State.FILTERED, 135))],
        cause=Cause.NO_ANSWER,
    ),
    "told by a peer": Result(INBOUND, SHUT, (), STARTED, 0.0),
    "reachable": result(),
}


@pytest.mark.parametrize("name", CASES)
def test_what_was_written_is_read_again(name: str) -> None:
    it = run(CASES[name])
    (read,) = answer(json.loads(dumps(document(it)))).paths
    assert list(read.requests) == requests(CASES[name], it.host)
    assert bool(read.requests) == (name != "reachable")


def test_of_an_older_document_the_path_says_it() -> None:
    it = document(run(RANGE))["paths"][0]
    del it["requests"]
    assert list(asked(it, Verdict.PARTLY_BLOCKED)) == [
        Request((HERE,), PEER, ("50000", "57344-65535"), False, True),
        Request((HERE,), PEER, ("49200-49300",), False, False),
    ]


def test_of_an_older_document_the_address_that_was_spoken_from_is_taken() -> None:
    it = document(run(CASES["one port"]))["paths"][0]
    del it["requests"]
    assert list(asked(it, Verdict.UNREACHABLE)) == [Request((HERE,), PEER, ("135",), False, False)]


def test_of_an_older_document_of_an_inbound_path_names_are_all_there_is() -> None:
    it = {"source": "NODE1", "peer": "BTS01", "port": "135", "cause": "return-path", "addresses": []}
    assert list(asked(it, Verdict.BLOCKED)) == [Request(("NODE1",), "BTS01", ("135",), True, True)]


@pytest.mark.parametrize(
    "told",
    [None, 7, "x", {}, [7, None, "x"], [{"sources": 7, "destination": [], "ports": {"a": 1}}], [{}]],
)
def test_whatever_stands_there_is_read_as_nothing_worse_than_empty(told: object) -> None:
    it: dict[str, Any] = {"requests": told, "addresses": told, "blocked": told}
    for each in asked(it, Verdict.BLOCKED):
        assert all(isinstance(text, str) for text in (*each.sources, each.destination, *each.ports))


def test_what_is_read_is_plain_and_bounded() -> None:
    hostile = "\x1b[2J" + "x" * 5000
    (each,) = asked({"requests": [{"sources": [hostile], "destination": hostile, "ports": [hostile]}]}, Verdict.BLOCKED)
    for text in (*each.sources, each.destination, *each.ports):
        assert text.isprintable()
        assert len(text) <= 100


@pytest.mark.parametrize(
    ("key", "told"),
    [
        *(("seconds", number) for number in (inf, -inf, nan, 10**400, 1e300, -1e12)),
        *(("started", f"{day}T23:59:59.000{zone}") for day, zone in (("9999-12-31", "Z"), ("9999-12-31", "-12:00"))),
        ("started", "0001-01-01T00:00:00.000Z"),
        *(("started", f"{day}T10:00:00") for day in ("2026-01-01", "1969-12-31", "3001-01-01")),  # of which zone?
    ],
)
def test_a_time_that_no_date_can_name_is_refused_as_all_that_is_not_understood(key: str, told: object) -> None:
    """Whoever reads writes it down: by what a host knew, and when."""
    with pytest.raises(ValueError, match="time"):
        answer(document(run()) | {key: told})


def test_a_path_s_time_that_no_date_can_name_is_not_known() -> None:
    it = document(run(RANGE))
    for started, since in (("9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+00:00"), ("1969-12-31", "3001-01-01")):
        it["paths"][0] |= {"started": started, "since": since}
        (read,) = answer(it).paths
        assert (read.seen, read.since) == (None, None)
