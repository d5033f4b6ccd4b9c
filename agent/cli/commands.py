"""Every command and its options."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from agent import __version__
from agent.cli.init import init
from agent.cli.options import Config, Format, Host, Master, Output, PlanFormat, RoleOf, Sql
from agent.cli.plugin import PluginCommand
from agent.cli.rules import rules
from agent.cli.service import service
from agent.cli.trace import trace
from agent.ground.path import Check

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


@app.command(cls=PluginCommand)
def once(
    config: Config = None,
    host: Host = None,
    role: RoleOf = None,
    sql: Sql = None,
    master: Master = None,
    peer: Annotated[list[str] | None, typer.Option(help="Only this peer; may be repeated.", metavar="NAME")] = None,
    check: Annotated[list[Check] | None, typer.Option(help="Only this check; may be repeated.")] = None,
    samples: Annotated[int | None, typer.Option(min=1, max=100, help="Ports to sample of the dynamic range.")] = None,
    ports: Annotated[
        str | None, typer.Option(help="These instead of the dynamic range, every one of up to 200.", metavar="A-B")
    ] = None,
    both: Annotated[bool, typer.Option("--both", help="Have the agents of the peers probe back, too.")] = False,
    exact: Annotated[bool, typer.Option("--exact/--no-exact", help="Search for the edges of what is shut.")] = True,
    prelogin: Annotated[bool, typer.Option("--prelogin", help="Ask SQL Server for its version.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit 3 for everything that is not shown.")] = False,
    form: Annotated[Format, typer.Option("--format", "-f", help="How to write the results.")] = Format.TABLE,
    output: Output = None,
) -> None:
    """Probe every path once. Exit 0: all reachable, 1: something is not, 3: something could not be shown."""
    import asyncio

    from agent.cli.output import Wish, check_place, write
    from agent.cli.patience import patience, say
    from agent.cli.remembered import remembered
    from agent.cli.ring import ring_of_person
    from agent.cli.site import at_ports, choose, load
    from agent.found.exit import Plugin
    from agent.once import Wanted, run_once, samples_of
    from agent.report.document import Run

    setup = choose(load(config, host, role, sql, master), peer or [], [str(each) for each in check or []])
    if prelogin:
        setup = setup.with_prelogin()
    if ports is not None:
        setup = at_ports(setup, ports)

    wish = Wish(str(form), output, strict=strict)
    check_place(wish)

    def stopped(run: Run) -> None:
        if write(run, setup, replace(wish, interrupted=True)) is Plugin.UNKNOWN:
            raise typer.Exit(Plugin.UNKNOWN)

    ring = ring_of_person(setup.config, needed=both)
    wanted = Wanted(samples or samples_of(setup), exact=exact, ring=ring, both=both, told=say)
    with patience(exact=exact, both=both):
        run = asyncio.run(run_once(setup, wanted, interrupted=stopped, kept=remembered(setup)))
    raise typer.Exit(write(run, setup, wish))


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
def endpoints(
    peer: Annotated[
        str, typer.Argument(help="A host of the file; without a file any name or address.", metavar="PEER")
    ],
    config: Config = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="The mapper's port, if it is not 135.")] = None,
    form: Annotated[PlanFormat, typer.Option("--format", "-f", help="How to write the table.")] = PlanFormat.TABLE,
) -> None:
    """What a peer's RPC endpoint mapper has registered. Exit 0: it answered, 1: it did not."""
    import asyncio

    from agent.cli.peer import addressee
    from agent.endpoints import list_endpoints
    from agent.found.exit import Exit
    from agent.report.endpoints import print_endpoints

    mapper = addressee(peer, config)
    mapper = replace(mapper, epm_port=port or mapper.epm_port)
    listings = asyncio.run(list_endpoints(mapper))
    print_endpoints(mapper, listings, str(form), sys.stdout)
    raise typer.Exit(Exit.OK if any(listing.entries is not None for listing in listings) else Exit.BAD)


@app.command()
def sweep(
    peer: Annotated[
        str, typer.Argument(help="A host of the file; without a file any name or address.", metavar="PEER")
    ],
    ports: Annotated[
        str | None, typer.Option(help="Instead of the dynamic range: 49152-65535, or several.", metavar="A-B")
    ] = None,
    pace: Annotated[str, typer.Option(help="Attempts a second, or max.", metavar="N|max")] = "100",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask whether to go on.")] = False,
    config: Config = None,
    form: Annotated[PlanFormat, typer.Option("--format", "-f", help="How to write what was found.")] = PlanFormat.TABLE,
) -> None:
    """Ask every port of a range once. Exit 0: something answered, 3: nothing did or it was stopped, 1: no address."""
    from agent.cli.peer import addressee
    from agent.cli.sweeping import agree, announce, exit_of, orders_for, pace_of, ports_of, run_sweep
    from agent.found.exit import Exit
    from agent.report.sweep import print_sweep

    whom = addressee(peer, config)
    orders = orders_for(whom, ports_of(ports, whom.dynamic_ports), pace_of(pace))
    if not orders:
        raise typer.Exit(Exit.BAD)
    announce(whom, orders)
    agree(yes=yes)
    found = run_sweep(whom, orders)
    print_sweep(found, str(form), sys.stdout)
    raise typer.Exit(exit_of(found))


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
for command in (rules, init, trace):
    app.command()(command)
app.add_typer(service, name="service")
