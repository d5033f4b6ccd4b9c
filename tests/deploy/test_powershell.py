"""The scripts for many servers: PowerShell 5.1 by its grammar, careful habits, command lines that the program takes."""

import re
from pathlib import Path

import pytest
from tree_sitter import Node

from tests.deploy.powershell import (
    SCRIPTS,
    Part,
    assigned,
    code,
    commands,
    errors,
    parse,
    parts,
    program,
    read,
    said,
    taken,
    walk,
    words,
)

CALLED = [path for path in SCRIPTS if path.name not in ("OnHost.ps1", "Rollout.ps1")]  # by a person
PARTS = [part for path in SCRIPTS for part in parts(path)]
OURS = {part.name: {*part.parameters, "Verbose", "WhatIf", "Confirm", "ErrorAction"} for part in PARTS}

# What is used of Windows PowerShell 5.1 and its modules, as its reference has it.
THEIRS = {
    "ConvertFrom-Json": {"InputObject"},
    "Copy-Item": {"LiteralPath", "Destination", "ToSession"},
    "Expand-Archive": {"LiteralPath", "DestinationPath"},
    "ForEach-Object": {"Process"},
    "Get-Acl": {"LiteralPath"},
    "Get-ChildItem": {"LiteralPath", "Recurse", "File", "Force"},
    "Get-Content": {"LiteralPath", "TotalCount"},
    "Get-Date": set(),
    "Get-FileHash": {"LiteralPath", "Algorithm"},
    "Get-Item": {"LiteralPath", "Force"},
    "Get-ScheduledTask": {"TaskName"},
    "Get-ScheduledTaskInfo": {"TaskName"},
    "Get-Service": {"Name", "ErrorAction"},
    "Invoke-Command": {"Session", "ScriptBlock", "ArgumentList", "FilePath", "ComputerName"},
    "Join-Path": {"Path", "ChildPath"},
    "Move-Item": {"LiteralPath", "Destination"},
    "New-Item": {"ItemType", "Path"},
    "New-PSSession": {"ComputerName", "Credential"},
    "New-ScheduledTaskAction": {"Execute", "Argument"},
    "New-ScheduledTaskPrincipal": {"UserId", "LogonType", "RunLevel"},
    "New-ScheduledTaskSettingsSet": {"ExecutionTimeLimit", "MultipleInstances", "StartWhenAvailable"},
    "New-ScheduledTaskTrigger": {"Once", "At", "RepetitionInterval"},
    "New-TimeSpan": {"Minutes"},
    "Register-ScheduledTask": {"TaskName", "Description", "Action", "Trigger", "Settings", "Principal", "Force"},
    "Remove-Item": {"LiteralPath", "Recurse", "Force"},
    "Remove-PSSession": {"Session"},
    "Set-StrictMode": {"Version"},
    "Split-Path": {"Path", "Leaf", "Parent"},
    "Start-ScheduledTask": {"TaskName"},
    "Start-Sleep": {"Seconds"},
    "Test-Path": {"LiteralPath"},
    "Unregister-ScheduledTask": {"TaskName", "Confirm"},
    "Where-Object": {"FilterScript"},
    "Write-Output": {"InputObject"},
    "Write-Verbose": {"Message"},
    "Write-Warning": {"Message"},
}


@pytest.fixture(params=SCRIPTS, ids=lambda path: path.name)
def script(request: pytest.FixtureRequest) -> Path:
    found: Path = request.param
    return found


def test_there_are_scripts_to_install_update_remove_and_to_do_without_a_service() -> None:
    assert {path.name for path in CALLED} == {
        "Install-Ssoreach.ps1",
        "Update-Ssoreach.ps1",
        "Remove-Ssoreach.ps1",
        "Register-SsoreachOnce.ps1",
    }


def test_it_is_powershell(script: Path) -> None:
    assert errors(read(script)) == []


@pytest.mark.parametrize("wrong", ["if ($a) {", "$a = @(1, 2", "Get-Item -Path 'a", "foreach ($a on $b) { }"])
def test_the_grammar_sees_what_is_none(wrong: str) -> None:
    assert errors(parse(wrong))


def test_windows_powershell_reads_it_in_any_language(script: Path) -> None:
    """Without a mark at the start it takes a file for one in the language of the machine."""
    assert script.read_bytes().isascii()


@pytest.mark.parametrize("newer", [r"\?", "&&", r"\|\|", "`$", "-Parallel", r"\bclean\b"])
def test_nothing_is_newer_than_5_1_nor_easy_to_misread(newer: str, script: Path) -> None:
    """A question mark is an alias, or one of the operators that came with 7."""
    assert not re.search(newer, code(read(script)), re.MULTILINE)


def test_every_script_is_strict_and_ends_at_its_first_error(script: Path) -> None:
    lines = script.read_text("ascii").splitlines()
    assert "Set-StrictMode -Version 3.0" in lines
    assert "$ErrorActionPreference = 'Stop'" in lines
    passed_over = [line for line in lines if "SilentlyContinue" in line or "Ignore" in line.split()]
    assert all("Get-Service -Name 'ssoreach'" in line or "$ProgressPreference" in line for line in passed_over)


def test_every_command_is_one_of_5_1_by_its_full_name_with_names_for_all_it_is_given(script: Path) -> None:
    for each in commands(read(script)):
        if each.name:
            known = THEIRS | OURS
            assert each.name in known, said(each.node)
            assert set(each.parameters) <= known[each.name], said(each.node)
            is_splat = said(each.node).startswith(f"{each.name} @")
            assert is_splat or each.first in ("", "command_parameter"), said(each.node)


def test_a_program_is_run_in_one_place_and_how_it_ended_is_looked_at_there() -> None:
    """The other one is a block of a script's own."""
    run = {(path.name, said(each.node)) for path in SCRIPTS for each in commands(read(path)) if not each.name}
    taken_in = {text for _, text in run if text.startswith(". ")}
    assert taken_in == {". (Join-Path -Path $PSScriptRoot -ChildPath 'Rollout.ps1')"}
    assert {each for each in run if each[1] not in taken_in} == {
        ("OnHost.ps1", "& $Program @Arguments 2>&1"),
        ("OnHost.ps1", "& $What"),
    }
    (place,) = [part for part in PARTS if part.name == "Invoke-Program"]
    lines = [line.strip() for line in said(place.node).splitlines()]
    ran = lines.index("$all = @(& $Program @Arguments 2>&1)")
    assert lines[ran + 1] == "$code = $LASTEXITCODE"
    # A program that is not there would be passed over, and how the one before ended be taken for its own.
    assert lines[ran - 2 : ran] == ["$ErrorActionPreference = 'Continue'", "try {"]
    assert any("-notcontains $code" in line for line in lines)


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_every_parameter_is_explained_and_nothing_else(part: Part) -> None:
    assert ".SYNOPSIS" in part.help
    assert re.findall(r"^\s*\.PARAMETER (\w+)$", part.help, re.MULTILINE) == list(part.parameters)


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_no_variable_is_a_parameter_by_another_spelling(part: Part) -> None:
    """PowerShell does not tell them apart: one would take the place of the other."""
    spelled = {name.casefold(): name for name in part.parameters}
    assert [name for name in assigned(part.node) if spelled.get(name.casefold(), name) != name] == []


@pytest.mark.parametrize("path", CALLED, ids=lambda path: path.name)
def test_every_script_has_examples_that_it_takes_and_can_be_asked_what_it_would_do(path: Path) -> None:
    (part,) = [part for part in parts(path) if part.name == path.name]
    examples = re.findall(r"^\.EXAMPLE\n    (.+)$", part.help, re.MULTILINE)
    assert len(examples) >= 2
    for example in examples:
        typed = parse(example.replace(f".\\{path.name}", path.stem))  # the grammar knows no path there
        assert errors(typed) == []
        (command,) = commands(typed)
        known = OURS[path.name] if command.name == path.stem else THEIRS[command.name]
        assert path.name in example
        assert set(command.parameters) <= known, example
    text = said(part.node)
    assert "SupportsShouldProcess = $true" in text
    assert "$PSCmdlet.ShouldProcess(" in text
    assert text.startswith("#Requires -Version 5.1")


def test_the_task_runs_nothing_that_others_can_change() -> None:
    """It runs as SYSTEM, and no `service install` looks at the folder."""
    lines = [line.strip() for line in said(read(SCRIPTS[0].with_name("Register-SsoreachOnce.ps1"))).splitlines()]
    judged = [number for number, line in enumerate(lines) if line.startswith("Assert-OfAdministrator -Place")]
    registered = next(number for number, line in enumerate(lines) if line.startswith("$null = Register-ScheduledTask"))
    assert judged
    assert max(judged) < registered
    # Write, append and delete in it, delete, its list and owner, and the generic ones; above it without the first two.
    changes, replaces = 0x2 | 0x4 | 0x40 | 0x10000 | 0x40000 | 0x80000 | 0x10000000 | 0x40000000, 0x100D0040
    assert f"[int] $Harm = 0x{changes:X}" in lines
    assert f"Assert-OfAdministrator -Place $place -Harm 0x{replaces:X}" in lines


def test_nothing_is_copied_into_a_folder_of_keys_that_somebody_has_been_in_before() -> None:
    """Who owns a file goes on reading it, whatever is copied over it."""
    (made,) = [said(part.node) for part in PARTS if part.name == "New-DataFolder"]
    shut, judged = made.index("'/inheritance:r'"), made.rindex("Assert-OwnedByAdministrators -Folder $item.FullName")
    assert shut < judged


def command_lines(root: Node) -> list[list[str]]:
    """What the program is given, with everything that is added to it, as a person would type it."""
    known = set(program().commands)
    arrays = [words(each) for each in walk(root) if each.type == "array_expression"]
    lines: list[list[str]] = []
    for found in arrays:
        if found and found[0] in known:
            lines.append(found)
        elif found and found[0].startswith("--") and lines:
            lines[-1] = [*lines[-1], *found]
    return lines


LINES = [(path.name, line) for path in SCRIPTS for line in command_lines(read(path))]


@pytest.mark.parametrize(("name", "line"), LINES, ids=lambda each: " ".join(each) if isinstance(each, list) else each)
def test_every_command_line_of_theirs_is_one_that_the_program_takes(name: str, line: list[str]) -> None:
    taken(line)


def test_these_are_the_command_lines() -> None:
    found = {" ".join(line) for _, line in LINES}
    assert {
        "service install --config $Configuration --start --account $Account --firewall-scope --scraper $scraper",
        "service uninstall --purge",
        "service stop",
        "check-config --config $Configuration",
    } <= found
    with pytest.raises(Exception, match="No such option"):
        taken(["service", "install", "--firewal-scope"])
