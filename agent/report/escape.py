"""Text made harmless for Markdown, and for the line of a monitoring plugin."""

import re

from agent.ground.text import MOST, plain

# What a shell or a monitoring system reads as more than text: performance data begins at a bar, and notifications are
# often sent by a command line that the text becomes a part of.
SPECIAL = str.maketrans(dict.fromkeys("|'\"`$&<>~\\", "_"))

_LINKS = re.compile(r":(?=//)|(?<=www)\.", re.IGNORECASE)  # what becomes a link without any markup
_BEGINNING = re.compile(r"^([-+=]|\d+(?=[.)]))")  # of a list, or of what underlines a heading


def markdown(text: str, most: int = MOST) -> str:
    """For a cell of a Markdown table: nothing that Markdown or HTML would read as markup."""
    return _LINKS.sub(lambda found: f"\\{found[0]}", "".join(_marked(letter) for letter in plain(text, most)))


def paragraph(text: str, most: int = MOST) -> str:
    """For a line of its own: no list, no heading, no code either, however it begins."""
    line = markdown(text, most).lstrip()
    found = _BEGINNING.match(line)
    if found is None:
        return line
    begun = found[0]
    return f"{begun}\\{line[len(begun) :]}" if begun.isdigit() else f"\\{line}"


def status(text: str, most: int = MOST) -> str:
    """For the text of a monitoring plugin's line: nothing in it ends the text, or is anything to a shell."""
    return plain(text, most).translate(SPECIAL)


def _marked(letter: str) -> str:
    if letter in "<>&":
        return {"<": "&lt;", ">": "&gt;", "&": "&amp;"}[letter]
    return f"\\{letter}" if letter in "\\`*_{}[]#|!~" else letter
