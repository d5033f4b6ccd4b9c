"""`probe endpoints`, as it is typed."""

import sys
from dataclasses import replace
from typing import Annotated

import typer

from agent.cli.options import Config, PlanFormat


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
