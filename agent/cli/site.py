"""From --config and --host to a plan. Whatever is wrong with them ends the command: one line each, exit 2."""

import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from agent.cli.usage import is_interactive, wrong
from agent.config.adhoc import adhoc
from agent.config.find import FILE_NAME, find
from agent.config.load import load as load_file
from agent.config.mistakes import ConfigError
from agent.config.model import Config
from agent.ground.path import Check
from agent.ground.ports import PortSet
from agent.ground.roles import Role
from agent.site.setup import Setup, set_up
from agent.site.topology import site_of
from agent.site.whoami import UnknownHostError, this_machine, whoami


def locate(config: Path | None) -> Path:
    """The file to read."""
    try:
        place = find(config, os.environ, interactive=is_interactive(), platform=sys.platform)
    except ConfigError as error:
        if config is None and Path(FILE_NAME).exists():
            print(f"./{FILE_NAME} is not taken with elevated rights, nor without a terminal: name it", file=sys.stderr)
        wrong(str(error))
    if place == Path(FILE_NAME):
        print(f"using {place.absolute()}", file=sys.stderr)
    return place


def read(config: Path | None) -> tuple[Config, Path]:
    """The configuration, and the file that it came from."""
    place = locate(config)
    try:
        return load_file(place), place
    except ConfigError as error:
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


def at_ports(setup: Setup, written: str) -> Setup:
    """With these ports in place of the dynamic range."""
    try:
        ports = PortSet.parse(written)
    except ValueError as error:
        wrong(f"--ports: {error}")
    if all(path.check is not Check.RPC_RANGE for path in setup.paths):
        wrong("--ports: none of the chosen paths is a range; see: probe plan")
    outside = [port for port in ports if port not in setup.config.rpc.dynamic_ports]
    if outside:
        print(f"--ports: {PortSet.of(outside)} is not in rpc.dynamic_ports; asked all the same", file=sys.stderr)
    return setup.at_ports(ports)


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
    return replace(set_up(found, source), is_from_file=False)


def _peers(setup: Setup) -> str:
    return ", ".join(dict.fromkeys(path.peer for path in setup.paths)) or "none"
