"""A site without a file: this host in one role, and the servers named on the command line."""

import re
from collections.abc import Callable
from typing import TypeVar

from agent.config.address import address, host_port, literal_address
from agent.config.load import understand
from agent.config.mistakes import ConfigError, Mistake
from agent.config.model import Config
from agent.config.positions import Written
from agent.ground.ports import port_number
from agent.ground.roles import Role

SITE = "adhoc"

_WHERE = "command line"
_T = TypeVar("_T")


def adhoc(role: Role, sql: str | None, master: str | None, host: str) -> Config:
    """`host` is what this machine calls itself. `sql` may be SERVER, SERVER,PORT, SERVER:PORT or SERVER\\INSTANCE.

    Raises ConfigError.
    """
    _require_options(role, sql, master)
    site = _Site(role, host)
    if master is not None:
        site.add(_checked("--master", address, master), Role.MASTER_SECRET)
    if sql is not None:
        server, more = _checked("--sql", _sql_server, sql)
        site.add(server, Role.SSO_DATABASE, **more)
    return understand(Written({"site": SITE, "hosts": list(site.hosts.values())}), _WHERE)


def _require_options(role: Role, sql: str | None, master: str | None) -> None:
    if role is Role.SSO_DATABASE:
        raise _wrong("--role", f"{role} asks nothing of others; it is one of processing, master-secret")
    if role is Role.PROCESSING and master is None:
        raise _wrong("--master", f"is required with --role {role}")
    if role.counts_as is Role.MASTER_SECRET and master is not None:
        raise _wrong("--master", f"names nobody to ask with --role {role}; paths to processing servers need a file")
    if role.counts_as is Role.MASTER_SECRET and sql is None:
        raise _wrong("--sql", f"is required with --role {role}")


class _Site:
    """Hosts by address, so that one machine named twice has two roles."""

    def __init__(self, role: Role, host: str) -> None:
        # Nobody asks us anything here, so any address will do for a host whose name is none.
        own = host if _is_address(host) else "localhost"
        self.hosts: dict[str, dict[str, object]] = {}
        self._roles: dict[str, list[str]] = {}
        self.add(own, Role.MASTER_SECRET if role.counts_as is Role.MASTER_SECRET else role, name=_name(host))

    def add(self, where: str, role: Role, **more: object) -> None:
        key = where.casefold()
        roles = self._roles.setdefault(key, [])
        if role not in roles:
            roles.append(role)
        self.hosts[key] = {"name": _name(where), "address": where, "roles": roles, **self.hosts.get(key, {}), **more}


def _sql_server(text: str) -> tuple[str, dict[str, object]]:
    text = text.removeprefix("tcp:")
    if text.casefold() in (".", "(local)"):
        raise ValueError("write the server's name: to SQL Server's tools this one means the machine they run on")
    server, comma, port = text.partition(",")
    if comma:  # the port wins over the name of an instance, as it does for SQL Server's own clients
        return address(server.partition("\\")[0]), {"port": port_number(port.strip())}
    server, backslash, instance = text.partition("\\")
    if backslash:
        return address(server), {"instance": instance}
    if ":" in text and literal_address(text) is None:
        return address(host_port(text).host), {"port": host_port(text).port}
    return address(text), {}


def _name(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]", "-", text)[:63].lstrip(".-") or "host"


def _is_address(text: str) -> bool:
    try:
        address(text)
    except ValueError:
        return False
    return True


def _checked(option: str, check: Callable[[str], _T], text: str) -> _T:
    try:
        return check(text)
    except ValueError as error:
        raise _wrong(option, str(error)) from None


def _wrong(option: str, message: str) -> ConfigError:
    return ConfigError([Mistake(_WHERE, None, option, message)])
