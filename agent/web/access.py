"""Who may read what.

Clients that are not on this machine get the metrics and the health pages only, unless `web.open_pages` is set. A
foreign Host header is refused, whoever asks: a page from elsewhere in a browser here must not be able to read us.
"""

import contextlib
import ipaddress
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from aiohttp import web

OPEN_PATHS = ("/metrics", "/sd", "/-/")

HOST = re.compile(r"(?:\[(?P<v6>[0-9A-Fa-f:.]+)\]|(?P<name>[^:\[\]]+))(?::[0-9]{1,5})?")


@dataclass(frozen=True, slots=True)
class Rules:
    """What the configuration in force says. `names`: how this machine is called, see `allowed_names`."""

    names: frozenset[str]
    open_pages: bool = False
    reload_endpoint: bool = False


def allowed_names(names: Iterable[str]) -> frozenset[str]:
    """Host names that are ours: as they are, and without their domain. Addresses need not be named."""
    given = [name.casefold().removesuffix(".") for name in names if name and address(name) is None]
    return frozenset(["localhost", *given, *(name.partition(".")[0] for name in given)])


def refusal(request: web.Request, rules: Rules) -> web.Response | None:
    """What to answer instead of the page, if it is not for this client."""
    if not known_host(request.headers.get("Host", ""), rules.names):
        text = "This agent does not answer to that Host name; ask by its address, or by a name of its configuration.\n"
        return web.Response(status=421, text=text)
    if rules.open_pages or from_here(request.remote) or request.path.startswith(OPEN_PATHS):
        return None
    return web.Response(status=403, text="Only from this machine: set web.open_pages to open this to others.\n")


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
