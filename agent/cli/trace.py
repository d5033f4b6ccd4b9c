"""`probe trace`: at which hop a SYN dies."""

import sys
from typing import Annotated

import typer

from agent.cli.options import Config, PlanFormat


def trace(
    peer: Annotated[
        str, typer.Argument(help="A host of the file; without a file any name or address.", metavar="PEER")
    ],
    port: Annotated[int, typer.Argument(help="The port to trace.", min=1, max=65535, metavar="PORT")],
    config: Config = None,
    control: Annotated[
        str | None, typer.Option(help="A port to compare with, 135 by default; or none.", metavar="PORT")
    ] = None,
    max_hops: Annotated[int, typer.Option(min=1, max=64, help="How far to go.")] = 30,
    queries: Annotated[int, typer.Option(min=1, max=5, help="Attempts for each hop.")] = 3,
    timeout: Annotated[str, typer.Option(help="How long each attempt may take.", metavar="TIME")] = "1500ms",
    form: Annotated[PlanFormat, typer.Option("--format", "-f", help="How to write the result.")] = PlanFormat.TABLE,
) -> None:
    """At which hop the SYN to a port dies. Linux, no rights needed. Exit 0: the port answers, 1: not, 3: not shown."""
    from agent.cli.tracing import (
        announce,
        control_of,
        exit_of,
        orders_for,
        refuse_elsewhere,
        run_trace,
        timeout_of,
    )
    from agent.trace import Order

    refuse_elsewhere()
    length = timeout_of(timeout)
    from agent.cli.peer import addressee
    from agent.found.exit import Exit
    from agent.report.trace import print_trace

    found = addressee(peer, config)
    compared = control_of(control, port, found.epm_port)
    orders = orders_for(found, Order("", port, compared, max_hops, length, queries))
    if not orders:
        raise typer.Exit(Exit.BAD)
    announce(orders)
    traced = run_trace(orders)
    print_trace(found.peer, traced, str(form), sys.stdout)
    raise typer.Exit(exit_of(traced))
