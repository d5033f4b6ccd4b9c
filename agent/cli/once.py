"""`probe once`, as it is typed."""

from dataclasses import replace
from typing import Annotated

import typer

from agent.cli.options import Config, Format, Host, Master, Output, RoleOf, Sql
from agent.ground.path import Check


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
