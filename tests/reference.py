"""docs/commands.md, made of what the program declares: `python -m tests.reference` writes it anew."""

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any, get_args

from tests.deploy.powershell import program

PLACE = Path(__file__).parents[1] / "docs" / "commands.md"
NOT_TYPED = {("service", "host")}  # by people
HEAD = """\
# Every command and option

Made of what the program itself declares (`python -m tests.reference` writes it anew); `probe COMMAND --help` says the
same. The program has a second name, `ssoreach`, and on Windows it is `ssoreach.exe`. `-h` is short for `--help`
everywhere; `probe --version` prints the version. Data goes to standard output, everything else to standard error.

| variable | does |
|---|---|
| `SSOREACH_CONFIG` | the configuration file, where `--config` names none |
| `NO_COLOR` | no colour, at a terminal either |
| `CREDENTIALS_DIRECTORY`, `STATE_DIRECTORY`, `NOTIFY_SOCKET`, `WATCHDOG_USEC`, `WATCHDOG_PID` | what systemd tells its services: [systemd.md](systemd.md) |
| `XDG_STATE_HOME` | where a user who is not root has `state_dir`, in the folder `ssoreach`; `~/.local/state` if it is not set |
| `ProgramData` | Windows: where the configuration and `state_dir` are |
| `COMPUTERNAME`, `USERDNSDOMAIN` | Windows: how this machine is called |
"""  # noqa: E501 - rows are lines


def reference() -> str:
    """The whole document."""
    sections = [_section(name, command) for name, command in commands(program()) if name not in NOT_TYPED]
    return "\n".join([HEAD, *sections])


def commands(group: Any, above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Those that do something, with the words that they are called by."""
    for name, each in group.commands.items():
        if hasattr(each, "commands"):
            yield from commands(each, (*above, name))
        else:
            yield (*above, name), each


def _section(name: tuple[str, ...], command: Any) -> str:
    rows = [_row(each) for each in command.params if each.name != "help"]
    table = ["| | |", "|---|---|", *rows, ""] if rows else []
    return "\n".join([f"## `{' '.join(('probe', *name))}`", "", *command.help.splitlines(), "", *table])


def _row(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return f"| {parameter.metavar} | {parameter.help} |"
    spelled = ", ".join(f"`{each}`" for each in (*parameter.opts, *parameter.secondary_opts))
    value = f" {parameter.metavar or _choices(parameter)}".replace("|", "\\|").rstrip()
    default = parameter.default
    usual = "" if default in (None, True, False) else f" Otherwise `{default}`."
    return f"| {spelled}{value} | {parameter.help}{usual} |"


def _choices(parameter: Any) -> str:
    """Of a closed list all of them; of numbers the least and the most."""
    annotation = parameter.type_descriptor.annotation
    kind = (get_args(annotation) or (annotation,))[0]
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return "|".join(kind)
    return "" if parameter.max is None else f"{parameter.min}-{parameter.max}"


if __name__ == "__main__":
    PLACE.write_text(reference(), encoding="utf-8")
