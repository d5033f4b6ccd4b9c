"""Whatever comes over the network can be read in every format, and can do nothing else in any of them.

One table of texts, one of formats; and the same with real peers that say such things on the wire.
"""

import io
import json
import logging
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from markdown_it import MarkdownIt
from prometheus_client.parser import text_string_to_metric_families

from agent.config.load import parse
from agent.dynamic.observed import Observed
from agent.endpoints import list_endpoints
from agent.found.finding import Finding, Kind
from agent.ground.path import Check
from agent.ground.ports import PortSet
from agent.judge.result import FarEnd, Seen, which
from agent.judge.verdict import Cause, Verdict
from agent.log.lines import JsonLines, TextLines
from agent.metrics.textfile import expose_run
from agent.once import Wanted, run_once
from agent.report.document import Run, document, dumps
from agent.report.endpoints import print_endpoints
from agent.report.markdown import render
from agent.report.nagios import plugin
from agent.report.sweep import print_sweep
from agent.report.swept import Obstacle, Sweep, Swept
from agent.report.table import render_text
from agent.site.addressee import Addressee
from agent.site.setup import Setup, set_up
from agent.site.topology import site_of
from agent.site.whoami import Machine, whoami
from probes.state import State
from probes.wire.ssrp import Instance
from tests.agent.seen import PEER, ROUTER, STARTED, at, judgement, outcome, path, result
from tests.agent.test_output import setup
from tests.fakes.browser import browsing
from tests.fakes.door import Caller, door
from tests.fakes.mapper import Mapper
from tests.fakes.table import SSO, tcp

TEXTS = {
    "ANSI": "\x1b[2J\x1b[31mred\x1b[0m\x1b]0;title\x07\x9b1m",
    "control": "bell\x07 back\x08\x08\x08 return\rover nul\0 del\x7f tab\t",
    "lines": "one\ntwo\r\nthree\x0b\x0c\x85\u2028\u2029end",
    "a forged log line": "x\n2026-01-01T10:00:00.000Z info all is well",
    "bidi": "\u202egnp.exe \u2066isolate\u2069 \u200b\ufeff\u061c",
    "bars": "a | b || c\\| d | 'x'=1;;;0; | more",
    "backticks": "`code` ``` fence ~~~ fence",
    "HTML": "<script>alert(1)</script><img src=x onerror=alert(1)><!-- & &lt; -->",
    "links": "[x](http://evil.example) ![x](y) <http://evil.example> http://evil.example www.evil.example",
    "Markdown": "# heading\n* list\n> quote\n    code\n| a | b |\n|---|---|\n**bold** _it_ ~~no~~",
    "a shell": "$(reboot) `reboot` ; reboot & reboot > /dev/sda",
    "a spreadsheet": '=cmd|" /C calc"!A0',
    "surrogates": "half \ud83d and \udc80",
    "labels": 'x",peer="other"} 1\nssoreach_path_reachable{peer="MSS"} 1',
    "braces": "{peer} {0} %s %(name)s {{",
    "rich markup": "[red]x[/red] [link=http://evil.example]x[/link] :smile:",
    "long": "x" * 10_240,
    "long and strange": "\u202e" * 10_240,
}
HARMLESS = "what a peer says"
LONGEST = 2_100  # letters that any one text may become, in JSON and logs


def shown(text: str) -> Run:
    """A run in which a peer's words are wherever words can be."""
    said = outcome(State.GARBLED, detail=text)
    judged = replace(judgement(Verdict.BLOCKED, Cause.ICMP_REJECT, text, text), rejected_by=ROUTER)
    ranged = replace(judged, verdict=Verdict.PARTLY_BLOCKED, blocked=PortSet.parse("60000-60010"))
    seen = {which(said): Seen(FarEnd.ACCEPTED, text)}
    results = [
        replace(result(of=path()), judgement=judged, addresses=(replace(at(PEER, judged, said), seen=seen),)),
        replace(result(of=path(Check.RPC_RANGE)), judgement=ranged, addresses=(at(PEER, ranged, said),)),
    ]
    findings = [Finding("MSS", kind, text, text) for kind in (Kind.NAMES_DISAGREE, Kind.CLOCK_DIFFERS)]
    return Run("contoso", "BTS01", STARTED, 1.0, results, findings)


def plain_lines(text: str) -> None:
    """Nothing in it moves a cursor, turns the writing or ends a line but ours; and it can be written in UTF-8."""
    odd = {letter for letter in text if unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Zl", "Zp", "Co", "Cn"}}
    assert odd <= {"\n"}
    text.encode()


def markdown_only_ours(text: str) -> None:
    """As a Markdown reader reads it."""
    plain_lines(text)
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    inner = [child for token in tokens for child in token.children or ()]
    kinds = {token.type for token in [*tokens, *inner]}
    assert not kinds & {"html_inline", "html_block", "link_open", "image", "fence", "code_block", "em_open", "s_open"}
    assert not kinds & {"strong_open", "ordered_list_open", "blockquote_open", "hardbreak"}
    assert not re.search(r"(?<!\\):(?=//)|(?i:www)(?<!\\)\.", text)  # what readers make links of without any markup


def markdown_shape(text: str) -> list[str]:
    """Everything but the words."""
    return [token.type for token in MarkdownIt("commonmark").enable("table").parse(text)]


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from strings(key)
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)


def plain_json(text: str) -> None:
    """ASCII; and what its strings say is no less plain, for whoever prints them."""
    assert text.isascii()
    for each in strings(json.loads(text)):
        plain_lines(each)
        assert "\n" not in each
        assert len(each) <= LONGEST


def one_plugin_line(text: str) -> None:
    plain_lines(text)
    assert text.count("\n") == 1
    assert len(text.encode()) < 4096
    told, _, values = text.rstrip("\n").partition(" | ")
    assert not set(told) & set("|'\"`$&<>~\\")
    assert "|" not in values
    assert re.fullmatch(r"('[^'=]+'=[-0-9.]+(s|%)?(;[0-9.]*)*( |$))+", values)


def textfile_of_configured_names(text: str) -> None:
    plain_lines(text)
    labels = [sample.labels for family in text_string_to_metric_families(text) for sample in family.samples]
    assert {label["peer"] for label in labels if "peer" in label} <= {"MSS", "SQL01"}
    assert all(re.fullmatch(r"[\w.:+-]*", value) for label in labels for value in label.values())


FORMATS: dict[str, tuple[Callable[[Run, Setup], str], Callable[[str], None]]] = {
    "table": (lambda run, _: render_text(run), plain_lines),
    "markdown": (lambda run, _: render(run), markdown_only_ours),
    "json": (lambda run, _: dumps(document(run)), plain_json),
    "nagios": (lambda run, _: plugin(run, strict=False)[0] + "\n", one_plugin_line),
    "prom": (expose_run, textfile_of_configured_names),
}


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_words_of_a_peer_are_words_in_every_format(text: str, form: str) -> None:
    write, check = FORMATS[form]
    check(write(shown(text), setup()))


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_the_shape_of_the_evidence_does_not_depend_on_what_a_peer_says(text: str) -> None:
    assert markdown_shape(render(shown(text))) == markdown_shape(render(shown(HARMLESS)))


@pytest.mark.parametrize("form", ["table", "markdown"])
def test_long_words_are_cut(form: str) -> None:
    write, _ = FORMATS[form]
    longest = max(len(run) for run in re.findall("x+", write(shown("x" * 10_240), setup()).replace("\n", "")))
    assert longest <= 1000


def test_harmless_words_are_shown() -> None:
    for form in ("table", "markdown", "json"):
        assert HARMLESS in " ".join(FORMATS[form][0](shown(HARMLESS), setup()).split())


@pytest.mark.parametrize("form", ["table", "json"])
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_sweep_s_obstacles_are_words(text: str, form: str) -> None:
    states = bytes([Observed.UNTESTED]) * 4
    obstacle = Obstacle(text, True, PortSet.parse("50000-50003"))
    found = Swept("192.0.2.1", PortSet.parse("50000-50003"), states, 4, {State.REJECTED: 4}, {}, (obstacle,))
    file = io.StringIO()
    print_sweep(Sweep("MSS", STARTED, 1.0, (found,)), form, file)
    (plain_json if form == "json" else plain_lines)(file.getvalue())


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_an_event_is_one_line_of_the_log_in_either_form(text: str) -> None:
    record = logging.makeLogRecord({"msg": f"a peer said {text}", "levelname": "INFO", "fields": {"detail": text}})
    for formatter in (TextLines(), JsonLines()):
        line = formatter.format(record)
        assert len(line.splitlines()) == 1
        plain_lines(line)
    assert json.loads(JsonLines().format(record))["level"] == "info"


@pytest.mark.parametrize("form", ["table", "json"])
@pytest.mark.parametrize("text", [text for text in TEXTS.values() if text.isascii() and "\0" not in text])
async def test_annotations_on_the_wire_are_words(text: str, form: str) -> None:
    """As a real mapper sends them; it has room for 63 bytes."""
    table = tuple(tcp(SSO, 50_000 + at // 60, text[at : at + 60]) for at in range(0, min(len(text), 300), 60))
    async with door(Mapper(table).treat, "127.0.0.81") as mapper:
        whom = Addressee("MSS", ("127.0.0.81",), epm_port=mapper.port)
        listings = await list_endpoints(whom)
    assert [len(each.entries or ()) for each in listings] == [len(table)]
    file = io.StringIO()
    print_endpoints(whom, listings, form, file)
    (plain_json if form == "json" else plain_lines)(file.getvalue())


SITE = """\
site: contoso
names: false
rpc: {{samples: 2, dynamic_ports: 20000-20003}}
schedule: {{interval: 60s, timeout: 500ms}}
hosts:
  - {{name: BTS01, role: processing, address: 127.0.0.1}}
  - {{name: MSS, role: master-secret, address: 127.0.0.82, epm_port: {epm}}}
  - {{name: SQL01, role: sso-database, address: 127.0.0.83, port: {sql}}}
  - {{name: SQL02, role: sso-database, address: 127.0.0.84, instance: SSO}}
"""


def talking(text: str) -> Callable[[Caller], Any]:
    """Whatever it is asked, it says that and leaves."""

    async def treat(caller: Caller) -> None:
        await caller.say(text.encode(errors="surrogatepass"))
        caller.hang_up()

    return treat


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
async def test_banners_and_answers_on_the_wire_are_words_in_every_format(text: str) -> None:
    """A mapper and a SQL Server that speak no protocol of theirs, and a Browser with an instance of an odd name."""
    name = text.encode("ascii", "ignore").decode().replace(";", "")[:200] or "x"
    async with (
        door(talking(text), "127.0.0.82") as epm,
        door(talking(text), "127.0.0.83") as sql,
        browsing(address="127.0.0.84", port=1434) as (browser, _),
    ):
        browser.instances = (Instance(name, name, False, name, 1433),)  # type: ignore[assignment]
        config = parse(SITE.format(epm=epm.port, sql=sql.port), "test")
        site = set_up(config, whoami(site_of(config), Machine((), ()), "BTS01")).with_prelogin()
        run = await run_once(site, Wanted(2, exact=False))
    verdicts = {(each.path.peer, each.path.check): each.verdict for each in run.results}
    assert verdicts["MSS", Check.EPM] is not Verdict.REACHABLE
    assert verdicts["SQL01", Check.SQL] is not Verdict.REACHABLE
    for form, (write, check) in FORMATS.items():
        if form == "prom":
            assert text not in write(run, site)
        else:
            check(write(run, site))
