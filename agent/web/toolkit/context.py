"""Certificates and settings to a TLS context."""

import binascii
import hashlib
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from agent.web.toolkit.model import TlsServer
from agent.web.toolkit.names import CIPHERS, CIPHERS_13, CURVES, REQUIRED, VERIFIED, VERSIONS, ClientAuth
from agent.web.toolkit.pem import CERTIFICATE, SECTION, Wrong, load, material
from agent.web.toolkit.rehearsal import rehearse


@dataclass(frozen=True, slots=True)
class Context:
    """`fingerprint`: SHA-256 of the certificate, in hex."""

    ssl: ssl.SSLContext
    fingerprint: str


def context_of(wanted: TlsServer, wrong: Wrong, note: Callable[[str], None]) -> Context | None:
    """None: there was something wrong, which `wrong` was told; `note` hears of what is done otherwise than written."""
    certificate = material(wanted.cert, wanted.cert_file, "cert", wrong)
    key = material(wanted.key, wanted.key_file, "key", wrong)
    authority = _authority(wanted, wrong)
    contradictions = list(_contradictions(wanted))
    for place, message in contradictions:
        wrong((SECTION, place), message)
    if certificate is None or key is None or authority is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.options |= ssl.OP_NO_RENEGOTIATION  # OpenSSL before 3.0 would do for a client whatever that costs
    if not load(context, certificate, key, _written(wanted, "cert"), _written(wanted, "key"), wrong) or contradictions:
        return None
    _versions(context, wanted, note)
    if not (_ciphers(context, wanted, wrong, note) and _clients(context, wanted, authority, wrong, note)):
        return None
    _curves(context, wanted, note)
    context.set_alpn_protocols(["http/1.1"])
    return _rehearsed(context, certificate, _written(wanted, "cert"), wrong, note)


def _authority(wanted: TlsServer, wrong: Wrong) -> str | None:
    """Who signs clients' certificates; empty: nobody, and none is asked for."""
    if wanted.client_ca is None and wanted.client_ca_file is None:
        return ""
    return material(wanted.client_ca, wanted.client_ca_file, "client_ca", wrong)


def _contradictions(wanted: TlsServer) -> Iterator[tuple[str, str]]:
    auth, has_authority = wanted.client_auth_type, bool(wanted.client_ca or wanted.client_ca_file)
    if auth in VERIFIED and not has_authority:
        yield "client_auth_type", f"{auth} needs client_ca_file, or client_ca: who signs the certificates of clients"
    if auth is ClientAuth.NONE and has_authority:
        yield _written(wanted, "client_ca"), f"without effect; set client_auth_type: {ClientAuth.REQUIRE_AND_VERIFY}"
    if wanted.client_allowed_sans and auth not in REQUIRED:
        yield "client_allowed_sans", f"needs client_auth_type: {ClientAuth.REQUIRE_AND_VERIFY}"
    if VERSIONS[wanted.max_version] is None:
        yield "max_version", f"{wanted.max_version}: older than TLS 1.2, which is the least that is spoken here"
    elif wanted.min_version > wanted.max_version:
        yield "max_version", f"{wanted.max_version} is older than min_version, {wanted.min_version}"


def _versions(context: ssl.SSLContext, wanted: TlsServer, note: Callable[[str], None]) -> None:
    least, most = VERSIONS[wanted.min_version], VERSIONS[wanted.max_version]
    if least is None:
        note(f"{SECTION}.min_version: {wanted.min_version} is not spoken here any more; the least is TLS12")
    context.minimum_version = least or ssl.TLSVersion.TLSv1_2
    context.maximum_version = most or ssl.TLSVersion.TLSv1_3


def _ciphers(context: ssl.SSLContext, wanted: TlsServer, wrong: Wrong, note: Callable[[str], None]) -> bool:
    if any(name in CIPHERS_13 for name in wanted.cipher_suites):
        note(f"{SECTION}.cipher_suites: those of TLS 1.3 are without effect: TLS 1.3 has its own, all of them")
    older = [CIPHERS[name] for name in wanted.cipher_suites if name in CIPHERS]
    if wanted.cipher_suites and not older:
        if VERSIONS[wanted.max_version] is not ssl.TLSVersion.TLSv1_3:
            wrong((SECTION, "cipher_suites"), "none of them is for TLS 1.2, and max_version leaves nothing newer")
            return False
        note(f"{SECTION}.cipher_suites: none is for TLS 1.2, so only TLS 1.3 is spoken")
        context.minimum_version = ssl.TLSVersion.TLSv1_3
    elif older:
        try:
            context.set_ciphers(":".join(older))
        except ssl.SSLError:
            wrong((SECTION, "cipher_suites"), "OpenSSL of this machine has none of them")
            return False
    if not wanted.prefer_server_cipher_suites:
        context.options &= ~ssl.OP_CIPHER_SERVER_PREFERENCE
    return True


def _curves(context: ssl.SSLContext, wanted: TlsServer, note: Callable[[str], None]) -> None:
    """One can be set. The order of several cannot; all of them are in OpenSSL's own list."""
    if len(wanted.curve_preferences) == 1:
        context.set_ecdh_curve(CURVES[wanted.curve_preferences[0]])
    elif wanted.curve_preferences:
        note(f"{SECTION}.curve_preferences: without effect here: only a single curve can be set")


def _clients(
    context: ssl.SSLContext, wanted: TlsServer, authority: str, wrong: Wrong, note: Callable[[str], None]
) -> bool:
    """None is demanded in the handshake: this machine itself may read health without one (see `guard`)."""
    auth = wanted.client_auth_type
    if auth is ClientAuth.REQUEST:
        note(f"{SECTION}.client_auth_type: {auth} is without effect here: what nobody verifies is not asked for")
    if auth not in VERIFIED or not authority:
        return True
    if auth is ClientAuth.REQUIRE_ANY:
        note(
            f"{SECTION}.client_auth_type: {auth} is taken as {ClientAuth.REQUIRE_AND_VERIFY}: certificates are verified"
        )
    try:
        context.load_verify_locations(cadata="\n".join(CERTIFICATE.findall(authority)))
    except (ssl.SSLError, ValueError, TypeError) as error:  # TypeError: it has letters that PEM has not
        detail = f": {error.reason}" if isinstance(error, ssl.SSLError) and CERTIFICATE.search(authority) else ""
        wrong((SECTION, _written(wanted, "client_ca")), f"holds no usable certificate in PEM{detail}")
        return False
    context.verify_mode = ssl.CERT_OPTIONAL
    return True


def _rehearsed(
    context: ssl.SSLContext, certificate: str, of: str, wrong: Wrong, note: Callable[[str], None]
) -> Context | None:
    first = CERTIFICATE.search(certificate)
    try:
        own = ssl.PEM_cert_to_DER_cert(first[0]) if first else b""
        dated = rehearse(context, own)
    except (ssl.SSLError, binascii.Error, ValueError) as error:
        reason = error.reason if isinstance(error, ssl.SSLError) and error.reason else str(error)
        wrong((SECTION,), f"with these settings no client could connect: {reason}")
        return None
    if dated is not None:
        note(f"{SECTION}.{of}: {dated}; clients that check will not connect")
    return Context(context, hashlib.sha256(own).hexdigest())


def _written(wanted: TlsServer, key: str) -> str:
    """The key that the file used: itself, or the one that names a file."""
    return key if getattr(wanted, key) is not None else f"{key}_file"
