"""The documents tell the truth: what they show can be used, and what there is stands in them."""

import re
from datetime import date
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from agent.config.load import load, parse
from agent.dynamic.chart import Chart
from agent.found.entry import Known
from agent.found.finding import Kind
from agent.found.ledger import Ledger
from agent.found.trail import Latency
from agent.ground.clock import SystemClock
from agent.ground.path import Check
from agent.ground.ports import PortSet
from agent.judge.result import AddressResult, Result
from agent.judge.verdict import PENDING, Judgement, Verdict
from agent.metrics import Rendezvous, Snapshot, expose
from agent.metrics.this_process import this_process
from agent.report.document import Run, address, document, path
from agent.report.ranges import Ranged, ranged_document
from agent.site.setup import set_up
from agent.site.topology import site_of
from agent.sso.availability import AddressState
from agent.sso.state import SsoState
from tests.agent.sso.standing import standing
from tests.agent.test_every_check import TABLES

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def example() -> Run:
    """A run of the README's own site in which nothing has been asked yet."""
    found = re.search(r"```yaml\n(site: .*?)```", README, re.DOTALL)
    assert found
    config = parse(found[1], "README.md")
    setup = set_up(config, site_of(config).sources()[0])
    results = Ledger(setup.paths, SystemClock()).results()
    return Run(config.site, setup.source.name, 0.0, 0.0, results, ())


def test_the_readme_s_site_is_a_good_one() -> None:
    assert {result.path.check for result in example().results} == set(Check)


def test_the_example_configuration_is_a_good_one() -> None:
    assert load(ROOT / "deploy" / "ssoreach.example.yaml").hosts


LATER = {
    "ssoreach_path_last_reachable_timestamp_seconds",
    "ssoreach_rpc_range_first_blocked_port",
    "ssoreach_rpc_range_last_blocked_port",
    "ssoreach_rpc_range_last_full_pass_timestamp_seconds",
}


def metric_names() -> set[str]:
    run = example()
    ledger = Ledger([result.path for result in run.results], SystemClock())
    for result in run.results:
        ledger.record(Result(result.path, Judgement(Verdict.INCONCLUSIVE), (), 1.0, 1.0))
    seen = Rendezvous({"MSS": True}, {"MSS": 0.5})
    sso = standing(backup_confirmed=date(2026, 1, 31))
    text = expose(Snapshot(ledger.snapshot(), "0", "0", 0.0, 0.0, 0, {}, this_process(), seen, sso)).decode()
    suffix = {"counter": "_total"}
    return {family.name + suffix.get(family.type, "") for family in text_string_to_metric_families(text)}


def test_every_metric_is_documented_and_no_other() -> None:
    text = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| `(ssoreach_\w+)`", text, re.MULTILINE))
    exposed = metric_names() | LATER
    assert documented == {name for name in exposed if name.startswith("ssoreach_")}
    assert all(f"`{name}`" in text for name in exposed)


@pytest.mark.parametrize("state", [*SsoState, *AddressState])
def test_every_state_in_a_label_is_documented(state: str) -> None:
    assert f"`{state}`" in (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")


EVERYTHING = Result(example().results[0].path, PENDING, (AddressResult("MSS", "192.0.2.1", PENDING, ()),), 0.0, 0.0)


def range_keys() -> set[str]:
    """Of the document of one range, both ways, and of an address in it."""
    chart = Chart("192.0.2.1", PortSet.parse("49152"), bytes(1))
    outbound = next(result.path for result in example().results if result.path.check is Check.RPC_RANGE)
    found = Known(Result(outbound, PENDING, EVERYTHING.addresses, 0.0, 0.0), None, None, None, Latency())
    ranges = ranged_document(Ranged("contoso", "BTS01", "MSS", found, found, [chart]))
    (one, *_), ways = ranges["outbound"]["addresses"], (ranges["outbound"], ranges["inbound"])
    return {*ranges, *one, *one["ports"], *(key for way in ways for key in way)}


@pytest.mark.parametrize(
    "key",
    sorted({*document(example()), *path(EVERYTHING, "MSS"), *address(EVERYTHING.addresses[0]), *range_keys()}),
)
def test_every_key_of_the_json_is_documented(key: str) -> None:
    assert f"`{key}`" in (ROOT / "docs" / "http.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("check", list(Check))
def test_every_check_is_in_the_readme(check: Check) -> None:
    assert f"`{check}`" in README


def test_every_command_is_in_the_readme() -> None:
    from agent.cli.commands import app

    names = {each.name or each.callback.__name__ for each in app.registered_commands if each.callback}
    for name in names:
        assert f"probe {name.replace('_', '-')}" in README or f"make {name}" in README


@pytest.mark.parametrize("document_path", [*sorted(ROOT.glob("docs/*.md")), ROOT / "README.md"], ids=lambda p: p.name)
def test_links_lead_somewhere(document_path: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", document_path.read_text(encoding="utf-8")):
        assert (document_path.parent / target).exists(), target


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_of_finding_is_documented(kind: Kind) -> None:
    assert f"`{kind}`" in (ROOT / "docs" / "http.md").read_text(encoding="utf-8")


def test_the_files_that_the_architecture_names_are_there() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = re.findall(r"`((?:agent|probes|tests)/[\w/]+\.py)`", text)
    assert named
    assert [name for name in named if not (ROOT / name).exists() and "NAME" not in name] == []


def rooms() -> set[str]:
    """What the table of rooms names of `agent`, without what stands in the rooms' descriptions."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`agent/.*?) \|", text, re.MULTILINE)
    return {name.removeprefix("agent/") for row in rows for name in re.findall(r"`([\w/]+)`", row)}


def test_every_room_of_the_agent_has_its_place_in_the_architecture_and_no_other() -> None:
    there = {
        each.stem for each in (ROOT / "agent").iterdir() if each.suffix == ".py" or (each / "__init__.py").is_file()
    }
    assert there - {"__init__", "__main__"} == {name for name in rooms() if "/" not in name}
    assert all((ROOT / "agent" / f"{name}.py").is_file() for name in rooms() if "/" in name)


def test_how_to_add_a_kind_of_probe_names_every_table_that_needs_a_row() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    section = text.split("## Adding a kind of probe\n")[1].partition("\n## ")[0]
    for name, _, file in (each.partition(" of ") for each in TABLES):
        assert f"`{file}`" in section or file == "tests/agent/seen.py", file
        assert f"`{name}`" in section or name in {"CHECKS", "PORT"}, name
