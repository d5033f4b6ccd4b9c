"""The stylesheet, the script and the icon. The name of each carries its content, so a browser may keep it for ever."""

import hashlib
from importlib.resources import files
from typing import NamedTuple

TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}


class Asset(NamedTuple):
    """`name`: under /static/, with the beginning of its SHA-256."""

    name: str
    content_type: str
    body: bytes


def assets() -> dict[str, Asset]:
    """By what the templates call them: `page.css`."""
    return {name: _asset(name) for name in ("page.css", "page.js", "icon.svg")}


def _asset(name: str) -> Asset:
    body = (files(__package__) / "static" / name).read_bytes()
    stem, _, ending = name.rpartition(".")
    return Asset(f"{stem}.{hashlib.sha256(body).hexdigest()[:16]}.{ending}", TYPES[ending], body)
