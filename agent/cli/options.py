"""What several commands share: forms, and the options that say which file and which host."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Format(StrEnum):
    """How results are written."""

    TABLE = "table"
    JSON = "json"
    MARKDOWN = "markdown"
    PROM = "prom"
    NAGIOS = "nagios"


class PlanFormat(StrEnum):
    """How a plan is written."""

    TABLE = "table"
    JSON = "json"


class RoleOption(StrEnum):
    """The roles that ask something of others."""

    PROCESSING = "processing"
    MASTER_SECRET = "master-secret"  # noqa: S105 - the name of a role, not a password


Config = Annotated[Path | None, typer.Option("--config", "-c", help="The configuration file.", metavar="FILE")]
Host = Annotated[str | None, typer.Option(help="Which host of the file this machine is.", metavar="NAME")]
RoleOf = Annotated[RoleOption | None, typer.Option("--role", help="Without a file: what this machine is.")]
Sql = Annotated[str | None, typer.Option(help="Without a file: the SSO database's server.", metavar="HOST")]
Master = Annotated[str | None, typer.Option(help="Without a file: the master secret server.", metavar="HOST")]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="Write to a file, in one step.", metavar="FILE")]
