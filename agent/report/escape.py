"""Text from the network, made harmless for where it goes, and bounded: a banner has no right to a whole screen."""

MOST = 300


def plain(text: str, most: int = MOST) -> str:
    """For a terminal or a log line: no control characters, no bidirectional overrides, one line, bounded."""
    spelled = "".join(letter if letter.isprintable() else _spelled(letter) for letter in text[: most + 1])
    return spelled if len(spelled) <= most else spelled[: most - 1] + "…"


def markdown(text: str, most: int = MOST) -> str:
    """For a cell of a Markdown table: nothing that Markdown or HTML would read as markup."""
    return "".join(_marked(letter) for letter in plain(text, most))


def _spelled(letter: str) -> str:
    return letter.encode("unicode_escape").decode("ascii")


def _marked(letter: str) -> str:
    if letter in "<>&":
        return {"<": "&lt;", ">": "&gt;", "&": "&amp;"}[letter]
    return f"\\{letter}" if letter in "\\`*_{}[]#|!~" else letter
