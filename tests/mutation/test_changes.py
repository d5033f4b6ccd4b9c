"""What the mutation run changes: each of its ways, on a line of its own."""

import ast
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.mutation.changes import changes
from tests.mutation.members import members

MEMBERS = {"Colour": ["RED", "GREEN"]}


def changed(source: str) -> list[str]:
    """The module as every change in turn leaves it."""
    found = []
    for number in range(len([*changes(ast.parse(source), MEMBERS)])):
        tree = ast.parse(source)
        [*changes(tree, MEMBERS)][number].make()
        found.append(ast.unparse(ast.fix_missing_locations(tree)).replace("\n    ", " "))
    return found


def inside(statement: str) -> list[str]:
    return [text.removeprefix("def f(a, b): ") for text in changed(f"def f(a, b):\n    {statement}\n")]


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("a = a < b", ["a = a <= b"]),
        ("a = a is b", ["a = a is not b"]),
        ("a = a < b <= c", ["a = a <= b <= c", "a = a < b < c"]),
        ("a = a and b", ["a = a or b", "a = b", "a = a"]),
        ("a = not b", ["a = b"]),
        ("a = a | b", ["a = a & b"]),
        ("a = a if b else c", ["a = a", "a = c"]),
        ("a = 7", ["a = 8", "a = 6"]),
        ("a = True", ["a = False"]),
        ("a = b'xy'", ["a = b'xx'"]),
        ("a = min(b)", ["a = max(b)"]),
        ("a = Colour.GREEN", ["a = Colour.RED"]),
        ("a = [b for b in a if b]", ["a = [b for b in a]"]),
        ("return a", ["return None"]),
        ("raise a", ["pass"]),
        ("a()", ["pass"]),
        ("a.b = b", ["pass"]),
        ("if a: b()", ["if False: b()", "if True: b()", "if a: pass"]),
    ],
)
def test_a_statement_is_changed_in_these_ways(statement: str, expected: Sequence[str]) -> None:
    assert [" ".join(text.split()) for text in inside(statement)] == list(expected)


def test_a_table_loses_rows_and_its_neighbours_change_places() -> None:
    assert changed("T = (f(a), f(b))") == ["T = (f(b),)", "T = (f(a),)", "T = (f(b), f(a))"]
    assert changed("T = {a: b, c: d}") == ["T = {c: d}", "T = {a: b}"]


@pytest.mark.parametrize(
    "source",
    [
        "'''Text 1.'''",
        "import a",
        "a: int | None",
        "@f(1)\ndef g(a: int = b) -> 'int | None':\n    pass",
        "a = f'{b:3}'",
    ],
)
def test_what_is_for_people_or_for_type_checkers_is_left_alone(source: str) -> None:
    assert changed(source) == []


def test_members_are_found_through_imports_and_other_names() -> None:
    root = Path(__file__).parents[2]
    found = members(root, root / "agent/judge/table.py")
    assert found["V"] == found["Verdict"]
    assert found["V"][0] == "REACHABLE"
    assert "SILENCE_CONFIRMED" in found["B"]
