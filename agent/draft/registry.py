r"""Windows' registry, by a list of what may be read of it. The secret's own key, beside these, is never opened.

Where the SSO service has its database is what setup wrote there. The master secret server's name is not in the
registry: it stands in the database. RPC's ports are there only where somebody limited them.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from agent.ground.ports import PortSet
from agent.ground.text import plain

ENTSSO_SQL = r"SOFTWARE\Microsoft\ENTSSO\SQL"
RPC_INTERNET = r"SOFTWARE\Microsoft\Rpc\Internet"

# Every value that this program reads of the registry for a draft. No key is listed, none is opened for more than this.
READ: Mapping[str, tuple[str, ...]] = {
    ENTSSO_SQL: ("Server", "Database"),
    RPC_INTERNET: ("PortsInternetAvailable", "UseInternetPorts", "Ports"),
}

LONGEST = 400  # letters of a value; a server's name, an instance and a port are fewer


class View(Enum):
    """Programs of 32 bits have a registry of their own; BizTalk's setup may have been one."""

    WIDE = 64
    NARROW = 32


class Registry(Protocol):
    """`value`: None where there is none, or where it may not be read."""

    def value(self, key: str, name: str, view: View) -> object: ...


@dataclass(frozen=True, slots=True)
class Registered:
    """What is written there; empty where nothing is."""

    server: str = ""
    database: str = ""
    ports: PortSet | None = None


def registered(registry: Registry) -> Registered:
    """Raises nothing."""
    server, view = "", View.WIDE
    for view in View:
        server = _text(_allowed(registry, ENTSSO_SQL, "Server", view))
        if server:
            break
    database = _text(_allowed(registry, ENTSSO_SQL, "Database", view)) if server else ""
    return Registered(server, database, _ports(registry))


def _ports(registry: Registry) -> PortSet | None:
    """Only those that RPC is told to use, and not to avoid."""
    available, used, ports = (_allowed(registry, RPC_INTERNET, name, View.WIDE) for name in READ[RPC_INTERNET])
    if not (_says_yes(available) and _says_yes(used) and isinstance(ports, list)):
        return None
    try:
        return PortSet.parse([str(each) for each in ports[:LONGEST]])
    except ValueError:
        return None


def _allowed(registry: Registry, key: str, name: str, view: View) -> object:
    if name not in READ.get(key, ()):
        raise AssertionError(f"{key}: {name} is not on the list of what is read")
    return registry.value(key, name, view)


def _says_yes(value: object) -> bool:
    return isinstance(value, str) and value.casefold() == "y"


def _text(value: object) -> str:
    """Harmless and on one line; nothing for what is no text, or longer than it can be."""
    found = value.strip() if isinstance(value, str) else ""
    return plain(found) if len(found) <= LONGEST else ""


if sys.platform == "win32":
    import winreg

    _VIEWS = {View.WIDE: winreg.KEY_WOW64_64KEY, View.NARROW: winreg.KEY_WOW64_32KEY}

    class WindowsRegistry:
        """`below`: the keys are taken from there, with a backslash at its end; for tests."""

        def __init__(self, root: int = winreg.HKEY_LOCAL_MACHINE, below: str = "") -> None:
            self._root = root
            self._below = below

        def value(self, key: str, name: str, view: View) -> object:
            access = winreg.KEY_QUERY_VALUE | _VIEWS[view]  # the right to list is not asked for
            try:
                with winreg.OpenKeyEx(self._root, self._below + key, 0, access) as opened:
                    return winreg.QueryValueEx(opened, name)[0]
            except OSError:
                return None

    def of_this_machine() -> Registered:
        """What is registered here."""
        return registered(WindowsRegistry())

else:

    def of_this_machine() -> Registered:
        """Nothing: only Windows has a registry."""
        return Registered()
