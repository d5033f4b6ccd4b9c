"""The table for a person: in words, and harmless."""

import io
from dataclasses import replace

import pytest

from agent.found.finding import Finding, Kind
from agent.ground.path import Check
from agent.ground.ports import PortSet
from agent.judge.result import Result
from agent.judge.verdict import Cause, Proof, Verdict
from agent.report.document import Run
from agent.report.spoken import EVIDENCE, service
from agent.report.table import WIDTH, print_table, render_text
from tests.agent.seen import judgement, path, result, run

HOSTILE = "\x1b[31mred\x1b[0m\n\u202eevil [bold]markup[/bold] :smile: [link=http://evil.example]x[/link]"


class Terminal(io.StringIO):
    """A terminal of eighty columns."""

    def isatty(self) -> bool:
        return True


def printed(of: Run, file: io.StringIO) -> str:
    print_table(of, file)
    return file.getvalue()


def words(text: str) -> str:
    """Without the line breaks that the width asks for."""
    return " ".join(text.split())


@pytest.mark.parametrize("verdict", Verdict)
@pytest.mark.parametrize("check", Check)
def test_every_verdict_of_every_check_is_told(verdict: Verdict, check: Check) -> None:
    cause = None if verdict in (Verdict.REACHABLE, Verdict.PENDING) else Cause.NO_ANSWER
    text = render_text(run(result(verdict, cause, of=path(check))))
    assert str(verdict) in text
    assert service(path(check)) in words(text)
    assert ("no-answer" in text) == (cause is not None)
    assert ("Seen." in text) == (verdict is not Verdict.REACHABLE or check is Check.RPC_RANGE)


def test_services_are_named_for_people() -> None:
    assert [service(path(check)) for check in Check] == [
        "SQL Server (1433)",
        "RPC endpoint mapper (135)",
        "SSO service's own port",
        "Secondary RPC ports",
    ]


def test_evidence_is_named_for_people() -> None:
    assert EVIDENCE == {
        Proof.HELD: "both ends",
        Proof.NATURAL: "known service",
        Proof.REPLY: "one end only",
        Proof.NONE: "none",
    }


@pytest.mark.parametrize("variable", ["FORCE_COLOR", "TTY_COMPATIBLE", "CLICOLOR_FORCE", "TTY_INTERACTIVE"])
def test_there_is_no_colour_where_there_is_no_terminal(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    """Whatever the environment says: this is also what the page is made of."""
    monkeypatch.setenv(variable, "1")
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.setenv("TERM", "xterm-256color")
    text = render_text(run(*map(result, Verdict)))
    assert "\x1b" not in text


def test_there_is_colour_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    assert "\x1b[32mreachable" in printed(run(result(Verdict.REACHABLE)), Terminal())
    assert "\x1b[31mblocked" in printed(run(result(Verdict.BLOCKED)), Terminal())


def test_there_is_none_on_a_terminal_with_no_color(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    text = printed(run(*map(result, Verdict)), Terminal())
    assert not any(f"\x1b[{colour}m" in text for colour in range(30, 50))
    assert "38;5" not in text


def test_without_a_terminal_lines_have_one_width() -> None:
    lines = render_text(run(*map(result, Verdict))).splitlines()
    assert max(map(len, lines)) <= WIDTH


@pytest.mark.parametrize("terminal", [False, True])
def test_hostile_text_is_spelled_out(terminal: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    finding = Finding("MSS", Kind.NAME_STALE, HOSTILE, HOSTILE)
    of = replace(run(result(Verdict.BLOCKED, Cause.SILENT_DROP, detail=HOSTILE)), findings=[finding])
    text = printed(of, Terminal() if terminal else io.StringIO())
    assert "\x1b[31mred" not in text
    assert "\u202e" not in text
    assert text.count("\\x1b[31mred") == 3
    assert "[bold]markup[/bold]" in words(text)
    assert ":smile:" in words(text)


def test_a_hostile_name_is_only_a_name() -> None:
    odd = path(peer="[red]x[/red]")
    assert "[red]x[/red]" in render_text(replace(run(result(of=odd)), host="[blink]B", site=":smile:"))


@pytest.mark.parametrize(
    ("verdicts", "summary"),
    [
        ([], "Nothing has been asked yet."),
        ([Verdict.PENDING], "Nothing has been asked yet."),
        ([Verdict.REACHABLE], "Everything that was asked is reachable."),
        ([Verdict.REACHABLE, Verdict.INCONCLUSIVE], "not everything is shown to be open"),
        ([Verdict.REACHABLE, Verdict.BLOCKED, Verdict.UNRESOLVED], "2 of 3 paths do not work."),
        ([Verdict.PARTLY_BLOCKED, Verdict.INCONCLUSIVE], "1 of 2 paths do not work."),
    ],
)
def test_the_last_line_sums_up(verdicts: list[Verdict], summary: str) -> None:
    assert summary in render_text(run(*map(result, verdicts))).splitlines()[-1]


def test_only_what_is_not_reachable_has_a_paragraph() -> None:
    good: Result = result(Verdict.REACHABLE, detail="All is well.")
    bad = result(Verdict.BLOCKED, Cause.SILENT_DROP, detail="Not at all.")
    text = render_text(run(good, bad))
    assert "All is well." not in text
    assert "Not at all." in text


def test_a_suspect_interval_is_in_the_last_line() -> None:
    judged = replace(judgement(Verdict.INCONCLUSIVE, Cause.NO_KNOWN_LISTENER), suspect=PortSet.parse("57344-65535"))
    text = render_text(run(replace(result(of=path(Check.RPC_RANGE)), judgement=judged)))
    assert text.splitlines()[-1].endswith("Suspect: TCP 57344-65535 of MSS.")
