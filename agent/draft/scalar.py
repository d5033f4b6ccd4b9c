"""A text as YAML in which it stays that text, for our loader and for other tools that read the file."""

import ipaddress
import re

# What YAML, in one of its versions, takes for nothing, true or false.
_WORDS = frozenset(["null", "true", "false", "yes", "no", "on", "off", "y", "n"])
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")


def scalar(text: str) -> str:
    """Plain where nobody could take it for anything else, else in single quotes. `text` is printable."""
    if (_PLAIN.fullmatch(text) and text.casefold() not in _WORDS) or _is_ipv4(text):
        return text
    return "'" + text.replace("'", "''") + "'"


def _is_ipv4(text: str) -> bool:
    try:
        return str(ipaddress.IPv4Address(text)) == text
    except ValueError:
        return False
