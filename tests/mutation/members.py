"""The members of the enumerations that a module names, read from sources: nothing of the product is imported."""

import ast
from functools import cache
from pathlib import Path


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def members(root: Path, path: Path) -> dict[str, list[str]]:
    """By every name that one has in the module at `path`: its members, in their order."""
    found: dict[str, list[str]] = {}
    for node in parsed(path).body:
        if isinstance(node, ast.ClassDef):
            found |= {node.name: _of_class(node)}
        elif isinstance(node, ast.ImportFrom) and node.module and (there := _module(root, node.module)):
            known = members(root, there)
            found |= {name.asname or name.name: known.get(name.name, []) for name in node.names}
        elif isinstance(node, ast.Assign):
            found |= {short: found.get(long, []) for short, long in _renamed(node)}
    return found


def _of_class(node: ast.ClassDef) -> list[str]:
    """Whatever a class assigns in capitals, if it stands on another one; the others are no enumerations."""
    targets = [each.targets[0] for each in node.body if isinstance(each, ast.Assign)]
    return [each.id for each in targets if isinstance(each, ast.Name) and each.id.isupper()] if node.bases else []


def _module(root: Path, dotted: str) -> Path | None:
    path = root.joinpath(*dotted.split("."))
    return next((each for each in (path.with_suffix(".py"), path / "__init__.py") if each.is_file()), None)


def _renamed(node: ast.Assign) -> list[tuple[str, str]]:
    """`V, C = Verdict, Cause` and `S = State`."""
    target, value = node.targets[0], node.value
    pairs = zip(target.elts, value.elts, strict=False) if _tuples(target, value) else [(target, value)]  # type: ignore[attr-defined]
    return [(short.id, long.id) for short, long in pairs if isinstance(short, ast.Name) and isinstance(long, ast.Name)]


def _tuples(*nodes: ast.expr) -> bool:
    return all(isinstance(node, ast.Tuple) for node in nodes)
