"""Who may read what: one table.

Clients that are not on this machine get the metrics and the health pages only, unless `web.open_pages` is set or they
show who they are. Where `web.config_file` asks for that, everybody has to. A foreign Host header is refused, whoever
asks: a page from elsewhere in a browser here must not be able to read us.
"""

import contextlib
import ipaddress
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from enum import Enum, auto

from aiohttp import web

HOST = re.compile(r"(?:\[(?P<v6>[0-9A-Fa-f:.]+)\]|(?P<name>[^:\[\]%]+))(?::[0-9]{1,5})?")


@dataclass(frozen=True, slots=True)
class Rules:
    """What the configuration in force says. `names`: how this machine is called, see `allowed_names`.

    `token`: what a person on this machine shows to read the API where passwords or certificates are asked for.
    """

    names: frozenset[str]
    open_pages: bool = False
    reload_endpoint: bool = False
    token: str | None = field(default=None, repr=False)


class Page(Enum):
    """Pages that differ in who may see them."""

    HEALTH = auto()
    METRICS = auto()
    API = auto()
    REST = auto()
    RELOAD = auto()
    OTHERWISE = auto()  # not read, but asked with a method that no page has


class Who(Enum):
    """Why a client is let in; one reason is enough."""

    ANYONE = auto()
    HERE = auto()  # on this machine
    OPENED = auto()  # `web.open_pages`
    TOKEN = auto()  # on this machine, with the local token
    SHOWN = auto()  # with a password or a client certificate, by what `web.config_file` asks for


READING = ("GET", "HEAD")
PATHS = {
    "/-/healthy": Page.HEALTH,
    "/-/ready": Page.HEALTH,
    "/metrics": Page.METRICS,
    "/sd": Page.METRICS,
}

# Page: while nobody has to show who they are; where `web.config_file` has users or requires client certificates.
TABLE: dict[Page, tuple[frozenset[Who], frozenset[Who]]] = {
    Page.HEALTH: (frozenset({Who.ANYONE}), frozenset({Who.HERE, Who.SHOWN})),
    Page.METRICS: (frozenset({Who.ANYONE}), frozenset({Who.SHOWN})),
    Page.API: (frozenset({Who.HERE, Who.OPENED, Who.SHOWN}), frozenset({Who.TOKEN, Who.SHOWN})),
    Page.REST: (frozenset({Who.HERE, Who.OPENED, Who.SHOWN}), frozenset({Who.SHOWN})),
    Page.RELOAD: (frozenset({Who.HERE, Who.SHOWN}), frozenset({Who.HERE, Who.SHOWN})),
    Page.OTHERWISE: (frozenset({Who.HERE}), frozenset({Who.SHOWN})),
}


def page_of(method: str, path: str) -> Page:
    """By the path as it is: another spelling of an open page is the page of nobody."""
    if path == "/-/reload" and method == "POST":
        return Page.RELOAD
    if method not in READING:
        return Page.OTHERWISE
    return PATHS.get(path, Page.API if path.startswith("/api/") else Page.REST)


def allowed_names(names: Iterable[str]) -> frozenset[str]:
    """Host names that are ours: as they are, and without their domain. Addresses need not be named."""
    given = [name.casefold().removesuffix(".") for name in names if name and address(name) is None]
    return frozenset(["localhost", *given, *(name.partition(".")[0] for name in given)])


def foreign_host(header: str, rules: Rules) -> web.Response | None:
    """What to answer a client that calls this machine by a name that is not its own."""
    if known_host(header, rules.names):
        return None
    text = "This agent does not answer to that Host name; ask by its address, or by a name of its configuration.\n"
    return web.Response(status=421, text=text)


def known_host(header: str, allowed: Collection[str]) -> bool:
    """An address is always right: only a name can be made to point here by somebody else."""
    found = HOST.fullmatch(header)
    if found is None:
        return False
    if found["v6"]:
        return address(found["v6"]) is not None
    return found["name"].casefold().removesuffix(".") in allowed or address(found["name"]) is not None


def from_here(remote: str | None) -> bool:
    """Whether the client is on this machine."""
    found = address(remote or "")
    return found is not None and found.is_loopback


def address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address that a text is; an IPv4 address that came mapped into IPv6 is itself again."""
    with contextlib.suppress(ValueError):
        found = ipaddress.ip_address(text.partition("%")[0])
        return getattr(found, "ipv4_mapped", None) or found
    return None
