"""From --config and --host to a plan. Whatever is wrong with them ends the command: one line each, exit 2."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import typer

from agent.config.address import address
from agent.config.adhoc import adhoc
from agent.config.find import FILE_NAME, find
from agent.config.load import load as load_file
from agent.config.mistakes import ConfigError
from agent.config.model import Config
from agent.exit import Exit
from agent.listing import Mapper
from agent.path import Check
from agent.roles import Role
from agent.setup import Setup, set_up
from agent.topology import site_of
from agent.whoami import UnknownHostError, this_machine, whoami

EPM_PORT = 135
TIMEOUT = 3.0  # seconds


def read(config: Path | None) -> tuple[Config, Path]:
    """The configuration, and the file that it came from."""
    try:
        place = find(config, os.environ, interactive=_is_interactive(), platform=sys.platform)
        if place == Path(FILE_NAME):
            print(f"using {place.absolute()}", file=sys.stderr)
        return load_file(place), place
    except ConfigError as error:
        if config is None and Path(FILE_NAME).exists():
            print(f"./{FILE_NAME} is not taken with elevated rights, nor without a terminal: name it", file=sys.stderr)
        wrong(str(error))


def load(
    config: Path | None,
    host: str | None,
    role: str | None = None,
    sql: str | None = None,
    master: str | None = None,
) -> Setup:
    """The plan of this machine, from the file or from the command line alone."""
    try:
        if role is None and sql is None and master is None:
            found = read(config)[0]
            return set_up(found, whoami(site_of(found), this_machine(), host))
        return _without_file(config, host, role, sql, master)
    except (ConfigError, UnknownHostError) as error:
        wrong(str(error))


def load_all(config: Path | None) -> list[Setup]:
    """The plans of every machine of the file."""
    found = read(config)[0]
    return [set_up(found, source) for source in site_of(found).sources()]


def mapper_of(peer: str, config: Path | None, port: int | None) -> Mapper:
    """The endpoint mapper of a host of the file, if there is one; otherwise PEER is its name or address."""
    found = _file_if_any(config)
    for host in site_of(found).hosts if found else ():
        if host.name.casefold() == peer.casefold():
            return Mapper(
                host.name, host.addresses, port or host.epm_port, found.schedule.timeout if found else TIMEOUT
            )
    try:
        return Mapper(peer, (address(peer),), port or EPM_PORT, found.schedule.timeout if found else TIMEOUT)
    except ValueError as error:
        wrong(f"PEER: {error}")


def _file_if_any(config: Path | None) -> Config | None:
    """A file that is named must be good; one that is only looked for may be missing."""
    try:
        place = find(config, os.environ, interactive=_is_interactive(), platform=sys.platform)
    except ConfigError:
        return None
    return read(place)[0]


def choose(setup: Setup, peers: Sequence[str], checks: Sequence[str]) -> Setup:
    """Only the paths asked for; a name that leads nowhere is a mistake, not an empty answer."""
    known = {path.peer.casefold() for path in setup.paths}
    for peer in peers:
        if peer.casefold() not in known:
            wrong(f"--peer {peer}: {setup.source.name} has no path there; peers: {_peers(setup)}")
    wanted = {peer.casefold() for peer in peers} or known
    kinds = {Check(check) for check in checks} or set(Check)
    chosen = setup.only(lambda path: path.peer.casefold() in wanted and path.check in kinds)
    if not chosen.paths:
        wrong(f"nothing to probe from {setup.source.name} with these options; see: probe plan")
    return chosen


def wrong(message: str) -> NoReturn:
    """Usage or configuration."""
    print(message, file=sys.stderr)
    raise typer.Exit(Exit.USAGE)


def _without_file(
    config: Path | None, host: str | None, role: str | None, sql: str | None, master: str | None
) -> Setup:
    if config is not None:
        wrong("--config and --role are two ways to say the same; use one of them")
    if role is None:
        wrong("--role is required with --sql or --master: processing or master-secret")
    if sql is None or (master is None and role == Role.PROCESSING):
        print(
            f"not asked: {'the SSO database (no --sql)' if sql is None else 'the master (no --master)'}",
            file=sys.stderr,
        )
    own = host or this_machine().names[0]
    found = adhoc(Role(role), sql, master, own)
    source = site_of(found).sources()[0]
    return set_up(found, source)


def _peers(setup: Setup) -> str:
    return ", ".join(dict.fromkeys(path.peer for path in setup.paths)) or "none"


def _is_interactive() -> bool:
    """A person at a terminal, without special rights: only then may the current folder supply the file."""
    if sys.platform == "win32":
        import ctypes

        elevated = bool(ctypes.windll.shell32.IsUserAnAdmin())
    else:
        elevated = os.geteuid() == 0
    return sys.stdin.isatty() and not elevated
