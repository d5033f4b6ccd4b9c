"""What `probe rules --from` reads: a JSON document from elsewhere, and every form of the request that is made of it."""

import csv
import io
import json
import re
from collections.abc import Callable
from functools import cache

from markdown_it import MarkdownIt

from agent.cli.requesting import RENDER
from agent.ground.text import timestamp
from agent.permit import nft
from agent.permit.change import Change, dynamic
from agent.permit.merged import merged
from agent.permit.missing import missing
from agent.permit.settled import settled
from agent.permit.spreadsheet import COLUMNS, FORMULA
from agent.report.answered import Answer, answer
from agent.report.document import document, dumps
from agent.site.topology import site_of
from tests.agent.permit.sites import NAMES, config
from tests.agent.permit.test_missing import GOOD, RANGE, UNCLEAR
from tests.agent.report.test_hostile import shown

SITE = config(rpc='{dynamic_ports: "50000-50999"}')
TABLE = nft.table("inet filter")
MOST_TEXT = 1000
CODE = re.compile(r"[\w\s{},.:&|()!=-]*", re.ASCII)
HARMFUL = {"html_inline", "html_block", "link_open", "image", "fence", "code_block", "em_open", "strong_open"}


def told(data: bytes) -> None:
    """As the command does it: what it cannot use is a ValueError, and one line."""
    try:
        text = json.loads(data)
        if not isinstance(text, dict):
            return
        found = answer(text)
    except (ValueError, RecursionError):
        return
    _is_harmless(found)
    _ask_for(found)


def _is_harmless(found: Answer) -> None:
    """`probe status` and `probe rules` say these."""
    assert timestamp(found.now)
    assert timestamp(found.started)
    for text in (found.site, found.host, found.sso, found.sso_state, *found.sso_told):
        assert text.isprintable()
        assert len(text) <= MOST_TEXT + 20
    for path in found.paths:
        judged = path.result.judgement
        for text in (path.result.path.source, path.result.path.peer, judged.detail, judged.remedy):
            assert text.isprintable()
            assert len(text) <= MOST_TEXT
        assert all(timestamp(at) for at in (path.since, path.seen) if at is not None)


def _ask_for(found: Answer) -> None:
    for unclear in (False, True):
        lacks = missing(SITE, site_of(SITE), [found], unclear=unclear)
        done = settled(lacks.wanted, NAMES)
        permits = merged(done.permits)
        for permit in permits:
            for spot in (*permit.sources, *permit.destinations):
                assert spot.address in ALLOWED, f"{spot} is of no host of the site"
        questions = (*lacks.questions, *done.questions)
        change = Change(SITE.site, permits, lacks.notes, lacks.look_at, questions, dynamic(lacks.wanted), True)
        written_in_every_form(change)


def written_in_every_form(change: Change) -> None:
    """And read again, as far as there is a reader."""
    for form, check in CHECKS.items():
        check(nft.render(change, TABLE) if form == "nft" else RENDER[form](change))


ALLOWED = {"192.0.2.11", "192.0.2.12", "192.0.2.30", "192.0.2.31", "192.0.2.32", "192.0.2.51"}


def _markdown(text: str) -> None:
    _lines(text)
    tokens = _reader().parse(text)
    kinds = {token.type for token in [*tokens, *(child for token in tokens for child in token.children or ())]}
    assert not kinds & HARMFUL


@cache
def _reader() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("table")


def _csv(text: str) -> None:
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert all(len(row) == len(COLUMNS) for row in rows)
    assert not any(cell.lstrip().startswith(FORMULA) for row in rows for cell in row)


def _lines(text: str) -> None:
    assert all(line.isprintable() for line in text.replace("\r\n", "\n").replace("\t", " ").split("\n"))


def _nft(text: str) -> None:
    """Whatever is no comment has the letters of our own words, addresses and numbers."""
    _lines(text)
    for line in text.splitlines():
        code = re.sub(r'comment "[^"]*"', "", line).partition("#")[0]
        assert CODE.fullmatch(code), code


CHECKS: dict[str, Callable[[str], None]] = {
    "markdown": _markdown,
    "csv": _csv,
    "netsh": _lines,
    "powershell": _lines,
    "nft": _nft,
}


def seeds() -> list[bytes]:
    head = {"schema": 1, "site": "contoso", "host": "BTS01", "started": "2026-01-01T10:00:00.000Z", "seconds": 1.0}
    sso = {"headline": "Runs on its cached secret.", "state": "on-cache", "avoid": "Restart nothing.", "why": "open"}
    paths = [RANGE, UNCLEAR, *GOOD]
    address = {
        "address": "192.0.2.30",
        "verdict": "blocked",
        "cause": "return-path",
        "source": {"address": "192.0.2.11"},
    }
    old = {key: value for key, value in RANGE.items() if key != "requests"}
    old |= {
        "blocked": ["50100-50102"],
        "suspect": ["50200"],
        "addresses": [address],
        "check": "epm",
        "verdict": "blocked",
    }
    findings = [{"peer": "MSS", "kind": "x", "detail": "Seen.", "remedy": "Do."}]
    return [
        json.dumps(head | {"paths": paths, "findings": findings, "sso": sso}).encode(),
        json.dumps(head | {"paths": [old], "findings": []}).encode(),
        dumps(document(shown("what a peer says"))).encode(),
    ]
