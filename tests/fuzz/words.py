"""Words of others in everything that is told: they stay words in each format, and the page stays whole."""

import json
import logging
from dataclasses import replace
from functools import cache

from prometheus_client.parser import text_string_to_metric_families

from agent.ground.path import Check
from agent.ground.text import MOST, plain
from agent.inbound.heard import result_of
from agent.inbound.numbers import VERDICTS
from agent.judge.verdict import Cause, Verdict
from agent.log.lines import JsonLines, TextLines
from agent.metrics.textfile import expose_run
from agent.report.document import Run, dumps
from agent.report.document import path as as_json
from agent.report.escape import markdown, paragraph, status
from agent.report.markdown import render
from agent.site.setup import Setup
from agent.web.page.render import Templates, html
from agent.web.page.site import Read, site_page
from agent.web.page.static import assets
from probes.wire.reader import WireError
from probes.wire.rendezvous.states import PathState
from tests.agent.inbound.saying import HERE, NOW, half_shut, inbound
from tests.agent.inbound.saying import state as a_state
from tests.agent.report.test_hostile import FORMATS, TEXTS, markdown_shape, shown
from tests.agent.test_output import setup
from tests.agent.web.page.everything import everything
from tests.agent.web.page.reading import Reading

CHECKS = tuple(Check)


def text_of(data: bytes) -> str:
    """Any letters, half ones too."""
    return data.decode("utf-8", "surrogateescape")


def words(data: bytes) -> None:
    """As what a peer or a system says: in each form of a run, in a log, on the page."""
    text = text_of(data)
    _escaped(text)
    run = shown(text)
    for write, check in FORMATS.values():
        check(write(run, _setup()))
    assert markdown_shape(render(run)) == _usual_shape() or not text.strip(" ")  # no sentence, no paragraph
    _logged(text)
    _on_the_page(text)


def _escaped(text: str) -> None:
    assert len(plain(text)) <= MOST
    for escaped in (plain(text), markdown(text), paragraph(text), status(text)):
        assert escaped.isprintable()
    assert not set(status(text)) & set("|'\"`$&<>~\\")


def _logged(text: str) -> None:
    record = logging.makeLogRecord({"msg": f"said {text}", "levelname": "INFO", "fields": {"detail": text}})
    for formatter in (TextLines(), JsonLines()):
        assert len(formatter.format(record).splitlines()) == 1


def _on_the_page(text: str) -> None:
    """As many elements as with harmless words, the same ones, each closed; and nothing runs."""
    read = Reading(page(text))
    assert read.unclosed == []
    assert shape(read) == _usual_page()
    assert not any(name.startswith("on") for each in read.elements for name in each.attributes)


def shape(read: Reading) -> list[str]:
    """`code` is what stands between two back quotes, as in our own sentences."""
    return [each.name for each in read.elements if each.name != "code"]


def page(text: str) -> str:
    """With some paths only: all of them would say no more."""
    world = everything(hostile=text or "x")
    known = [each for each in world.known if each.path.peer in ("MSS", "SQL02")]
    run = world.run()
    return html(_templates().site, page=site_page(Read(run, world.setup, known, {}))).decode()


@cache
def _templates() -> Templates:
    return Templates(assets())


@cache
def _setup() -> Setup:
    return setup()


@cache
def _usual_shape() -> list[str]:
    return markdown_shape(render(shown("what a peer says")))


@cache
def _usual_page() -> list[str]:
    return shape(Reading(page("what a peer says")))


def told(data: bytes) -> None:
    """What a peer with the key tells of its paths towards us: a result in our own words, in every form."""
    check = CHECKS[data[0] % len(CHECKS)] if data else Check.EPM
    try:
        state = PathState.decode(data[1:])
    except WireError:
        return
    found = result_of(state, inbound(check), HERE, NOW)
    judged = found.judgement
    assert (judged.cause is None) == (judged.verdict in (Verdict.REACHABLE, Verdict.PENDING))
    assert judged.verdict is not Verdict.BLOCKED or VERDICTS[Verdict.BLOCKED] == state.verdict
    assert all(port in found.path.ports for ports in (judged.blocked, judged.passes, judged.suspect) for port in ports)
    json.loads(dumps(as_json(found, HERE)))
    run = Run("contoso", HERE, NOW, 1.0, [found], [])
    for form, (write, check_form) in FORMATS.items():
        if form != "prom":  # whose peers are others there
            check_form(write(run, _setup()))
    _exposed(run)


def _exposed(run: Run) -> None:
    families = list(text_string_to_metric_families(expose_run(run, _setup())))
    samples = [sample for family in families for sample in family.samples]
    assert len({(sample.name, *sorted(sample.labels.items())) for sample in samples}) == len(samples)


def seeds() -> list[bytes]:
    return [text.encode("utf-8", "surrogatepass") for text in TEXTS.values() if len(text) < 500]


def seeds_of_told() -> list[bytes]:
    half = half_shut()
    plain_ones = [a_state(verdict, cause) for verdict in VERDICTS for cause in (None, Cause.SILENT_DROP)]
    return [
        *(bytes([at]) + each.encode() for at, each in enumerate(plain_ones)),
        bytes([CHECKS.index(Check.RPC_RANGE)]) + half.encode(),
        bytes([CHECKS.index(Check.RPC_RANGE)])
        + replace(half, rejected_by="192.0.2.1", suspect=((50000, 50010),)).encode(),
    ]
