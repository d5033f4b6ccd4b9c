"""The dashboard of `deploy/grafana`, as tests read it."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
FILE = ROOT / "deploy" / "grafana" / "ssoreach.json"
DOCUMENT = ROOT / "docs" / "prometheus.md"

Node = dict[str, Any]


def dashboard() -> Node:
    found: Node = json.loads(FILE.read_text("utf-8"))
    return found


def panels() -> list[Node]:
    """Those that show something: no rows."""
    return [panel for panel in dashboard()["panels"] if panel["type"] != "row"]


def expressions() -> Iterator[tuple[str, str]]:
    """Of each query of each panel what it is called, and what it asks."""
    for panel in panels():
        for target in panel["targets"]:
            yield f"{panel['title']} {target['refId']}", target["expr"]


def variables() -> dict[str, Node]:
    return {each["name"]: each for each in dashboard()["templating"]["list"]}


def documented() -> list[str]:
    """The examples of docs/prometheus.md; between two is an empty line."""
    blocks = re.findall(r"```promql\n(.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)
    return [each.strip() for block in blocks for each in re.split(r"\n\s*\n", block)]


def filled_in(expression: str, values: Mapping[str, str]) -> str:
    """Without variables, as Grafana would send it. KeyError for a variable that there is not."""
    return re.sub(r"\$(?:\{(\w+)\}|(\w+))", lambda found: values[found[1] or found[2]], expression)
