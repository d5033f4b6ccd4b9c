"""HTML as a browser takes it apart: elements with their attributes, and the text."""

from html.parser import HTMLParser
from typing import NamedTuple

VOID = {"meta", "link", "input", "br"}


class Element(NamedTuple):
    """One start tag."""

    name: str
    attributes: dict[str, str]


class Reading(HTMLParser):
    """`unclosed`: what was opened and never closed, or closed and never opened. `text`: without that of the title."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self.unclosed: list[str] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(html)
        self.close()
        self.unclosed += self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if self._open and self._open[-1] == tag:
            self._open.pop()
        else:
            self.unclosed.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        self.text += data

    def values(self, attribute: str) -> list[str]:
        return [each.attributes[attribute] for each in self.elements if attribute in each.attributes]

    def names(self) -> set[str]:
        return {each.name for each in self.elements}
