"""Addresses and host:port pairs as operators write them, and what they write instead.

Every function here raises ValueError with a sentence that says what to write.
"""

import ipaddress
import re
from typing import NamedTuple

from agent.ground.ports import port_number

BROADCAST = "255.255.255.255"

_LABEL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")
_WORD = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,62}")
_PORT_BEHIND = re.compile(r"(?:[^:]+|\[.*\]):[0-9]+")


class HostPort(NamedTuple):
    """Where something listens. The host is a literal address without brackets, or a name."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def word(written: object) -> str:
    """A name that may become a metric label: of a site, a host, a node, a zone, a service."""
    text = _text(written)
    _refuse_sql_forms(text)
    if not _WORD.fullmatch(text):
        raise ValueError(
            f"{_quoted(text)} is no name; one has 1 to 63 letters, digits, '_', and behind the first '.', '-'"
        )
    return text


def address(written: object) -> str:
    """A literal address or a host name that can be asked something."""
    text = _text(written)
    _refuse_sql_forms(text)
    if "/" in text:
        raise ValueError(f"{_quoted(text)} is a URL or a network; write only the address or the name")
    literal = literal_address(text)
    if literal is None:
        return _host_name(text)
    if literal.is_unspecified or literal.is_multicast or text == BROADCAST:
        raise ValueError(f"{text} is not the address of one host")
    return text


def literal(written: object) -> str:
    """An address of this machine: a name would be looked up for every attempt."""
    text = address(written)
    if literal_address(text) is None:
        raise ValueError(f"{_quoted(text)} is a name; write the address itself")
    return text


def host_port(written: object) -> HostPort:
    """ "192.0.2.1:10135", "[2001:db8::1]:10135", "name:10135": where others find something."""
    found = _host_port(written, lowest=1)
    address(found.host)  # of one host, not of all or of many
    return found


def listen_address(written: object) -> HostPort:
    """Like `host_port`; port 0 asks the system for a free one."""
    return _host_port(written, lowest=0)


def literal_address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """What it spells; None: it is a name."""
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _text(written: object) -> str:
    # A name of digits only arrives as a number, with the same digits.
    if isinstance(written, bool) or not isinstance(written, str | int):
        raise ValueError("must be text; put it in quotes")
    return str(written)


def _quoted(text: str) -> str:
    return (
        f"'{text if len(text) <= 80 else f'{text[:79]}…'}'"  # not repr: it would double the backslash of a server name
    )


def _refuse_sql_forms(text: str) -> None:
    server, backslash, instance = text.partition("\\")
    if backslash and server and instance:
        raise ValueError(f"{_quoted(text)} names a SQL Server instance; write {server} here and instance: {instance}")
    server, comma, port = text.partition(",")
    if comma and server and port.strip().isdigit():
        raise ValueError(f"{_quoted(text)} names a port; write {server} here and port: {port.strip()}")


def _host_name(text: str) -> str:
    if text.startswith("[") and text.endswith("]"):
        raise ValueError(f"{_quoted(text)} must be written without brackets")
    if _PORT_BEHIND.fullmatch(text):
        raise ValueError(f"{_quoted(text)} must be without a port; ports have keys of their own")
    labels = text.removesuffix(".").split(".")
    if len(text) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise ValueError(f"{_quoted(text)} is neither an IP address nor a host name")
    if labels[-1].isdigit():
        raise ValueError(f"{_quoted(text)} is not an IP address, and a host name does not end in a number")
    return text


def _host_port(written: object, lowest: int) -> HostPort:
    text = _text(written)
    host, colon, port = text.rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    if "://" in text or "/" in text:
        raise ValueError(f"{_quoted(text)} is a URL; write only host:port")
    if not (colon and host and port) or (":" in host and not bracketed):
        raise ValueError(f"{_quoted(text)} must be host:port, such as 192.0.2.1:10135 or [2001:db8::1]:10135")
    host = host[1:-1] if bracketed else host
    literal = literal_address(host)
    if literal is None and bracketed:
        raise ValueError(f"{_quoted(text)} has no IPv6 address between its brackets")
    if literal is None:
        _host_name(host)
    return HostPort(host, 0 if lowest == 0 and port == "0" else port_number(port))
