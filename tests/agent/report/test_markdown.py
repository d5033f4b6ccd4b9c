"""The evidence for a firewall team: every attempt, and no markup but ours."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from agent.ground.path import Check, Direction
from agent.ground.ports import NO_PORTS, PortSet
from agent.judge.result import AddressResult, FarEnd, Result, Seen, which
from agent.judge.verdict import Cause, Judgement, Proof, Verdict
from agent.report.evidence import FAR, HEADINGS
from agent.report.markdown import render
from agent.report.telling import MOST
from probes.outcome import Endpoint, Outcome
from probes.state import State
from probes.wire.icmp import Icmp
from tests.agent.seen import HERE, PEER, ROUTER, STARTED, at, judgement, outcome, path, result, run

HOSTILE = "| x | y |\n# heading\n<script>alert(1)</script> ![i](http://evil.example) `code` \x1b[2J \u202e"


def rows(text: str) -> list[list[str]]:
    """The cells of every row of every table."""
    return [
        [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in text.splitlines() if line[:1] == "|"
    ]


def test_every_attempt_is_listed_with_both_ends_and_its_time() -> None:
    seen = [outcome(State.FILTERED), outcome(State.REJECTED, icmp=Icmp(4, 3, 13, ROUTER))]
    blocked = result(
        Verdict.BLOCKED,
        Cause.ICMP_REJECT,
        addresses=[at(PEER, judgement(Verdict.BLOCKED), *seen)],
        detail="It is shut.",
    )
    text = render(run(blocked))
    assert "# Reachability from BTS01, site contoso" in text
    assert "Started 2026-01-01T10:00:00.000Z, took 1.2 s; by ssoreach" in text
    assert "It is shut." in text
    assert list(HEADINGS) in rows(text)
    assert [
        "2026-01-01T10:00:00.000Z",
        "192.0.2.11 port 50000",
        "192.0.2.21 port 135",
        "TCP",
        "rejected",
        "-",
        "ICMP 3/13, communication administratively prohibited, from 192.0.2.1",
    ] in rows(text)


def test_every_path_is_in_the_summary_and_what_works_has_no_section() -> None:
    text = render(run(result(Verdict.REACHABLE), result(Verdict.UNREACHABLE, Cause.NO_ANSWER, of=path(Check.SQL))))
    assert [row[:4] for row in rows(text)[2:4]] == [
        ["MSS", "SQL Server (1433)", "unreachable", "no-answer"],
        ["MSS", "RPC endpoint mapper (135)", "reachable", ""],
    ]
    assert "## MSS: SQL Server (1433)" in text
    assert "## MSS: RPC endpoint mapper" not in text


def test_hostile_text_adds_no_markup() -> None:
    seen = outcome(State.FILTERED, detail=HOSTILE)
    shut = result(
        Verdict.BLOCKED,
        Cause.SILENT_DROP,
        of=path(peer="M|S<S>"),
        addresses=[at(PEER, judgement(Verdict.BLOCKED), seen)],
        detail=HOSTILE,
    )
    plain = result(
        Verdict.BLOCKED, Cause.SILENT_DROP, addresses=[at(PEER, judgement(Verdict.BLOCKED), outcome(State.FILTERED))]
    )
    text, usual = render(run(shut)), render(run(plain))
    assert len(text.splitlines()) == len(usual.splitlines())
    assert [len(row) for row in rows(text)] == [len(row) for row in rows(usual)]
    assert "<script>" not in text
    assert "![" not in text
    assert not any(character in text for character in "\x1b\u202e")


def test_a_long_reason_is_not_cut_in_the_middle() -> None:
    detail = "Ports " + "x" * 900 + " the end."
    assert detail in render(run(result(Verdict.BLOCKED, Cause.SILENT_DROP, detail=detail)))


def test_an_attempt_without_a_source_has_a_dash() -> None:
    seen = outcome(State.UNRESOLVED)
    text = render(run(result(Verdict.UNRESOLVED, addresses=[at(None, judgement(Verdict.UNRESOLVED), seen)])))
    assert [row[1] for row in rows(text) if "unresolved" in row[4:5]] == ["-"]


RANGE = path(Check.RPC_RANGE)


def attempt(state: State, port: int, number: int = 0) -> Outcome:
    """Each number is another attempt, a second later and from another port."""
    made = outcome(state, port)
    return made._replace(started=STARTED + number, source=Endpoint(HERE, 40_000 + number))


def ranged(
    outcomes: Sequence[Outcome], far: Mapping[State, FarEnd] | None = None, bound: str = PEER, **known: str
) -> Result:
    """A range of which intervals are known: `blocked`, `passes`, `suspect`; `far`: what is seen there of each state."""
    ports = {kind: PortSet.parse(written) for kind, written in known.items()}
    verdict, cause = (
        (Verdict.PARTLY_BLOCKED, Cause.SILENT_DROP)
        if "blocked" in ports
        else (Verdict.INCONCLUSIVE, Cause.NO_KNOWN_LISTENER)
    )
    blocked, passes, suspect = (ports.get(kind, NO_PORTS) for kind in ("blocked", "passes", "suspect"))
    judged = Judgement(verdict, cause, "", "", Proof.HELD, None, blocked, passes, suspect, confirmed=True)
    seen = {which(each): Seen(far[each.state], bound) for each in outcomes if far and each.state in far}
    address = replace(at(PEER, judged, *outcomes, name=PEER), seen=seen)
    return Result(RANGE, judged, (address,), STARTED, 1.0)


def attempts(text: str) -> list[list[str]]:
    return [row for row in rows(text) if row[0].startswith("2026-")]


@pytest.mark.parametrize("far", FarEnd)
def test_what_the_far_end_saw_stands_beside_what_was_seen_here(far: FarEnd) -> None:
    seen = attempt(State.FILTERED, 60_000, 7)
    text = render(run(ranged([seen], {State.FILTERED: far}, blocked="60000")))
    (row,) = attempts(text)
    assert row[:6] == [
        "2026-01-01T10:00:07.000Z",
        f"{HERE} port 40007",
        f"{PEER} port 60000",
        "TCP",
        "filtered",
        FAR[far],
    ]


def test_a_listener_at_another_address_is_told() -> None:
    """The probed address is translated on the way: whoever compares logs has to know."""
    seen = attempt(State.OPEN, 60_000)
    text = render(run(ranged([seen], {State.OPEN: FarEnd.ACCEPTED}, bound="10.0.0.5", blocked="60001")))
    assert attempts(text)[0][5] == f"{FAR[FarEnd.ACCEPTED]}, at its own address 10.0.0.5"


def test_intervals_have_their_edges_and_what_was_seen_in_them() -> None:
    seen = [attempt(State.OPEN, 57_343), *(attempt(State.FILTERED, 57_344 + at, at) for at in range(3))]
    far = {State.OPEN: FarEnd.ACCEPTED, State.FILTERED: FarEnd.NOTHING}
    text = render(run(ranged(seen, far, blocked="57344-60000,65000-65535", passes="49152-57343,60010-64999")))
    assert [row for row in rows(text) if row[2:3] == ["blocked"]] == [
        ["57344-60000", "2,657", "blocked", "57343 passes", "not found; 60010 passes", "3 filtered (far end: nothing)"],
        ["65000-65535", "536", "blocked", "64999 passes", "end of the range", ""],
    ]
    assert "Every edge was found, and asked again." in text


def rule(text: str) -> str:
    """Of the first path in the summary."""
    return rows(text)[2][4]


def test_the_rule_to_ask_for_has_both_ends_and_all_ports() -> None:
    text = render(run(ranged([attempt(State.FILTERED, 60_000)], blocked="50000,57344-65535", passes="50001-57343")))
    assert rule(text) == f"{HERE} → {PEER}, TCP 50000, 57344-65535"


def test_where_answers_are_dropped_the_rule_is_about_them_interval_by_interval() -> None:
    seen = [attempt(State.FILTERED, 60_000, 1), attempt(State.FILTERED, 50_000, 2)]
    both = ranged(seen, blocked="50000,60000-60010")
    (address,) = both.addresses
    far = {which(seen[0]): Seen(FarEnd.HALF_OPEN), which(seen[1]): Seen(FarEnd.NOTHING)}
    text = render(run(replace(both, addresses=(replace(address, seen=far),))))
    assert rule(text) == f"{HERE} → {PEER}, TCP 50000; answers {PEER}, TCP 60000-60010 → {HERE}"


def test_what_is_only_suspect_is_to_be_looked_at() -> None:
    text = render(run(ranged([attempt(State.FILTERED, 60_000)], suspect="60000-60100")))
    assert rule(text) == f"to be looked at: {HERE} → {PEER}, TCP 60000-60100"


@pytest.mark.parametrize(
    ("verdict", "cause", "expected"),
    [
        (Verdict.BLOCKED, Cause.SILENT_DROP, f"{HERE} → {PEER}, TCP 135"),
        (Verdict.UNREACHABLE, Cause.NO_ANSWER, f"to be looked at: {HERE} → {PEER}, TCP 135"),
        (Verdict.SERVICE_DOWN, Cause.NOT_REGISTERED, ""),
        (Verdict.INCONCLUSIVE, Cause.LOCAL_FAULT, ""),
        (Verdict.REACHABLE, None, ""),
    ],
)
def test_a_rule_is_asked_for_only_where_a_firewall_is_in_question(
    verdict: Verdict, cause: Cause | None, expected: str
) -> None:
    judged = judgement(verdict, cause)
    seen = at(PEER, judged, outcome(State.OPEN if verdict is Verdict.REACHABLE else State.FILTERED))
    text = render(run(result(verdict, cause, addresses=[seen])))
    assert rule(text) == expected


def test_of_an_inbound_path_the_rule_leads_here() -> None:
    inwards = replace(RANGE, source="MSS", direction=Direction.INBOUND)
    judged = replace(judgement(Verdict.PARTLY_BLOCKED, Cause.SILENT_DROP), blocked=PortSet.parse("60000-60100"))
    text = render(run(Result(inwards, judged, (), STARTED, 1.0)))
    assert rule(text) == "MSS → BTS01, TCP 60000-60100"


def test_who_refuses_is_named_with_the_code_and_how_often() -> None:
    refused = [
        outcome(State.REJECTED, icmp=Icmp(4, 3, 13, ROUTER))._replace(started=STARTED + number) for number in range(3)
    ]
    judged = replace(judgement(Verdict.BLOCKED, Cause.ICMP_REJECT), rejected_by=ROUTER)
    shut = result(Verdict.BLOCKED, Cause.ICMP_REJECT, addresses=[at(PEER, judged, *refused, outcome(State.FILTERED))])
    text = render(run(replace(shut, judgement=judged)))
    assert f"ICMP 3/13, communication administratively prohibited, from {ROUTER}: 3 of 4 attempts." in text
    assert rows(text)[2][5] == f"{ROUTER}, which says so itself"


def test_of_very_many_attempts_those_at_edges_are_shown_and_the_others_counted() -> None:
    passed = [attempt(State.OPEN, 50_000 + at, at) for at in range(100)]
    shut = [attempt(State.FILTERED, 60_000 + at, 200 + at) for at in range(100)]
    edges = [attempt(State.OPEN, 59_999, 500), attempt(State.FILTERED, 60_099, 501), attempt(State.OPEN, 60_100, 502)]
    again = [attempt(State.OPEN, 50_007, 600 + at) for at in range(3)]  # the control
    text = render(run(ranged([*passed, *shut, *edges, *again], blocked="60000-60099", passes="50000-59999")))
    shown = attempts(text)
    assert len(shown) == MOST
    ports = [int(row[2].rpartition(" ")[2]) for row in shown]
    assert {59_999, 60_000, 60_099, 60_100, 50_007} <= set(ports)
    assert ports.count(60_099) == 2  # of an edge every one
    assert [row[0] for row in shown] == sorted(row[0] for row in shown)
    assert f"{206 - MOST} further attempts are left out here: 102 open, 44 filtered." in text


def test_the_limit_is_of_a_path_and_not_of_each_address() -> None:
    many = ranged([attempt(State.FILTERED, 60_000 + at, at) for at in range(50)], blocked="60000-60049")
    (one,) = many.addresses
    other = AddressResult("192.0.2.22", "192.0.2.22", one.judgement, one.outcomes)
    assert len(attempts(render(run(replace(many, addresses=(one, other)))))) == MOST


def test_it_says_what_it_shows_and_what_it_does_not() -> None:
    alone = render(run(ranged([attempt(State.FILTERED, 60_000)], suspect="60000")))
    assert "limited to the program of the SSO service, or to its account, is not shown" in alone
    assert "Nobody listened at the other end" in alone
    assert "over ports between that were not: those are taken to be like their neighbours" in alone
    watched = render(run(ranged([attempt(State.FILTERED, 60_000)], {State.FILTERED: FarEnd.NOTHING}, blocked="60000")))
    assert "Nobody listened at the other end" not in watched
    assert "The clock" not in watched


@pytest.mark.parametrize(
    ("offset", "says"),
    [
        (1.9, "The clocks of BTS01 and MSS agree within 2 s."),
        (-2.6, "The clock of MSS is about 3 s behind that of BTS01."),
        (3600.0, "The clock of MSS is about 3,600 s ahead of that of BTS01."),
    ],
)
def test_how_far_the_clocks_are_apart_is_told_where_it_is_known(offset: float, says: str) -> None:
    text = render(replace(run(result(Verdict.BLOCKED, Cause.SILENT_DROP)), offsets={"MSS": offset}))
    assert f"- {says}" in text.splitlines()
