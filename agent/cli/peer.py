"""From PEER, a host of the file or an address of one, to whom to ask; without a file from any name or address."""

import asyncio
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from agent.cli.usage import is_interactive, wrong
from agent.config.address import address, literal_address
from agent.config.find import find
from agent.config.mistakes import ConfigError
from agent.ground.text import plain
from agent.site.addressee import Addressee
from probes.resolve import Resolver

if TYPE_CHECKING:
    from agent.config.model import Config
    from agent.site.topology import Host, Node, Site


def addressee(peer: str, config: Path | None) -> Addressee:
    """With what the file says of it and of this machine, if there is a file. A mistake ends the command with 2."""
    found = _file_if_any(config)
    try:
        return Addressee(peer, (address(peer),)) if found is None else _of_file(peer, *found)
    except ValueError as error:
        wrong(f"PEER: {error}")


def addresses_of(peer: Addressee) -> list[str]:
    """Each once; a name without any is told."""
    return asyncio.run(_resolved(peer))


async def _resolved(peer: Addressee) -> list[str]:
    resolver, found = Resolver(), list[str]()
    for name in peer.names:
        resolved = await resolver.resolve(name, peer.timeout)
        found += resolved.addresses
        if not resolved.addresses:
            print(f"{plain(name)}: {plain(resolved.detail)}", file=sys.stderr)
    return list(dict.fromkeys(found))


def _file_if_any(config: Path | None) -> "tuple[Config, Path] | None":
    """A file that is named must be good; one that is only looked for may be missing."""
    try:
        place = find(config, os.environ, interactive=is_interactive(), platform=sys.platform)
    except ConfigError:
        return None
    from agent.cli.site import read  # only here: it costs more than all the rest of a command that needs no file

    return read(place)


def _of_file(peer: str, config: "Config", place: Path) -> Addressee:
    """Nobody else is asked than hosts and nodes of the file. Raises ValueError."""
    from agent.site.topology import site_of

    site = site_of(config)
    timeout, source = config.schedule.timeout, _own_address(site)
    anyone = Addressee(peer, (), dynamic_ports=config.rpc.dynamic_ports, timeout=timeout, source_address=source)
    machines = list(_machines(site))
    for machine, epm_port in machines:
        if machine.name.casefold() == peer.casefold():
            return replace(anyone, peer=machine.name, names=machine.addresses, epm_port=epm_port)
    written = address(peer)
    for machine, epm_port in machines:
        if any(_spelled(each) == _spelled(written) for each in machine.addresses):
            return replace(anyone, peer=machine.name, names=(written,), epm_port=epm_port)
    hosts = ", ".join(dict.fromkeys(machine.name for machine, _ in machines))
    wrong(f"PEER {peer}: no host of {place} has this name or address, so nothing was sent; hosts: {hosts}")


def _machines(site: "Site") -> "Iterator[tuple[Host | Node, int]]":
    """Every host and behind it its nodes, with their mapper's port."""
    for host in site.hosts:
        yield host, host.epm_port
        for node in host.nodes:
            yield node, host.epm_port


def _spelled(written: str) -> str:
    """One spelling for an address or a name, however it is written."""
    literal = literal_address(written)
    return written.casefold().removesuffix(".") if literal is None else str(literal)


def _own_address(site: "Site") -> str | None:
    """What this machine is to speak from, where it can be recognised in the file: it need not be."""
    from agent.site.whoami import UnknownHostError, this_machine, whoami

    try:
        return whoami(site, this_machine()).source_address
    except UnknownHostError:
        return None
