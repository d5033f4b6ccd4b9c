"""The plan: what would be probed, and why, in the documentation's words."""

from collections.abc import Sequence
from typing import Any, TextIO

from rich.table import Table
from rich.text import Text

from agent.ground.path import Path
from agent.judge.words import SERVICE
from agent.report.document import SCHEMA, dumps
from agent.report.table import print_to


def print_plan(paths: Sequence[Path], form: str, file: TextIO) -> None:
    """For people, or as JSON."""
    if form == "json":
        file.write(dumps({"schema": SCHEMA, "paths": [_json(path) for path in paths]}) + "\n")
        return
    print_to(file, _table(paths) if paths else Text("It asks nothing of others: an SSO database only answers."))


def _table(paths: Sequence[Path]) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("From", "To", "What", "Port", "Addresses", "Account", "Why"):
        table.add_column(name, overflow="fold")
    for path in paths:
        reasons = dict.fromkeys(row.reason for row in path.requirements)
        accounts = dict.fromkeys(row.account for row in path.requirements)
        table.add_row(
            *map(Text, (path.source, path.peer, SERVICE[path.check], path.port)),
            *map(Text, (", ".join(path.addresses), ", ".join(accounts), " ".join(reasons))),
        )
    return table


def _json(path: Path) -> dict[str, Any]:
    return {
        "source": path.source,
        "peer": path.peer,
        "check": str(path.check),
        "direction": str(path.direction),
        "port": path.port,
        "addresses": list(path.addresses),
        "requirements": [
            {"service": row.service, "account": row.account, "reason": row.reason, "note": row.note}
            for row in path.requirements
        ],
    }
