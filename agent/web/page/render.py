"""Values into HTML. Everything is escaped; text is made plain and bounded first, whoever wrote it."""

from collections.abc import Mapping
from itertools import islice

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from agent.ground.text import plain
from agent.web.page.bars import CELLS, HEIGHT
from agent.web.page.line import HEIGHT as LINE_HEIGHT
from agent.web.page.line import WIDTH as LINE_WIDTH
from agent.web.page.static import Asset
from agent.web.page.words import SHOWN

LONGEST = 1_000  # characters of one text
AT_ONCE = 100  # pieces of a page
CODE = Markup("<code>{}</code>")


class Templates:
    """`site`, `path` and `missing`, ready to be filled."""

    def __init__(self, assets: Mapping[str, Asset]) -> None:
        environment = Environment(
            loader=PackageLoader("agent.web.page"),
            autoescape=True,
            undefined=StrictUndefined,
            finalize=finalize,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.filters["prose"] = prose
        environment.globals = {
            "asset": {name: f"/static/{each.name}" for name, each in assets.items()},
            "cells": CELLS,
            "height": HEIGHT,
            "line_width": LINE_WIDTH,
            "line_height": LINE_HEIGHT,
            "legend": [(str(shown), words) for shown, words in SHOWN.items()],
        }
        self.site = environment.get_template("site.html")
        self.path = environment.get_template("path.html")
        self.missing = environment.get_template("missing.html")


def finalize(value: object) -> object:
    """Of every value that a template writes. Drawings are no text; what is markup already was made of such values."""
    if type(value) is str:
        return value if len(value) <= LONGEST and value.isprintable() else plain(value, LONGEST)
    return value


def prose(text: str) -> Markup:
    """What stands between back quotes is code; a last back quote without its like is itself."""
    parts = str(finalize(text)).split("`")
    if len(parts) % 2 == 0:
        parts[-2:] = [f"{parts[-2]}`{parts[-1]}"]
    return Markup("").join(CODE.format(part) if at % 2 else part for at, part in enumerate(parts))


def html(template: Template, **values: object) -> bytes:
    """Piece by piece: 80,000 of them, alive at once, would set off a collection of garbage that stops the agent."""
    pieces = template.generate(**values)
    made = bytearray()
    while piece := [*islice(pieces, AT_ONCE)]:
        made += "".join(piece).encode()
    return bytes(made)
