"""`probe sweep`, as it is typed."""

import sys
from typing import Annotated

import typer

from agent.cli.options import Config, PlanFormat


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
