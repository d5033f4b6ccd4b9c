"""One run as the exporters' textfile collectors read it."""

import shutil
import subprocess
from dataclasses import replace

import pytest
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from agent.ground.path import Check
from agent.judge.result import Result
from agent.judge.verdict import Cause, Verdict
from agent.metrics import Snapshot
from agent.metrics.own import agent
from agent.metrics.textfile import expose_run
from tests.agent.seen import STARTED, path, result, run
from tests.agent.sso.standing import standing
from tests.agent.test_output import setup

SHUT = result(Verdict.UNREACHABLE, Cause.NO_ANSWER, of=path(Check.SQL, peer="SQL01"))


def samples(*results: Result) -> list[Sample]:
    text = expose_run(replace(run(*results), sso=standing()), setup())
    return [sample for family in text_string_to_metric_families(text) for sample in family.samples]


def test_every_path_has_its_verdict_and_when_that_was_found() -> None:
    found = samples(result(), SHUT)
    ones = [each.labels for each in found if each.name == "ssoreach_path_verdict" and each.value == 1]
    assert [(each["peer"], each["check"], each["verdict"]) for each in ones] == [
        ("MSS", "epm", "reachable"),
        ("SQL01", "sql", "unreachable"),
    ]
    ran = [each.value for each in found if each.name == "ssoreach_path_last_run_timestamp_seconds"]
    assert ran == [STARTED + 0.25] * 2  # an old file is known by it


def test_no_sample_has_a_time_in_it() -> None:
    """The exporters drop the whole file then."""
    assert {each.timestamp for each in samples(result(), SHUT)} == {None}


def test_what_only_a_running_agent_has_is_left_out() -> None:
    """Whatever it says of itself: but which version and which configuration this run was of."""
    own = {family.name for family in agent(Snapshot([], "0", "0", 0.0, 0.0, 0, {}))}
    text = expose_run(replace(run(result(), SHUT), sso=standing()), setup())
    names = {family.name for family in text_string_to_metric_families(text)}
    assert names & own == {"ssoreach_build_info", "ssoreach_config_info"}
    assert {"ssoreach_sso_state", "ssoreach_attempts"} <= names
    assert "ssoreach_path_unreachable_seconds" not in names
    assert all(name.startswith("ssoreach_") for name in names)


def test_every_family_is_whole() -> None:
    text = expose_run(run(result()), setup())
    heads = [line.split()[1:3] for line in text.splitlines() if line.startswith("#")]
    assert [kind for kind, _ in heads] == ["HELP", "TYPE"] * (len(heads) // 2)
    assert len({name for _, name in heads}) == len(heads) // 2
    assert text.endswith("\n")


def test_promtool_has_nothing_to_say() -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed")
    text = expose_run(replace(run(result(), SHUT), sso=standing()), setup())
    done = subprocess.run([promtool, "check", "metrics"], input=text.encode(), capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
