"""A trace: a row a hop and what it proves, for people; or as JSON, schema 1."""

from collections.abc import Sequence
from typing import Any, TextIO

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from agent.ground.text import plain
from agent.hops.ending import Ending, ending
from agent.hops.seen import Round, Traced, Walk
from agent.hops.words import sentences
from agent.report.document import SCHEMA, dumps
from agent.report.table import print_to
from probes.hops import Answer, Said

SAID = {
    Said.HOP: "passes on",
    Said.OPEN: "open",
    Said.RESET: "reset",
    Said.REFUSED: "refused",
    Said.NO_WAY: "no way",
    Said.UNSENT: "not sent yet",
    Said.SILENCE: "no answer",
    Said.FAULT: "could not be tried",
}


def print_trace(peer: str, found: Sequence[Traced], form: str, file: TextIO) -> None:
    """For people, or as JSON."""
    if form == "json":
        file.write(dumps(document(peer, found)) + "\n")
        return
    for each in found:
        print_to(file, *_parts(each))


def document(peer: str, found: Sequence[Traced]) -> dict[str, Any]:
    """All addresses of a peer."""
    return {"schema": SCHEMA, "peer": peer, "addresses": [_address(each) for each in found]}


def _address(traced: Traced) -> dict[str, Any]:
    end = ending(traced)
    return {
        "address": traced.address,
        "source": traced.source,
        "ending": str(end.end),
        "shown": end.shown,
        "after": end.after,
        "before": end.before,
        "hops_away": end.hops,
        "rejected_by": end.told.sender if end.told else None,
        "detail": " ".join(plain(each, 1000) for each in sentences(traced, end)),
        "seconds": round(traced.seconds, 3),
        "walk": _walk(traced.walk),
        "control": _walk(traced.control) if traced.control else None,
    }


def _walk(walk: Walk) -> dict[str, Any]:
    return {
        "port": str(walk.port),
        "knocks": [_answer(answer) for answer in walk.knocks],
        "hops": [[_answer(answer) for answer in answers] for answers in walk.hops],
        "again": [[_answer(answer) for answer in answers] for answers in walk.again],
    }


def _answer(answer: Answer) -> dict[str, Any]:
    return {
        "said": str(answer.said),
        "address": answer.sender,
        "seconds": round(answer.seconds, 6),
        "detail": plain(answer.detail, 300),
    }


def _parts(traced: Traced) -> list[RenderableType]:
    end: Ending = ending(traced)
    head = f"{traced.address}, TCP {traced.walk.port}, from {traced.source or 'this host (no route)'}"
    words = [Text(plain(each, 2000)) for each in sentences(traced, end)]
    return [Text(head), *([_table(traced)] if traced.walk.hops else []), *words, Text("")]


def _table(traced: Traced) -> Table:
    control = traced.control
    table = Table(box=None, pad_edge=False)
    names = ["Hop", f"TCP {traced.walk.port}", "Time"]
    names += [] if control is None else [f"Control, TCP {control.port}", "Time"]
    for name in names:
        table.add_column(name, overflow="fold", justify="right" if name in ("Hop", "Time") else "left")
    for hop in range(1, max(len(traced.walk.hops), len(control.hops) if control else 0) + 1):
        cells = [str(hop), *_cells(traced.walk.at(hop))]
        table.add_row(*map(Text, cells if control is None else [*cells, *_cells(control.at(hop))]))
    return table


def _cells(answers: Round) -> tuple[str, str]:
    """What was said, each thing once; and how long the quickest answer took."""
    said = dict.fromkeys(_words(answer) for answer in answers)
    times = [answer.seconds for answer in answers if answer.said not in (Said.SILENCE, Said.UNSENT, Said.FAULT)]
    return "; ".join(said), f"{min(times) * 1000:.2f} ms" if times else ""


def _words(answer: Answer) -> str:
    if answer.said in (Said.REFUSED, Said.NO_WAY):
        return plain(answer.detail, 300)
    return f"{answer.sender} {SAID[answer.said]}" if answer.sender else SAID[answer.said]
