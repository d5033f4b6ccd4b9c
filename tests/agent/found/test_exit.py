"""What a run comes to for a script."""

from dataclasses import replace

import pytest

from agent.found.exit import Exit, exit_code
from agent.ground.path import Check, Direction
from agent.ground.ports import PortSet
from agent.judge.result import Result
from agent.judge.verdict import Cause, Proof, Verdict
from tests.agent.seen import path, result

V, C = Verdict, Cause


def of(check: Check, verdict: Verdict, cause: Cause | None = None, peer: str = "MSS") -> Result:
    return result(verdict, cause, of=path(check, peer=peer))


GOOD = of(Check.SQL, V.REACHABLE)
RANGE = of(Check.RPC_RANGE, V.INCONCLUSIVE, C.NO_KNOWN_LISTENER)
ENDPOINT = of(Check.RPC_ENDPOINT, V.REACHABLE)


@pytest.mark.parametrize(
    ("results", "usual", "strict"),
    [
        ([GOOD], 0, 0),
        ([], 0, 0),
        *(([GOOD, of(Check.EPM, verdict)], 1, 1) for verdict in (V.BLOCKED, V.PARTLY_BLOCKED, V.UNREACHABLE)),
        *(([GOOD, of(Check.EPM, verdict)], 1, 1) for verdict in (V.SERVICE_DOWN, V.UNRESOLVED)),
        *(([GOOD, of(Check.EPM, verdict)], 3, 3) for verdict in (V.INCONCLUSIVE, V.PENDING)),
        ([of(Check.EPM, V.INCONCLUSIVE, C.LOCAL_FAULT), of(Check.SQL, V.BLOCKED)], 1, 1),
        ([GOOD, RANGE], 3, 3),
        ([ENDPOINT, RANGE], 0, 3),
        (
            [ENDPOINT, replace(RANGE, judgement=replace(RANGE.judgement, evidence=Proof.HELD))],
            3,
            3,
        ),  # an agent listened
        ([RANGE, ENDPOINT], 0, 3),
        ([ENDPOINT, RANGE, of(Check.RPC_RANGE, V.INCONCLUSIVE, C.NO_KNOWN_LISTENER, "MSS2")], 3, 3),  # another peer's
        ([of(Check.RPC_ENDPOINT, V.UNREACHABLE, C.NO_ANSWER), RANGE], 1, 1),
        ([of(Check.RPC_ENDPOINT, V.INCONCLUSIVE, C.LOCAL_FAULT), RANGE], 3, 3),
        ([ENDPOINT, of(Check.RPC_RANGE, V.INCONCLUSIVE, C.MIDDLEBOX)], 3, 3),  # inconclusive for another reason
        ([ENDPOINT, of(Check.RPC_RANGE, V.BLOCKED, C.ICMP_REJECT)], 1, 1),
        ([of(Check.EPM, V.REACHABLE), of(Check.RPC_ENDPOINT, V.INCONCLUSIVE, C.NO_KNOWN_LISTENER)], 3, 3),
        ([of(Check.RPC_ENDPOINT, V.INCONCLUSIVE, C.NO_KNOWN_LISTENER), RANGE], 3, 3),  # no proof, no pardon
        ([of(Check.EPM, V.SERVICE_DOWN, C.NOT_REGISTERED), ENDPOINT], 1, 1),
        ([of(Check.EPM, V.INCONCLUSIVE, C.NOT_REGISTERED), ENDPOINT], 3, 3),
        ([of(Check.SQL, V.INCONCLUSIVE, C.NO_KNOWN_LISTENER), ENDPOINT], 3, 3),  # not the range's
        ([ENDPOINT, RANGE, of(Check.EPM, V.INCONCLUSIVE, C.QUERY_REFUSED)], 3, 3),
    ],
)
def test_the_exit_code(results: list[Result], usual: int, strict: int) -> None:
    assert exit_code(results, strict=False) == usual
    assert exit_code(results, strict=True) == strict


def test_a_range_with_a_suspect_interval_is_not_forgiven() -> None:
    found = replace(RANGE, judgement=replace(RANGE.judgement, suspect=PortSet.parse("57344-65535")))
    assert exit_code([ENDPOINT, found], strict=False) == 3


def test_a_part_of_a_range_that_a_person_asked_about_is_not_forgiven() -> None:
    found = replace(RANGE, path=replace(RANGE.path, within=PortSet.parse("49152-65535")))
    assert exit_code([ENDPOINT, found], strict=False) == 3


def inwards(one: Result) -> Result:
    return replace(one, path=replace(one.path, direction=Direction.INBOUND))


@pytest.mark.parametrize(
    ("results", "usual"),
    [
        ([GOOD, inwards(of(Check.EPM, V.BLOCKED, C.SILENT_DROP))], 1),
        ([GOOD, inwards(of(Check.EPM, V.INCONCLUSIVE, C.AGENT_SILENT))], 3),
        ([GOOD, inwards(of(Check.EPM, V.PENDING))], 3),
        ([inwards(ENDPOINT), inwards(RANGE)], 0),
        ([inwards(ENDPOINT), RANGE], 3),  # what it proves is the other way
        ([ENDPOINT, inwards(RANGE)], 3),
    ],
)
def test_what_was_asked_of_peers_counts_like_what_was_asked_here(results: list[Result], usual: int) -> None:
    assert exit_code(results, strict=False) == usual


def test_results_may_come_as_a_stream() -> None:
    assert exit_code(iter([ENDPOINT, RANGE]), strict=False) == 0


def test_the_codes_are_those_documented() -> None:
    assert {code.name: int(code) for code in Exit} == {
        "OK": 0,
        "BAD": 1,
        "USAGE": 2,
        "INCONCLUSIVE": 3,
        "OURS": 4,
        "INTERRUPTED": 130,
    }
