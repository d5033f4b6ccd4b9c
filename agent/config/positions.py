"""YAML text to plain data (text, whole numbers, true and false, lists, mappings), with the line of every key path.

A key without a value is as good as not written: it is left out, and its default applies.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from agent.config.mistakes import Place
from agent.config.yamltext import BOOL, INT, MAX_DEPTH, MAX_VALUES, NULL, TAG, UnreadableError, compose

_SCALARS: dict[str, tuple[Callable[[str], object], Callable[[str], object]]] = {  # kind: is it one, and its value
    "str": (lambda text: True, str),
    "int": (INT.fullmatch, int),
    "bool": (BOOL.fullmatch, lambda text: text.lower() == "true"),
    "null": (NULL.fullmatch, lambda text: None),
}


@dataclass(slots=True)
class Written:
    """The data of a text, the line of each place in it, and what was wrong on the way."""

    data: object = None
    lines: dict[Place, int] = field(default_factory=dict)
    mistakes: list[tuple[Place, str]] = field(default_factory=list)

    def line_of(self, place: Place) -> int:
        """The line of `place`, or of the nearest place around it that was written."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)


def read(text: str) -> Written:
    """Read one YAML document. Raises UnreadableError; whatever can be read around is in `mistakes`."""
    node = compose(text)
    if node is None:
        raise UnreadableError(1, "the file is empty")
    walk = _Walk()
    walk.written.data = walk.value((), node)
    return walk.written


class _Walk:
    """From nodes to data. An alias is walked, and counts, wherever it is used: few lines stay few values."""

    def __init__(self) -> None:
        self.written = Written()
        self._left = MAX_VALUES

    def value(self, place: Place, node: Node) -> object:
        self._left -= 1
        if self._left < 0 or len(place) > MAX_DEPTH:
            raise UnreadableError(node.start_mark.line + 1, f"aliases (*) without end, or over {MAX_VALUES:,} values")
        if isinstance(node, MappingNode) and node.tag == f"{TAG}map":
            return self._mapping(place, node)
        if isinstance(node, SequenceNode) and node.tag == f"{TAG}seq":
            return self._sequence(place, node)
        return self._scalar(place, node)

    def _mapping(self, place: Place, node: MappingNode) -> dict[str, object]:
        data: dict[str, object] = {}
        first: dict[str, int] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, ScalarNode) or not _is_text(key_node.value):
                self._note(place, f"the key on line {line} is no word")
                continue
            key = str(key_node.value)
            if key in first:
                self._note((*place, key), f"written twice, on line {first[key]} and on line {line}")
                continue
            first[key] = self.written.lines[(*place, key)] = line
            value = self.value((*place, key), value_node)
            if value is not None:
                data[key] = value
        return data

    def _sequence(self, place: Place, node: SequenceNode) -> list[object]:
        data = []
        for index, item in enumerate(node.value):
            self.written.lines[(*place, index)] = item.start_mark.line + 1
            data.append(self.value((*place, index), item))
        return data

    def _scalar(self, place: Place, node: Node) -> object:
        matches, convert = _SCALARS.get(node.tag.removeprefix(TAG), (lambda text: False, str))
        if isinstance(node, ScalarNode) and not _is_text(node.value):
            self._note(place, "an escape (\\u) that is only half a character")
        elif isinstance(node, ScalarNode) and matches(node.value):
            return convert(node.value)
        else:
            self._note(place, "tags (!) are not supported; write plain text, numbers, true, false, lists and mappings")
        return None

    def _note(self, place: Place, message: str) -> None:
        self.written.mistakes.append((place, message))


def _is_text(value: str) -> bool:
    """Not so a lone surrogate, which an escape can write and nothing can print or send."""
    return value.isascii() or not any("\ud800" <= character <= "\udfff" for character in value)
