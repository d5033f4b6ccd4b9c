"""Any site that the loader accepts can be planned, asked for, measured and shown; any other is a list of mistakes.

Bytes seldom spell a site that is right, so these are drawn; `fuzz_one_input` lets coverage do the drawing.
"""

import json
from collections.abc import Callable
from functools import cache
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from agent.config.load import understand
from agent.config.mistakes import ConfigError
from agent.config.positions import Written
from agent.judge.result import Result
from agent.judge.verdict import PENDING
from agent.metrics.textfile import expose_run
from agent.permit.change import Change, dynamic, everything
from agent.permit.merged import merged
from agent.permit.settled import settled
from agent.report.document import Run, document, dumps
from agent.site.plan import inbound
from agent.site.setup import Setup, set_up
from agent.site.topology import site_of
from agent.web.page.render import Templates, html
from agent.web.page.site import Read, site_page
from agent.web.page.static import assets
from agent.web.sd import groups
from tests.agent.web.page.reading import Reading
from tests.fuzz.documents import written_in_every_form
from tests.fuzz.files import are_lines

WORD = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,13}[A-Za-z0-9]", fullmatch=True)
ADDRESS = st.sampled_from(["192.0.2.1", "192.0.2.2", "2001:db8::1", "a.test", "127.0.0.1"]) | WORD
PORTS = st.sampled_from(["49152-65535", "5000-5020,20000-21000", "50000-50999", "1-65535"])
TEXT = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=20)
WRONG = st.none() | st.integers() | st.text(max_size=8) | st.lists(st.integers(), max_size=2)
FIXED = st.dictionaries(st.sampled_from(["entsso", "msdtc"]), st.integers(1024, 65535), max_size=2)
TIME = st.sampled_from(["10s", "60s", "5m", "1h"])
HOST = st.fixed_dictionaries(
    {"address": st.lists(ADDRESS, min_size=1, max_size=3, unique=True)},
    optional={
        "zone": WORD,
        "epm_port": st.integers(1, 65535),
        "fixed_ports": FIXED,
        "source_address": st.sampled_from(["192.0.2.9", "2001:db8::9"]),
    },
)
DATABASE = st.fixed_dictionaries({"role": st.just("sso-database")}, optional={"port": st.integers(1, 65535)}) | (
    st.fixed_dictionaries({"role": st.just("sso-database"), "instance": WORD})
)
REST = st.fixed_dictionaries(
    {},
    optional={
        "rpc": st.fixed_dictionaries({}, optional={"dynamic_ports": PORTS, "fixed_ports": FIXED}),
        "schedule": st.fixed_dictionaries({}, optional={"interval": TIME, "timeout": st.just("2s")}),
        "requirements": st.just({"dtc_to_database": True}),
        "sso": st.fixed_dictionaries({}, optional={"service": TEXT}),
    },
)


@st.composite
def sites(draw: st.DrawFn) -> dict[str, Any]:
    """Nearly always one that is right; sometimes one value of it is not."""
    names = iter(draw(st.lists(WORD, min_size=7, max_size=7, unique_by=str.casefold)))
    roles = draw(st.lists(st.sampled_from(["processing", "master-secret-standby"]), max_size=3))
    hosts = [draw(HOST) | {"name": next(names), "role": role} for role in ["master-secret", *roles]]
    if draw(st.booleans()):
        hosts[0]["nodes"] = [{"name": next(names), "address": "192.0.2.31"}, {"name": next(names)}]
    hosts.append(draw(HOST) | draw(DATABASE) | {"name": next(names)})
    found: dict[str, Any] = {"site": draw(WORD), "hosts": hosts, **draw(REST)}
    if draw(st.integers(0, 4)) == 0:
        spoilt = draw(st.sampled_from([found, *hosts]))
        spoilt[draw(st.sampled_from(sorted(spoilt)))] = draw(WRONG)
    return found


TEMPLATES = Templates(assets())


def is_borne(data: dict[str, Any]) -> None:
    """From the file's content to all that is made of it."""
    try:
        config = understand(Written(data), "f.yaml")
    except ConfigError as error:
        are_lines(error)
        return
    site = site_of(config)
    wanted = everything(config, site, ("198.51.100.9",))
    done = settled(wanted.wanted, None)
    questions = (*wanted.questions, *done.questions)
    written_in_every_form(
        Change(config.site, merged(done.permits), wanted.notes, (), questions, dynamic(wanted.wanted))
    )
    json.dumps([*groups(config, secure=True)])
    setups = [set_up(config, source) for source in site.sources()]
    for setup in setups[:1]:  # the others' pages and metrics differ by their names
        _as_seen_from(setup)


def _as_seen_from(setup: Setup) -> None:
    config, source = setup.config, setup.source
    paths = (*setup.paths, *inbound(config, site_of(config), source))
    run = Run(config.site, source.name, 0.0, 1.0, [Result(path, PENDING, (), 0.0, 0.0) for path in paths], [])
    json.loads(dumps(document(run)))
    _exposed(run, setup)
    read = Reading(html(TEMPLATES.site, page=site_page(Read(run, setup, [], {}))).decode())
    assert read.unclosed == []
    assert len([each for each in read.elements if each.name == "script"]) == 1


def _exposed(run: Run, setup: Setup) -> None:
    """Each sample once, with the names of the file."""
    families = text_string_to_metric_families(expose_run(run, setup))
    samples = [(sample.name, *sorted(sample.labels.items())) for family in families for sample in family.samples]
    assert len(set(samples)) == len(samples)
    peers = {result.path.peer for result in run.results} | {result.path.source for result in run.results}
    assert {value for sample in samples for key, value in sample[1:] if key == "peer"} <= peers


@cache
def _any_site() -> Callable[[bytes], object]:
    drawn: Any = given(sites())(is_borne)
    fuzz: Callable[[bytes], object] = settings(deadline=None, database=None)(drawn).hypothesis.fuzz_one_input
    return fuzz


def site(data: bytes) -> None:
    """The bytes are what hypothesis draws by."""
    _any_site()(data)


def seeds() -> list[bytes]:
    """Of numbers that are nothing but made up, most come to a site."""
    return [Random(number).randbytes(1500) for number in range(8)]
