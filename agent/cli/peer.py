"""From PEER, a host of the file or any name or address, to whom to ask."""

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from agent.addressee import Addressee
from agent.cli.usage import is_interactive, wrong
from agent.config.address import address
from agent.config.find import find
from agent.config.mistakes import ConfigError

if TYPE_CHECKING:
    from agent.config.model import Config
    from agent.topology import Site


def addressee(peer: str, config: Path | None) -> Addressee:
    """With what the file says of it and of this machine, if there is a file. A mistake ends the command with 2."""
    found = _file_if_any(config)
    try:
        return Addressee(peer, (address(peer),)) if found is None else _of_file(peer, found)
    except ValueError as error:
        wrong(f"PEER: {error}")


def _file_if_any(config: Path | None) -> "Config | None":
    """A file that is named must be good; one that is only looked for may be missing."""
    try:
        place = find(config, os.environ, interactive=is_interactive(), platform=sys.platform)
    except ConfigError:
        return None
    from agent.cli.site import read  # only here: it costs more than all the rest of a command that needs no file

    return read(place)[0]


def _of_file(peer: str, config: "Config") -> Addressee:
    """What is no host of the file is a name or an address. Raises ValueError."""
    from agent.topology import site_of

    site = site_of(config)
    timeout, source = config.schedule.timeout, _own_address(site)
    anyone = Addressee(peer, (), dynamic_ports=config.rpc.dynamic_ports, timeout=timeout, source_address=source)
    for host in site.hosts:
        if host.name.casefold() == peer.casefold():
            return replace(anyone, peer=host.name, names=host.addresses, epm_port=host.epm_port)
    return replace(anyone, names=(address(peer),))


def _own_address(site: "Site") -> str | None:
    """What this machine is to speak from, where it can be recognised in the file: it need not be."""
    from agent.whoami import UnknownHostError, this_machine, whoami

    try:
        return whoami(site, this_machine()).source_address
    except UnknownHostError:
        return None
