"""Paths from this host and to it, side by side: nobody may take one for the other."""

import json
from dataclasses import replace

import pytest

from agent.ground.path import Check, Direction, Path
from agent.ground.ports import PortSet
from agent.inbound.heard import not_told
from agent.judge.result import Result
from agent.judge.verdict import Cause, Judgement, Proof, Verdict
from agent.report.document import Run, document, dumps
from agent.report.markdown import render
from agent.report.table import render_text
from probes.state import State
from tests.agent.seen import STARTED, at, judgement, outcome, path, result
from tests.agent.seen import run as one_way

SHUT = PortSet.parse("57344-65535")


def inwards(check: Check = Check.RPC_RANGE, peer: str = "NODE1") -> Path:
    return replace(path(check, peer=peer), source=peer, direction=Direction.INBOUND)


def told(verdict: Verdict, cause: Cause | None = None, *, of: Path | None = None, ago: float = 12.0) -> Result:
    """By NODE1, so many seconds before the end of the run."""
    judged = Judgement(verdict, cause, "It finds this.", "Do that.", Proof.HELD)
    return Result(of or inwards(), judged, (), STARTED + 60 - ago, 0.0)


def run(*results: Result) -> Run:
    return Run("contoso", "BTS01", STARTED, 60.0, results, ())


def rows(text: str) -> list[list[str]]:
    return [[cell for cell in line.split("  ") if cell.strip()] for line in text.splitlines()]


def words(text: str) -> str:
    return " ".join(text.split())


OUT = result(Verdict.REACHABLE, of=path(Check.EPM))


def test_each_row_of_the_table_says_which_way_it_leads() -> None:
    text = render_text(run(OUT, told(Verdict.PARTLY_BLOCKED, Cause.SILENT_DROP)))
    assert text.splitlines()[0] == "From and to BTS01, site contoso"
    assert rows(text)[1][0].startswith("Path")
    assert [row[0].strip() for row in rows(text)[2:4]] == ["to MSS", "from NODE1"]
    assert "both ends" in text.splitlines()[3]


def test_without_inbound_paths_it_is_as_ever() -> None:
    text = render_text(one_way(OUT))
    assert text.splitlines()[0] == "From BTS01, site contoso"
    assert rows(text)[1][0].startswith("To")
    assert rows(text)[2][0] == "MSS"
    assert "to MSS" not in text


def test_what_was_told_has_an_age_in_place_of_a_duration() -> None:
    text = render_text(run(OUT, told(Verdict.REACHABLE, ago=12.0), not_told(inwards(Check.EPM))))
    lines = text.splitlines()[2:5]
    assert lines[0].endswith("0.25 s")
    assert lines[1].endswith("12 s ago")
    assert lines[2].endswith("none")


def test_the_paragraph_says_who_found_it() -> None:
    text = words(render_text(run(told(Verdict.PARTLY_BLOCKED, Cause.SILENT_DROP))))
    assert "From NODE1, Secondary RPC ports: partly-blocked It finds this. Do that." in text


def test_what_a_peer_has_yet_to_tell_has_a_row_and_no_paragraph() -> None:
    """A site in which the agents come one by one would have nothing else on its page."""
    waiting = not_told(inwards())
    for text in (render_text(run(OUT, waiting)), render(run(OUT, waiting))):
        assert "pending" in text
        assert "has not told" not in text


def test_suspect_ports_are_those_from_the_peer() -> None:
    found = told(Verdict.INCONCLUSIVE, Cause.NO_KNOWN_LISTENER)
    suspect = replace(found, judgement=replace(found.judgement, suspect=SHUT))
    assert render_text(run(suspect)).splitlines()[-1].endswith("Suspect: TCP 57344-65535 from NODE1.")


def test_a_fault_of_the_peer_s_is_not_to_be_mended_here() -> None:
    theirs, ours = told(Verdict.INCONCLUSIVE, Cause.LOCAL_FAULT), result(Verdict.INCONCLUSIVE, Cause.LOCAL_FAULT)
    assert "could not be tried from this host" not in render_text(run(OUT, theirs))
    assert "1 of 2 could not be tried from this host" in render_text(run(OUT, ours, theirs))


@pytest.mark.parametrize(
    ("results", "summary"),
    [
        ([OUT, not_told(inwards())], "Everything that is known is reachable; 1 of 2 paths are not known yet."),
        ([not_told(inwards())], "Nothing has been asked yet."),
        ([OUT, told(Verdict.BLOCKED, Cause.SILENT_DROP)], "1 of 2 paths do not work."),
    ],
)
def test_the_last_line_counts_both_ways(results: list[Result], summary: str) -> None:
    assert render_text(run(*results)).splitlines()[-1] == summary


def test_in_json_a_path_leads_from_its_source_to_its_peer() -> None:
    found = json.loads(dumps(document(run(OUT, told(Verdict.PARTLY_BLOCKED, Cause.SILENT_DROP)))))
    ends = [(each["source"], each["peer"], each["direction"]) for each in found["paths"]]
    assert ends == [("BTS01", "MSS", "outbound"), ("NODE1", "BTS01", "inbound")]
    theirs = found["paths"][1]
    assert (theirs["evidence"], theirs["attempts"], theirs["addresses"]) == ("held", {}, [])
    assert (theirs["started"], theirs["seconds"]) == ("2026-01-01T10:00:48.000Z", 0.0)
    assert set(theirs) == set(found["paths"][0])
    assert found["verdict"] == "partly-blocked"


def test_in_json_what_was_not_told_has_no_time() -> None:
    (found,) = document(run(not_told(inwards())))["paths"]
    assert (found["verdict"], found["cause"], found["started"]) == ("pending", None, None)


def test_in_markdown_the_way_is_said_and_the_attempts_are_left_to_whoever_made_them() -> None:
    seen = at("192.0.2.21", judgement(Verdict.UNREACHABLE), outcome(State.FILTERED))
    ours = result(Verdict.UNREACHABLE, Cause.NO_ANSWER, addresses=[seen])
    text = render(run(ours, told(Verdict.PARTLY_BLOCKED, Cause.SILENT_DROP)))
    assert "# Reachability from and to BTS01, site contoso" in text
    assert "| Path | What | Verdict | Cause |" in text
    assert "| from NODE1 | Secondary RPC ports | partly-blocked | silent-drop |" in text
    assert "| to MSS | RPC endpoint mapper (135) | unreachable | no-answer |" in text
    theirs = text[text.index("## From NODE1: Secondary RPC ports") :].partition("\n## ")[0]
    assert "It finds this." in theirs
    assert "|" not in theirs
    assert "| Time (UTC) |" in text


def test_in_markdown_without_inbound_paths_it_is_as_ever() -> None:
    text = render(one_way(OUT))
    assert "# Reachability from BTS01, site contoso" in text
    assert "| To | What | Verdict | Cause |" in text
    assert "| MSS |" in text
