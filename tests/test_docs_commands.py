"""Every command of ours that a document, a rule or a sentence of the program names is one, with options that it has."""

import re
from pathlib import Path

import pytest

from tests.deploy.powershell import program, taken
from tests.reference import commands
from tests.typed import DOCUMENTS, ROOT, Typed, told, typed

OURS = [each for each in typed() if each.is_ours]
COMMANDS = {" ".join(name): command for name, command in commands(program())}
SPEAKS = [
    *DOCUMENTS,
    ROOT / "CHANGELOG.md",
    ROOT / "deploy" / "ssoreach.example.yaml",
    *sorted((ROOT / "deploy" / "prometheus").glob("*.yml")),
    *sorted((ROOT / "agent").rglob("*.html")),
    *sorted((ROOT / "agent").rglob("*.py")),
]
TOLD = [(file, line) for file in SPEAKS for line in sorted(told(file.read_text(encoding="utf-8")))]
OF_OTHERS = {"--build-arg", "--init", "--network", "--publish", "--rm", "--web"}  # not ours


def has(name: str) -> set[str]:
    return {option for each in COMMANDS[name].params for option in (*each.opts, *each.secondary_opts)} | {"--help"}


def name_of(words: list[str]) -> str | None:
    """Which command they begin with; None: a group of several."""
    return next((name for length in (2, 1) if (name := " ".join(words[:length])) in COMMANDS), None)


@pytest.mark.parametrize("each", OURS, ids=lambda each: f"{each.document}: {each.line}")
def test_the_program_takes_what_is_typed(each: Typed) -> None:
    _, *words = each.words
    if words != ["--version"]:
        taken(words)


@pytest.mark.parametrize(("file", "line"), TOLD, ids=lambda each: each.name if isinstance(each, Path) else each)
def test_what_is_named_in_a_sentence_is_there(file: Path, line: str) -> None:
    _, *words = line.split()
    name = name_of(words)
    if name is None:
        assert any(each.startswith(f"{words[0].strip('.,')} ") for each in COMMANDS), line
        return
    options = re.findall(r"(?<!\S)\[?(--?[a-z][a-z-]*)", line)
    assert set(options) <= has(name), line


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda each: each.name)
def test_every_option_that_is_named_alone_is_one_of_ours(document: Path) -> None:
    spans = re.findall(r"`(--[a-z][\w-]+)[^`\n]*`", document.read_text(encoding="utf-8"))
    known = set().union(*map(has, COMMANDS)) | {"--version"}
    assert set(spans) - known - OF_OTHERS == set()


def test_no_option_of_others_is_in_the_table_for_nothing() -> None:
    text = "".join(each.read_text(encoding="utf-8") for each in DOCUMENTS)
    assert [each for each in sorted(OF_OTHERS) if f"`{each}" not in text] == []
    assert len(OURS) > 30
    assert len(TOLD) > 100


def test_every_verb_of_make_that_is_typed_is_one() -> None:
    verbs = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    texts = [each.read_text(encoding="utf-8") for each in (*DOCUMENTS, ROOT / "CHANGELOG.md")]
    named = {verb for text in texts for verb in re.findall(r"`make ([a-z-]+)", text)}
    named |= {each.words[1] for each in typed() if each.words[0] == "make"}
    assert named >= {"demo", "test", "bench"}
    assert named - verbs == set()
