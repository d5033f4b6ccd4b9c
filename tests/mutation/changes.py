"""Every small change that can be made to one module, each of which some test should notice.

Changed is the syntax tree, in place and in memory. Left alone are annotations, decorators, bases and texts, which are
for people or for type checkers; and what would not even be imported, as far as that can be told beforehand.
"""

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from tests.mutation.exchanged import exchanged, short

Put = Callable[[Any], None]
Table = ast.Tuple | ast.List | ast.Set | ast.Dict
SKIPPED = {"annotation", "returns", "decorator_list", "bases", "type_params"}


class Change(NamedTuple):
    """`lines`: a test that executes none of them cannot notice. `make` changes the tree for good."""

    line: int
    lines: frozenset[int]
    what: str
    make: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the tree a node stands: how it is exchanged, its statement, and whether no function is around it."""

    put: Put
    statement: ast.stmt
    alone: bool


def changes(tree: ast.Module, members: Mapping[str, Sequence[str]]) -> Iterator[Change]:
    """All of them, in the order of the source. `members` of the enumerations, by the name they have there."""
    for index, statement in enumerate(tree.body):
        yield from _inside(statement, Place(_setting_item(tree.body, index), statement, True), members)


def _inside(node: ast.AST, place: Place, members: Mapping[str, Sequence[str]]) -> Iterator[Change]:
    if isinstance(node, ast.stmt):
        place = Place(place.put, node, place.alone)
    if _is_for_people(node):
        return
    lines = _lines(node, place.statement)
    for what, new in exchanged(node, members, alone=place.alone):
        yield Change(lines[0], frozenset(lines), what, _putting(place.put, new))
    assigned = isinstance(place.statement, ast.Assign | ast.AnnAssign) and node is place.statement.value
    if place.alone and (isinstance(node, ast.List | ast.Set | ast.Dict) or (isinstance(node, ast.Tuple) and assigned)):
        yield from _rows(node, place.statement)
    constant = place.alone and not isinstance(node, ast.FunctionDef | ast.Lambda)
    for part, put in _parts(node):
        yield from _inside(part, Place(put, place.statement, constant), members)


def _putting(put: Put, new: ast.AST) -> Callable[[], None]:
    return lambda: put(new)


def _parts(node: ast.AST) -> Iterator[tuple[ast.AST, Put]]:
    """What a node is made of, each with how to exchange it."""
    for field, value in ast.iter_fields(node):
        if field in SKIPPED or (field == "keywords" and isinstance(node, ast.ClassDef)):
            continue
        if isinstance(value, ast.AST):
            yield value, _setting(node, field)
        elif isinstance(value, list):
            for index, each in enumerate(value):
                if isinstance(each, ast.AST):
                    yield each, _setting_item(value, index)


def _setting(node: ast.AST, field: str) -> Put:
    return lambda new: setattr(node, field, new)


def _setting_item(items: list[Any], index: int) -> Put:
    def put(new: Any) -> None:
        items[index] = new

    return put


def _lines(node: ast.AST, statement: ast.stmt) -> list[int]:
    first, last = getattr(node, "lineno", statement.lineno), getattr(node, "end_lineno", statement.lineno)
    return [first, *range(first, last + 1), statement.lineno]


def _is_for_people(node: ast.AST) -> bool:
    docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    imported = isinstance(node, ast.Import | ast.ImportFrom | ast.JoinedStr)
    names = isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in {"__all__", "__slots__"}
    never = isinstance(node, ast.Expr) and ast.unparse(node.value).startswith("assert_never(")
    return docstring or imported or names or never


def _rows(node: Table, statement: ast.stmt) -> Iterator[Change]:
    """A table without one of its rows, and with two neighbours exchanged where their order may matter."""
    values = node.values if isinstance(node, ast.Dict) else node.elts
    for index, value in enumerate(values):
        lines = frozenset({statement.lineno, value.lineno})
        yield Change(value.lineno, lines, f"no row `{short(value)}`", _without(node, index))
    if isinstance(node, ast.Tuple) and all(isinstance(each, ast.Call) for each in node.elts):
        for index, (value, after) in enumerate(zip(node.elts, node.elts[1:], strict=False)):
            lines = frozenset({statement.lineno, value.lineno})
            yield Change(value.lineno, lines, f"`{short(value)}` after `{short(after)}`", _swapped(node.elts, index))


def _without(node: Table, index: int) -> Callable[[], None]:
    def make() -> None:
        if isinstance(node, ast.Dict):
            del node.keys[index], node.values[index]
        else:
            del node.elts[index]

    return make


def _swapped(items: list[ast.expr], index: int) -> Callable[[], None]:
    def make() -> None:
        items[index], items[index + 1] = items[index + 1], items[index]

    return make
