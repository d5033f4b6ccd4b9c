"""The closed lists that people read stand in a table of a document, each word of them once, and no other."""

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from agent.ground.path import Direction
from agent.ground.roles import Role
from agent.judge.verdict import Cause, Proof, Verdict
from agent.report.spoken import EVIDENCE
from probes.state import Phase, State
from tests.reference import PLACE, reference

ROOT = Path(__file__).parent.parent
VERDICTS = (ROOT / "docs" / "verdicts.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLE = (ROOT / "deploy" / "ssoreach.example.yaml").read_text(encoding="utf-8")


def section(text: str, title: str) -> str:
    """What stands under a heading of the second level."""
    return text.split(f"\n## {title}\n")[1].partition("\n## ")[0]


def first_column(text: str) -> list[str]:
    """The words in it, of all rows of a table."""
    cells = re.findall(r"^\| ([^|]*) \|", text, re.MULTILINE)
    return [word for cell in cells for word in re.findall(r"`([^`]+)`", cell)]


@pytest.mark.parametrize(
    ("title", "words"), [("Verdicts", Verdict), ("Causes", Cause), ("States of an attempt", State)]
)
def test_every_word_has_its_row_and_no_other(title: str, words: Iterable[str]) -> None:
    assert first_column(section(VERDICTS, title)) == [str(word) for word in words]


def test_every_phase_and_direction_is_described() -> None:
    assert all(f"`{word}`" in VERDICTS for word in (*Phase, *Direction))


def test_what_evidence_is_called_in_tables_and_in_json() -> None:
    rows = re.findall(r"^\| ([a-z ]+) \| `(\w+)` \|", section(VERDICTS, "Evidence"), re.MULTILINE)
    assert {Proof(word): said for said, word in rows} == EVIDENCE


def test_the_readme_has_every_verdict() -> None:
    """But `pending`, which no run ends with."""
    assert set(first_column(section(README, "How to read a verdict"))) == set(Verdict) - {Verdict.PENDING}


@pytest.mark.parametrize("role", Role)
def test_every_role_is_in_the_example(role: str) -> None:
    assert re.search(rf"\b{role}\b", EXAMPLE)


def test_every_command_and_option_is_documented_as_it_is_declared() -> None:
    """`python -m tests.reference` writes the document anew."""
    assert PLACE.read_text(encoding="utf-8") == reference()


def environment() -> set[str]:
    """What is asked of it by name, in upper case, as Windows does not tell one from the other."""
    asked = r'environ\.(?:get|pop)\("(\w+)"|\bVARIABLE = "(\w+)"|for name in \(("[A-Z_", ]+)\)'
    texts = [file.read_text(encoding="utf-8") for file in (ROOT / "agent").rglob("*.py")]
    found = [name for text in texts for groups in re.findall(asked, text) for name in groups]
    return {word.upper() for each in found for word in re.findall(r"\w+", each)}


def test_every_variable_of_the_environment_is_documented_and_no_other() -> None:
    documented = first_column(PLACE.read_text(encoding="utf-8").partition("\n## ")[0])
    rich = "NO_COLOR"  # asked for by the library that draws tables
    assert {name.upper() for name in documented} == {*environment(), rich}
