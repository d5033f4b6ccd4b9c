"""The Dockerfile: what a linter finds in it, and what of it stands elsewhere as well. tests/lab builds and runs it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from agent.cli.commands import app
from agent.config.credential import KEY, WEB
from tests.lab.image_container import BASE, CONTEXT, USER

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
DOCUMENT = (ROOT / "docs" / "containers.md").read_text("utf-8")


@pytest.mark.skipif(sys.platform != "linux", reason="no hadolint is locked for other systems")
def test_the_linter_has_nothing_to_say() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([hadolint, "--no-color", ROOT / "Dockerfile"], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_every_stage_starts_from_the_one_base_that_is_named() -> None:
    assert re.findall(r"^ARG BASE=(.*)$", DOCKERFILE, re.MULTILINE) == [BASE]
    assert {each.split()[0] for each in re.findall(r"^FROM (.*)$", DOCKERFILE, re.MULTILINE)} == {"${BASE}"}
    assert not BASE.endswith("latest")


def test_what_it_copies_is_there_and_no_more_is_sent_to_the_builder() -> None:
    copied = re.findall(r"^COPY (?!--from)(.*) \S+$", DOCKERFILE, re.MULTILINE)
    sources = {word.split("/")[0] for line in copied for word in line.split()} - {"wheelhouse*"}
    sent = re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text("utf-8"), re.MULTILINE)
    assert sources == {each for each in sent if "wheelhouse" not in each}
    assert sources == {*CONTEXT} - {"Dockerfile", ".dockerignore"}


@pytest.mark.parametrize("instruction", ["ENTRYPOINT", "CMD", "HEALTHCHECK"])
def test_nothing_is_run_by_a_shell(instruction: str) -> None:
    (line,) = re.findall(rf"^{instruction} (?:--\S+ )*(.*)$", DOCKERFILE, re.MULTILINE)
    assert line.removeprefix("CMD ").startswith("[")


def test_what_it_runs_are_commands() -> None:
    commands = {each.name or each.callback.__name__ for each in app.registered_commands if each.callback}
    assert {"run", "healthy"} <= commands
    assert 'CMD ["probe", "healthy"]' in DOCKERFILE
    assert 'CMD ["run"]' in DOCKERFILE


def test_the_document_names_the_user_the_places_and_the_secret_as_they_are() -> None:
    assert f"USER {USER}:{USER}" in DOCKERFILE
    (credentials,) = re.findall(r"CREDENTIALS_DIRECTORY=(\S+)", DOCKERFILE)
    (state,) = re.findall(r"STATE_DIRECTORY=(\S+)", DOCKERFILE)
    for word in (str(USER), f"{credentials}/{KEY}", f"{credentials}/{WEB}", state, "/etc/ssoreach/ssoreach.yaml"):
        assert word in DOCUMENT, word
