"""YAML text to a tree of nodes, by a dialect narrower than YAML on purpose.

Only `true` and `false` are booleans, so that a host named NO stays a name; there are no dates, no base-60 numbers, no
octal numbers and no fractions: those stay text. No object is ever constructed from a tag.
"""

import re

import yaml
from yaml.nodes import Node
from yaml.reader import ReaderError

MAX_DEPTH = 20
MAX_VALUES = 100_000  # a thousand hosts have ten thousand

TAG = "tag:yaml.org,2002:"
INT = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")  # the number's own text again: a zone named 1 can be given back
BOOL = re.compile(r"true|True|TRUE|false|False|FALSE")
NULL = re.compile(r"~|null|Null|NULL|")


class UnreadableError(Exception):
    """The text is no YAML that we read. `line` counts from 1."""

    def __init__(self, line: int, message: str) -> None:
        self.line = line
        self.message = message
        super().__init__(message)


class _Loader(yaml.SafeLoader):
    """Composes nodes; never asked to construct anything from them."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 - how the library wants its list of plain scalars replaced
    depth = 0
    values = 0

    def compose_node(self, parent: Node | None, index: int) -> Node | None:
        self.depth += 1
        self.values += 1
        if self.depth > MAX_DEPTH:
            raise UnreadableError(int(self.line) + 1, f"nested more than {MAX_DEPTH} deep")
        if self.values > MAX_VALUES:
            raise UnreadableError(int(self.line) + 1, f"more than {MAX_VALUES:,} values")
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


def _recognise(kind: str, pattern: re.Pattern[str], first: list[str]) -> None:
    _Loader.add_implicit_resolver(f"{TAG}{kind}", re.compile(f"(?:{pattern.pattern})\\Z"), first)


_recognise("int", INT, list("-0123456789"))
_recognise("bool", BOOL, list("tTfF"))
_recognise("null", NULL, ["~", "n", "N", ""])


def compose(text: str) -> Node | None:
    """The one document of `text`, None if it is empty. Raises UnreadableError and nothing else."""
    try:
        loader = _Loader(text)
        try:
            return loader.get_single_node()
        finally:
            loader.dispose()
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise UnreadableError(line, "a control character, which YAML does not allow") from None
    except yaml.MarkedYAMLError as error:
        raise _unreadable(error) from None
    except (ArithmeticError, LookupError, RecursionError, TypeError, ValueError, yaml.YAMLError) as error:
        # The library stumbles over a few texts, such as "\UFFFFFFFF", without naming a place.
        raise UnreadableError(1, f"not YAML: {error}") from None


def _unreadable(error: yaml.MarkedYAMLError) -> UnreadableError:
    mark = error.problem_mark or error.context_mark
    problem = error.problem or error.context or "cannot be read"
    if "'\\t'" in problem:
        problem = "a tab cannot stand here; indent with spaces"
    elif "another document" in problem:
        problem = "a second document (---) begins here; a file holds one"
    elif error.context and error.problem:
        problem = f"{error.context}, {problem}"
    return UnreadableError(mark.line + 1 if mark else 1, f"not YAML: {problem}")
