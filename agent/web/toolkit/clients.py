"""What a client shows of itself: a password, a token, a certificate, the page that it acts for."""

import base64
import binascii
import hmac
import ipaddress
import ssl
from collections.abc import Collection, Iterator, Mapping
from urllib.parse import urlsplit

from aiohttp import web

KINDS_OF_SAN = ("DNS", "email", "IP Address", "URI")


def login(header: str) -> tuple[str, str] | None:
    """User and password of an Authorization header; None if it has none."""
    scheme, _, encoded = header.strip().partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        decoded = base64.b64decode(encoded.strip(), validate=True).decode("utf-8", "surrogateescape")
    except (binascii.Error, ValueError):
        return None
    user, colon, password = decoded.partition(":")
    return (user, password) if colon else None


def shows_token(header: str, token: str | None) -> bool:
    """Whether an Authorization header has the local token. Takes the same time for every wrong one."""
    scheme, _, given = header.strip().partition(" ")
    if not token or scheme.lower() != "bearer":
        return False
    return hmac.compare_digest(given.strip().encode("utf-8", "surrogateescape"), token.encode())


def shows_certificate(request: web.Request, allowed: Collection[str], now: float) -> bool:
    """Whether the handshake verified one, and it is for one of the names allowed; all are, if none is named.

    Who takes up an earlier session is not verified again, so the last day counts here too. `now`: UTC.
    """
    session = request.transport.get_extra_info("ssl_object") if request.transport else None
    if not isinstance(session, ssl.SSLObject | ssl.SSLSocket):
        return False
    certificate = session.getpeercert()
    if not certificate or ssl.cert_time_to_seconds(str(certificate["notAfter"])) < now:
        return False
    return not allowed or any(name in allowed for name in names_of(certificate))


def names_of(certificate: Mapping[str, object]) -> Iterator[str]:
    """Its subject alternative names, addresses as they are usually written."""
    found = certificate.get("subjectAltName", ())
    for kind, value in found if isinstance(found, tuple) else ():
        if kind == "IP Address":
            yield _address(value)
        elif kind in KINDS_OF_SAN:
            yield value


def _address(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text.strip()))
    except ValueError:
        return text


def of_another_page(request: web.Request) -> bool:
    """A browser acts for a page that is not ours. Programs that are no browsers send none of these headers.

    Internet Explorer says nothing of the page whose form it sends, but that it would like HTML; we have no such form.
    """
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is None and origin is None:
        return "text/html" in request.headers.get("Accept", "").lower()
    return site not in (None, "same-origin", "none") or (origin is not None and not _is_ours(origin, request))


def _is_ours(origin: str, request: web.Request) -> bool:
    try:
        found = urlsplit(origin)
    except ValueError:
        return False
    return (found.scheme, found.netloc.casefold()) == (request.scheme, request.headers.get("Host", "").casefold())
