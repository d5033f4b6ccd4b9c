"""`probe rules`: the firewall change request."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from agent.cli.options import Config, Output


class RulesFormat(StrEnum):
    """For whom it is written: people, a form, and three kinds of firewall."""

    MARKDOWN = "markdown"
    CSV = "csv"
    POWERSHELL = "powershell"
    NETSH = "netsh"
    NFT = "nft"


def rules(
    config: Config = None,
    host: Annotated[str | None, typer.Option(help="Only what this host or node takes part in.", metavar="NAME")] = None,
    missing: Annotated[
        bool, typer.Option("--missing", help="Only what was found shut, by what the agent of this host knows.")
    ] = False,
    documents: Annotated[
        list[Path] | None,
        typer.Option(
            "--from",
            help="With --missing: ask no agent, but read what `probe once --format json` wrote, or /api/v1/paths gave; "
            "may be repeated.",
            metavar="FILE",
        ),
    ] = None,
    unclear: Annotated[
        bool, typer.Option("--unclear", help="With --missing: also what may be shut, and nobody has shown it.")
    ] = False,
    scraper: Annotated[
        list[str] | None, typer.Option(help="Where Prometheus collects from; may be repeated.", metavar="ADDRESS")
    ] = None,
    resolve: Annotated[
        bool, typer.Option("--resolve/--no-resolve", help="Look names up, or leave them as they are.")
    ] = True,
    nft_table: Annotated[
        str, typer.Option("--nft-table", help="For nft: the table with the chain that drops.", metavar="TABLE")
    ] = "inet filter",
    form: Annotated[RulesFormat, typer.Option("--format", "-f", help="How to write it.")] = RulesFormat.MARKDOWN,
    output: Output = None,
) -> None:
    """The firewall change request of the site. Sends nothing but questions to the name service.

    Exit 0: all of it is there, 3: something could not be determined.
    """
    from agent.cli.requesting import Asked, request
    from agent.cli.site import locate

    asked = Asked(
        host=host,
        documents=tuple(documents or ()),
        scrapers=tuple(scraper or ()),
        is_missing=missing,
        unclear=unclear,
        resolve=resolve,
        table=nft_table,
        form=str(form),
        output=output,
    )
    raise typer.Exit(request(locate(config), asked))
