"""The workflows: well-formed, pinned, with the least rights, and what they run is there. Nothing here runs them."""

import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from .powershell import errors, parse

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".github" / "workflows"
WORKFLOWS = {path.name: yaml.safe_load(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.yml"))}
JOBS = [(f"{file}: {name}", job) for file, workflow in WORKFLOWS.items() for name, job in workflow["jobs"].items()]
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")

each_job = pytest.mark.parametrize("job", [job for _, job in JOBS], ids=[name for name, _ in JOBS])


def runs(job: dict[str, Any]) -> Iterator[str]:
    return (step["run"] for step in job["steps"] if "run" in step)


def is_windows(job: dict[str, Any]) -> bool:
    return "windows" in job["runs-on"]


def test_there_are_some_and_nothing_else() -> None:
    assert WORKFLOWS
    assert {path.name for path in FOLDER.iterdir()} == set(WORKFLOWS)


@pytest.mark.parametrize("file", WORKFLOWS)
def test_it_may_only_read_and_gives_way_to_its_successor(file: str) -> None:
    workflow = WORKFLOWS[file]
    assert workflow["permissions"] == {"contents": "read"}
    assert workflow["concurrency"]["cancel-in-progress"] is True
    assert set(workflow[True]) == {"push", "pull_request", "workflow_dispatch"}  # YAML takes `on` for true


@each_job
def test_a_job_ends_some_time_and_has_no_rights_of_its_own(job: dict[str, Any]) -> None:
    assert 0 < job["timeout-minutes"] <= 90
    assert "permissions" not in job
    assert "secrets" not in str(job)


@each_job
def test_every_action_is_pinned_to_a_commit_and_keeps_no_token(job: dict[str, Any]) -> None:
    used = [step for step in job["steps"] if "uses" in step]
    assert used
    for step in used:
        assert re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", step["uses"])
        if step["uses"].startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


def test_one_action_has_one_commit_and_its_version_beside_it() -> None:
    text = "".join(path.read_text("utf-8") for path in sorted(FOLDER.glob("*.yml")))
    pins = set(re.findall(r"uses: (\S+?)@([0-9a-f]{40}) # v([\d.]+)$", text, re.MULTILINE))
    assert len({action for action, _, _ in pins}) == len(pins)
    assert text.count("uses: ") == len(re.findall(r"uses: \S+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", text, re.MULTILINE))


@each_job
def test_what_it_runs_is_there(job: dict[str, Any]) -> None:
    text = "\n".join(runs(job))
    verbs = re.findall(r"^make ([a-z-]+)", text, re.MULTILINE)
    assert [verb for verb in verbs if f"\n{verb}:" not in MAKEFILE] == []
    for place in re.findall(r"(?<![\w/*-])((?:\.ci|requirements|tests|deploy)/[\w./]+)", text):
        assert (ROOT / place).exists(), place
    for module in re.findall(r"-m ((?:deploy|tests|agent)[\w.]+)", text):
        assert (ROOT / module.replace(".", "/")).exists(), module


def test_the_whole_check_is_run_as_everybody_runs_it() -> None:
    assert any("bash .ci/run" in runs(job) for _, job in JOBS)


@each_job
def test_shells_can_read_it(job: dict[str, Any]) -> None:
    for text in runs(job):
        if is_windows(job):
            assert errors(parse(text)) == []
        else:
            subprocess.run(["bash", "-n"], input=text, text=True, check=True, timeout=30)


def test_windows_and_linux_are_looked_at_with_every_python_that_is_supported() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    supported = {found[1] for each in project["classifiers"] if (found := re.search(r":: (3\.\d+)$", each))}
    matrices = [job for _, job in JOBS if "strategy" in job]
    assert {is_windows(job) for job in matrices} == {True, False}
    for job in matrices:
        assert set(job["strategy"]["matrix"]["python"]) == supported
