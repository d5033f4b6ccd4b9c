"""Text made harmless for Markdown."""

from agent.text import MOST, plain


def markdown(text: str, most: int = MOST) -> str:
    """For a cell of a Markdown table: nothing that Markdown or HTML would read as markup."""
    return "".join(_marked(letter) for letter in plain(text, most))


def _marked(letter: str) -> str:
    if letter in "<>&":
        return {"<": "&lt;", ">": "&gt;", "&": "&amp;"}[letter]
    return f"\\{letter}" if letter in "\\`*_{}[]#|!~" else letter
