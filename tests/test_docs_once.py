"""docs/once.md tells of every format, exit code and word of the evidence; its examples are like the real thing."""

import re
from pathlib import Path

import pytest

from agent.cli.options import Format
from agent.found.exit import Exit, Plugin
from agent.judge.result import FarEnd
from agent.judge.verdict import Verdict
from agent.metrics.textfile import LEFT_OUT
from agent.report.evidence import FAR
from agent.report.telling import MOST
from tests.agent.metrics.test_textfile import SHUT, samples

TEXT = (Path(__file__).parent.parent / "docs" / "once.md").read_text(encoding="utf-8")
SENTENCES = {FarEnd.OTHER, FarEnd.LISTENING}  # told in words, not by their name


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)


@pytest.mark.parametrize("form", Format)
def test_every_format_is_described(form: str) -> None:
    assert f"| `{form}` |" in TEXT


def codes(title: str) -> list[str]:
    """The rows of the table of exit codes under a heading, as far as they are of a closed list."""
    part = next(each for each in TEXT.split("\n## ") if each.startswith(title))
    return re.findall(r"^\| (\d+ (?:\| [A-Z]+ )?)\|", part, re.MULTILINE)


def test_every_exit_code_is_described_and_no_other() -> None:
    assert codes("Exit codes") == [f"{int(code)} " for code in Exit]


def test_every_code_of_a_plugin_is_described_and_no_other() -> None:
    assert codes("Nagios") == [f"{int(code)} | {code.name} " for code in Plugin]


@pytest.mark.parametrize("far", FarEnd)
def test_what_the_far_end_may_have_seen_is_described(far: FarEnd) -> None:
    said = FAR[far].partition(":")[0]
    assert (said if far in SENTENCES or " " in said else f"`{said}`") in TEXT


def test_how_many_attempts_are_shown() -> None:
    assert f"at most {MOST} are shown" in " ".join(TEXT.split())


def test_the_plugin_s_line_is_like_one() -> None:
    (line,) = [each for block in blocks("console") for each in block.splitlines() if each.startswith("SSOREACH")]
    assert re.match(r"SSOREACH WARNING - [^|]+ \| 'paths'=4;;;0; 'reachable'=3;;;0;4 '[a-z-]+'=1;;;0;4 ", line)
    assert {each for each in Verdict if f" {each} by " in line} == {Verdict.PARTLY_BLOCKED}


def test_the_age_that_is_alerted_on_is_in_the_textfile() -> None:
    (expression,) = blocks("promql")
    named = set(re.findall(r"ssoreach_\w+", expression))
    assert named <= {sample.name for sample in samples(SHUT)}
    assert not named & LEFT_OUT
