"""The SSO database's server as people write it for SQL Server's tools. Raises ValueError with a sentence."""

import re
from dataclasses import dataclass

from agent.config.address import HostPort, address, host_port, literal_address
from agent.draft.answers import Machine
from agent.draft.checked import instance_name
from agent.draft.hosts import machine, split_name, split_zone
from agent.ground.ports import port_number

THIS_MACHINE = frozenset({".", "(local)", "localhost", "127.0.0.1", "::1", "[::1]"})
FORMS = r"SERVER, SERVER,PORT, SERVER\INSTANCE or tcp:SERVER,PORT"

_PROTOCOL = re.compile(r"(?i)(tcp|np|lpc|via|admin):(?=[^:])")


@dataclass(frozen=True, slots=True)
class SqlServer:
    """One of `port` and `instance`, or neither: then SQL Server's usual port. `notes`: how it was understood."""

    machine: Machine
    port: int | None = None
    instance: str | None = None
    zone: str | None = None
    notes: tuple[str, ...] = ()


def sql_server(text: str, this_machine: str) -> SqlServer:
    """`this_machine`: its name, for `(local)` and its like, which mean another machine on every host of the site."""
    rest, zone = split_zone(text)
    name, rest = split_name(rest)
    server, port, instance = _parts(_over_tcp(rest))
    notes: list[str] = []
    if server.casefold() in THIS_MACHINE:
        server = _named(server, this_machine, notes)
    if port is not None and instance is not None:
        notes.append(f"port and instance: the port wins, and {instance} is left out, as SQL Server's own clients do")
        instance = None
    found, said = machine(server if name is None else f"{name}={server}")
    return SqlServer(found, port, instance, zone, (*notes, *said))


def _over_tcp(text: str) -> str:
    protocol = _PROTOCOL.match(text)
    if protocol and protocol[1].casefold() != "tcp":
        raise ValueError(f"{protocol[0]} is not TCP, and only that is probed; write {FORMS}")
    return text[protocol.end() :].strip() if protocol else text


def _parts(text: str) -> tuple[str, int | None, str | None]:
    """Server, port, instance."""
    server, comma, port = (part.strip() for part in text.partition(","))
    server, backslash, instance = (part.strip() for part in server.partition("\\"))
    if not server:
        raise ValueError(f"no server is named; write {FORMS}")
    if not (comma or backslash) and ":" in server and literal_address(server.strip("[]")) is None:
        found: HostPort = host_port(server)
        return found.host, found.port, None
    if server.startswith("[") and literal_address(server[1:-1]) is not None:
        server = server[1:-1]
    return server, port_number(port) if comma else None, instance_name(instance) if backslash else None


def _named(written: str, this_machine: str, notes: list[str]) -> str:
    """The file is the same on every host, so this machine needs its name in it."""
    if not this_machine:
        raise ValueError(f"{written} means this machine here, and another one elsewhere; write the server's name")
    notes.append(f"{written} means this machine; written as {address(this_machine)}")
    return this_machine
