"""`probe init`: a commented configuration, from answers or options."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli.usage import is_interactive, person_reads, wrong
from agent.ground.text import plain

if TYPE_CHECKING:
    from agent.draft.answers import Draft
    from agent.draft.asking import Answers
    from agent.draft.here import Here
    from agent.draft.keyboard import Keyboard

STDOUT = "-"
LONGEST_PATH = 1024
YES, NO = ("y", "yes"), ("n", "no")
NOT_WRITTEN = "Nothing was written."
BUNDLED = r".\ssoreach.exe"
WELCOME = """\
What is asked stands in a file at the end, and nowhere before: Ctrl-C leaves nothing behind.
Enter takes what stands in brackets, ? explains, - says none."""

Hosts = list[str] | None
HOST = "NAME[=ADDRESS]"


def init(
    file: Annotated[
        str | None,
        typer.Argument(help="Where to write; - for standard output. Without: where commands look.", metavar="FILE"),
    ] = None,
    site: Annotated[str | None, typer.Option(help="The site's name.", metavar="NAME")] = None,
    master: Annotated[Hosts, typer.Option(help="A master secret server; may be repeated.", metavar=HOST)] = None,
    standby: Annotated[Hosts, typer.Option(help="One that is made master by hand.", metavar=HOST)] = None,
    processing: Annotated[Hosts, typer.Option(help="A processing server; may be repeated.", metavar=HOST)] = None,
    sql: Annotated[
        str | None, typer.Option(help="The SSO database's: SERVER,PORT or SERVER\\INSTANCE.", metavar="SERVER")
    ] = None,
    node: Annotated[Hosts, typer.Option(help="Of a cluster; may be repeated.", metavar="CLUSTER/NODE")] = None,
    dtc: Annotated[
        bool | None, typer.Option("--dtc/--no-dtc", help="Processing servers use DTC to the database.")
    ] = None,
    dynamic_ports: Annotated[str | None, typer.Option(help="RPC's, if they were changed.", metavar="A-B")] = None,
    fixed_port: Annotated[Hosts, typer.Option(help="A service's own port.", metavar="SERVICE=PORT")] = None,
    key_file: Annotated[str | None, typer.Option(help="The site's key, from `probe key`.", metavar="PATH")] = None,
    backup_confirmed: Annotated[
        str | None, typer.Option(help="When a backup of the master secret was last seen.", metavar="DATE|no")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing: take what is suggested.")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Write over a file that is there; it is kept beside the new one.")
    ] = False,
) -> None:
    """Write a configuration file: asks what it has to know. Exit 2: something is missing, or the file is there."""
    import os

    from agent.draft.place import is_taken, place

    if file is not None and sql is not None and file.isdecimal():
        wrong(f"--sql: PowerShell makes two words of SERVER,PORT; put it in quotes: --sql '{plain(sql)},{file}'")
    path = None if file == STDOUT else Path(file) if file is not None else place(os.environ)
    if path is not None and is_taken(path) and not force:
        wrong(f"{plain(str(path), LONGEST_PATH)}: is there already, and was left as it is; --force keeps it, too")
    given = {
        "site": site,
        "master": _joined(master),
        "standby": _joined(standby),
        "processing": _joined(processing),
        "sql": sql,
        "node": _joined(node),
        "dtc": None if dtc is None else "yes" if dtc else "no",
        "dynamic-ports": dynamic_ports,
        "fixed-port": _joined(fixed_port),
        "key-file": key_file,
        "backup-confirmed": backup_confirmed,
    }
    draft = _draft({option: text for option, text in given.items() if text is not None}, path, yes=yes)
    _write(draft, path)


def _joined(several: Hosts) -> str | None:
    return ", ".join(several) if several else None


def _draft(given: dict[str, str], path: Path | None, *, yes: bool) -> "Draft":
    from datetime import date

    from agent.draft.asking import alone
    from agent.draft.here import here

    seen = here(date.today())
    somebody = person_reads()
    answers = _of_person(given, seen, path) if somebody and not yes else alone(given, seen)
    if answers.wrong:
        asked = "" if yes or somebody else " There is nobody to ask: say it with options."
        wrong("\n".join(answers.wrong) + f"\n{NOT_WRITTEN}{asked}")
    for note in answers.notes:
        print(plain(note, LONGEST_PATH), file=sys.stderr)
    return answers.draft


def _of_person(given: dict[str, str], seen: "Here", path: Path | None) -> "Answers":
    from agent.draft.after import summary
    from agent.draft.asking import asked
    from agent.draft.keyboard import Keyboard

    person = Keyboard()
    try:
        person.say(WELCOME)
        answers = asked(given, seen, person)
        if answers.wrong:
            return answers
        person.say("")
        for line in summary(answers.draft):
            person.say(line)
        _agree(person, path)
    except EOFError:
        wrong(f"\n{NOT_WRITTEN}")
    except KeyboardInterrupt:
        person.say(f"\n{NOT_WRITTEN}")
        raise
    return answers


def _agree(person: "Keyboard", path: Path | None) -> None:
    where = "to standard output" if path is None else "to " + plain(str(path.absolute()), LONGEST_PATH)
    while (text := person.ask(f"Write this {where}? [yes]: ").strip().casefold()) not in ("", *YES):
        if text in NO:
            wrong(NOT_WRITTEN)


def _write(draft: "Draft", path: Path | None) -> None:
    import os

    from agent.draft.place import is_taken, make_folder, write_new, write_over
    from agent.draft.text import text

    if path is None:
        print(text(draft), end="")
        return
    shown = plain(str(path), LONGEST_PATH)
    try:
        made = make_folder(path, os.environ)
        if is_taken(path):
            print(f"{shown}: the one before is kept as {write_over(path, text(draft)).name}", file=sys.stderr)
        else:
            write_new(path, text(draft))
    except OSError as error:
        wrong(f"{shown}: cannot be written: {error.strerror or error}")
    print(f"{shown}: written", file=sys.stderr)
    _say_what_next(draft, path, made=made)


def _say_what_next(draft: "Draft", path: Path, *, made: bool) -> None:
    from agent.draft.after import next_commands

    key = None if draft.key_file is None else path.parent / draft.key_file
    print("Next:", file=sys.stderr)
    for command in next_commands(_program(), path, key if key and not key.exists() else None, found=_is_found(path)):
        print(f"  {plain(command, LONGEST_PATH)}", file=sys.stderr)
    if made and sys.platform == "win32":
        print(f"Others may write in {path.parent} as yet; `service install` keeps them out.", file=sys.stderr)


def _is_found(path: Path) -> bool:
    """Whether commands that the same person starts find it without being told."""
    import os

    from agent.config.find import find
    from agent.config.mistakes import ConfigError

    try:
        there = find(None, os.environ, interactive=is_interactive(), platform=sys.platform)
    except ConfigError:
        return False
    return there.absolute() == path.absolute()


def _program() -> str:
    """A bundle's is typed in its own folder; else by the name under which it was started, if that is one of ours."""
    if getattr(sys, "frozen", False):
        return BUNDLED
    name = Path(sys.argv[0]).stem
    return name if name in ("probe", "ssoreach") else "probe"
