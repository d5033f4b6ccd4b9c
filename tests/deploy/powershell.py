"""PowerShell read by a grammar: what scripts call, with what, and what they define. No PowerShell runs here."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import tree_sitter_powershell
import typer
from tree_sitter import Language, Node, Parser

from agent.cli.commands import app

SCRIPTS = sorted((Path(__file__).parent.parent.parent / "deploy" / "windows").glob("*.ps1"))
QUOTED = {"verbatim_string_characters", "expandable_string_literal", "comment"}


@dataclass(frozen=True)
class Command:
    """`name` empty: by an operator, as `& $program`. `parameters` without their dash."""

    node: Node
    name: str
    parameters: tuple[str, ...]
    first: str  # what stands behind the name: a type of the grammar, or nothing


@dataclass(frozen=True)
class Part:
    """A script or a function: `parameters` as its param block has them, `help` the comment that explains it."""

    name: str
    node: Node
    parameters: tuple[str, ...]
    help: str


@cache
def parse(text: str) -> Node:
    return Parser(Language(tree_sitter_powershell.language())).parse(text.encode()).root_node


def read(path: Path) -> Node:
    return parse(path.read_text("utf-8"))


def walk(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from walk(child)


def said(node: Node) -> str:
    return (node.text or b"").decode()


def errors(root: Node) -> list[str]:
    """Where the grammar does not know what it reads."""
    return [
        f"line {each.start_point[0] + 1}: {said(each)[:60]}" for each in walk(root) if each.is_error or each.is_missing
    ]


def code(root: Node) -> str:
    """Without strings and comments."""
    text = (root.text or b"").decode("ascii", "replace")
    for each in walk(root):
        if each.type in QUOTED:
            text = text[: each.start_byte] + " " * (each.end_byte - each.start_byte) + text[each.end_byte :]
    return text


def commands(root: Node) -> Iterator[Command]:
    for node in walk(root):
        if node.type == "command":
            yield _command(node)


def _command(node: Node) -> Command:
    name = next((said(each) for each in node.children if each.type == "command_name"), "")
    elements = [
        child
        for each in node.children
        if each.type == "command_elements"
        for child in each.children
        if child.type not in ("command_argument_sep", "redirection")
    ]
    parameters = tuple(said(each).lstrip("-").rstrip(":") for each in elements if each.type == "command_parameter")
    return Command(node, name, parameters, elements[0].type if elements else "")


def parts(path: Path) -> list[Part]:
    """The script itself, if it takes parameters, and each function in it."""
    root = read(path)
    found = [_part(_name(node), node) for node in walk(root) if node.type == "function_statement"]
    script = [node for node in root.children if node.type == "param_block"]
    if script:
        first = next(node for node in root.children if node.type == "comment" and said(node).startswith("<#"))
        found.append(Part(path.name, root, _parameters(script[0]), said(first)))
    return found


def _name(function: Node) -> str:
    return next(said(each) for each in function.children if each.type == "function_name")


def _part(name: str, node: Node) -> Part:
    blocks = [each for each in walk(node) if each.type == "param_block"]
    comments = [said(each) for each in walk(node) if each.type == "comment"]
    return Part(name, node, _parameters(blocks[0]) if blocks else (), comments[0] if comments else "")


def _parameters(block: Node) -> tuple[str, ...]:
    """Not what their attributes name."""
    found = (each for each in walk(block) if each.type == "script_parameter")
    return tuple(said(next(v for v in each.children if v.type == "variable")).lstrip("$") for each in found)


def assigned(node: Node) -> set[str]:
    """The variables that are given a value, without scripts that are sent elsewhere."""
    found = set()
    for each in walk(node):
        if each.type == "assignment_expression":
            found |= set(re.findall(r"\$(\w+)", said(each.children[0])))
    return found


def words(node: Node) -> list[str]:
    """The literal words of an array, a variable as its name."""
    if node.type in ("string_literal", "variable"):
        return [said(node).strip("'\"")]
    return [word for child in node.children for word in words(child)]


def program() -> Any:
    """Our own, as its commands and options are declared."""
    return typer.main.get_command(app)


def taken(line: list[str]) -> None:
    """Whether our program takes these words: else it raises what it says to a person who mistypes."""
    command = program()
    while hasattr(command, "commands"):
        command, line = command.commands[line[0]], line[1:]
    command.make_context("ssoreach", list(line))
