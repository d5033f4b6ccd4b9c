"""What docs/windows.md has people type is what the program and the scripts take."""

import re
import shlex
from pathlib import Path

import pytest

from agent.ownfirewall.doors import doors
from tests.agent.ownfirewall.site import config, source
from tests.deploy.powershell import SCRIPTS, commands, errors, parse, parts, taken

TEXT = (Path(__file__).parent.parent.parent / "docs" / "windows.md").read_text("utf-8")
TYPED = [
    line.removeprefix("> ")
    for block in re.findall(r"```console\n(.*?)```", TEXT, re.DOTALL)
    for line in block.splitlines()
]
PARAMETERS = {path.name: set(part.parameters) for path in SCRIPTS for part in parts(path) if part.name == path.name}
OF_PROGRAM = [line for line in TYPED if line.startswith(r".\ssoreach.exe")]
OF_SCRIPTS = [line for line in TYPED if ".ps1" in line]


@pytest.mark.parametrize("line", OF_PROGRAM)
def test_the_program_takes_what_is_typed(line: str) -> None:
    taken(shlex.split(line.replace("\\", "/"))[1:])


@pytest.mark.parametrize("line", OF_SCRIPTS)
def test_the_scripts_take_what_is_typed(line: str) -> None:
    name = line.split()[0].removeprefix(".\\")
    typed = parse(line.replace(f".\\{name}", name.removesuffix(".ps1")))
    assert errors(typed) == []
    (command,) = commands(typed)
    assert set(command.parameters) <= PARAMETERS[name]


def test_every_script_and_every_rule_is_shown() -> None:
    assert {line.split()[0].removeprefix(".\\") for line in OF_SCRIPTS} == set(PARAMETERS)
    site = config()
    assert all(f"`ssoreach: {door.purpose}`" in TEXT for door in doors(site, source(site)))
    assert len(OF_PROGRAM) > 5
