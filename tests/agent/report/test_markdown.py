"""The evidence for a firewall team: every attempt, and no markup but ours."""

import re

from agent.judge.verdict import Cause, Verdict
from agent.path import Check
from agent.report.markdown import HEADINGS, render
from probes.state import State
from probes.wire.icmp import Icmp
from tests.agent.seen import PEER, ROUTER, at, judgement, outcome, path, result, run

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
    assert "Started 2026-01-01T10:00:00.000Z." in text
    assert "It is shut." in text
    assert list(HEADINGS) in rows(text)
    assert [
        "2026-01-01T10:00:00.000Z",
        "192.0.2.11 port 50000",
        "192.0.2.21 port 135",
        "TCP",
        "rejected",
        "ICMP 3/13, communication administratively prohibited, from 192.0.2.1",
    ] in rows(text)


def test_every_path_is_in_the_summary_and_what_works_has_no_section() -> None:
    text = render(run(result(Verdict.REACHABLE), result(Verdict.UNREACHABLE, Cause.NO_ANSWER, of=path(Check.SQL))))
    assert ["MSS", "RPC endpoint mapper (135)", "reachable", ""] in rows(text)
    assert ["MSS", "SQL Server (1433)", "unreachable", "no-answer"] in rows(text)
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
    detail = "x" * 900 + " the end."
    assert detail in render(run(result(Verdict.BLOCKED, Cause.SILENT_DROP, detail=detail)))


def test_an_attempt_without_a_source_has_a_dash() -> None:
    seen = outcome(State.UNRESOLVED)
    text = render(run(result(Verdict.UNRESOLVED, addresses=[at(None, judgement(Verdict.UNRESOLVED), seen)])))
    assert [row[1] for row in rows(text) if "unresolved" in row[4:5]] == ["-"]
