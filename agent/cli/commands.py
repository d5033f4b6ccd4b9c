"""Every command and its options."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from agent import __version__
from agent.cli.endpoints import endpoints
from agent.cli.init import init
from agent.cli.once import once
from agent.cli.options import Config, Host, Master, PlanFormat, RoleOf, Sql
from agent.cli.plugin import PluginCommand
from agent.cli.rules import rules
from agent.cli.service import service
from agent.cli.sweep import sweep
from agent.cli.trace import trace

app = typer.Typer(
    help="Which paths between BizTalk servers, their master secret server and the SSO database are open or shut.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"ssoreach {__version__}")
        raise typer.Exit


@app.callback()
def probe(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Nothing but a place for the options that all commands share."""


app.command(cls=PluginCommand)(once)  # the first in the list, as it is the first that people type


@app.command()
def run(config: Config = None, host: Host = None) -> None:
    """The agent, in the foreground: probe for ever, and serve /metrics."""
    from agent.cli.early import note_early

    early = note_early()
    from agent.cli.foreground import run_agent
    from agent.cli.site import locate

    run_agent(locate(config), host, early)


@app.command()
def status(
    config: Config = None,
    host: Host = None,
    peer: Annotated[str | None, typer.Option(help="Only this peer, with its range drawn.", metavar="NAME")] = None,
    form: Annotated[PlanFormat, typer.Option("--format", "-f", help="How to write it.")] = PlanFormat.TABLE,
) -> None:
    """What the running agent of this host knows; asks nobody else. Exit 0: all reachable, 1: not, 3: not known."""
    from agent.cli.site import locate
    from agent.cli.status import ask_status, configuration

    raise typer.Exit(ask_status(configuration(locate(config)), host, peer, str(form)))


@app.command()
def safe_to_restart(
    config: Config = None,
    host: Host = None,
    role: RoleOf = None,
    sql: Sql = None,
    master: Master = None,
) -> None:
    """Whether the SSO service, host instances or this machine can be restarted now. Exit 0: yes, 1: no, 3: unknown."""
    from agent.cli.restarting import ask_restart
    from agent.cli.site import load

    raise typer.Exit(ask_restart(load(config, host, role, sql, master)))


@app.command()
def demo(
    once_only: Annotated[bool, typer.Option("--once", help="Print the table and end.")] = False,
) -> None:
    """A whole small site on this machine's loopback, with one real finding. Needs no file and no rights."""
    from agent.demo.demo import demonstrate

    raise typer.Exit(demonstrate(once_only=once_only))


@app.command()
def plan(
    config: Config = None,
    host: Host = None,
    role: RoleOf = None,
    sql: Sql = None,
    master: Master = None,
    every: Annotated[bool, typer.Option("--all", help="From every host of the file, not only this one.")] = False,
    form: Annotated[PlanFormat, typer.Option("--format", "-f", help="How to write the plan.")] = PlanFormat.TABLE,
) -> None:
    """What would be probed, and why. Sends nothing."""
    from agent.cli.site import load, load_all
    from agent.report.plan import print_plan

    setups = load_all(config) if every else [load(config, host, role, sql, master)]
    print_plan([path for setup in setups for path in setup.paths], str(form), sys.stdout)


@app.command()
def check_config(config: Config = None) -> None:
    """Read the configuration. Exit 0, or 2 with every mistake in it."""
    from agent.cli.ring import what_is_wrong_with_key
    from agent.cli.site import read
    from agent.cli.web_config import check_web_config

    found, place = read(config)
    for line in what_is_wrong_with_key(found):
        print(f"{place}: {line}", file=sys.stderr)
    check_web_config(found)
    print(f"{place}: good: site {found.site}, {len(found.hosts)} hosts")


@app.command()
def key(
    file: Annotated[Path, typer.Argument(help="The site's key file.", metavar="FILE")],
    add: Annotated[
        bool, typer.Option("--add", help="Rotation, step 1: a new key at the end of FILE. It verifies; none signs yet.")
    ] = False,
    promote: Annotated[
        bool,
        typer.Option("--promote", help="Step 2, when every host has that FILE: the last key comes first, and signs."),
    ] = False,
    retire: Annotated[
        bool, typer.Option("--retire", help="Step 3, when no host signs with an old key: the first key alone stays.")
    ] = False,
) -> None:
    """Write a key for the site into a new FILE that only its owner may read; or rotate the keys in it.

    An old key may go when ssoreach_rendezvous_key_used_total{key="previous"} stands still on every host.
    """
    from agent.cli.key import write_key

    steps = {"add": add, "promote": promote, "retire": retire}
    write_key(file, [step for step, wanted in steps.items() if wanted])


@app.command(hidden=True)
def healthy(config: Config = None) -> None:
    """Whether the agent of this machine answers, for a container's health check. Exit 0: it does, 1: it does not."""
    from agent.cli.healthy import is_healthy
    from agent.found.exit import Exit

    raise typer.Exit(Exit.OK if is_healthy(config) else Exit.BAD)


# Each in a file of its own, which imports what it needs only when it runs, too.
for command in (endpoints, sweep, rules, init, trace):
    app.command()(command)
app.add_typer(service, name="service")
