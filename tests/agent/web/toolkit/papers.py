"""Certificates, passwords and web configuration files for tests. Made once: what is made here costs time."""

import asyncio
import ssl
from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import bcrypt
import trustme

from agent.web.toolkit.read import read
from agent.web.toolkit.toolkit import Toolkit

PASSWORD = "correct horse"  # noqa: S105
SALT = "ThisIsTheTestsOwnSalt."
LONG_AGO = datetime(2001, 1, 1, tzinfo=UTC)


@cache
def _authority(name: str) -> trustme.CA:
    return trustme.CA(organization_name=name)


def authority(name: str = "ours") -> trustme.CA:
    """Who signs certificates."""
    return _authority(name)


@cache
def issued(name: str = "localhost", by: str = "ours", *, expired: bool = False, again: int = 0) -> trustme.LeafCert:
    """A certificate; `again` makes another one of the same name."""
    until = LONG_AGO + timedelta(days=1) if expired else None
    return authority(by).issue_cert(name, not_before=LONG_AGO if expired else None, not_after=until)


@cache
def hashed(password: str = PASSWORD, cost: int = 4) -> str:
    """The same each time, as tests are named after it: whoever collects them finds the same ones."""
    return bcrypt.hashpw(password.encode()[:72], f"$2b${cost:02}${SALT}".encode()).decode()


def put(folder: Path, certificate: trustme.LeafCert | None = None, name: str = "server") -> str:
    """NAME.crt and NAME.key in a folder; what to write into the file for them."""
    given = certificate or issued()
    (folder / f"{name}.crt").write_bytes(b"".join(pem.bytes() for pem in given.cert_chain_pems))
    (folder / f"{name}.key").write_bytes(given.private_key_pem.bytes())
    authority().cert_pem.write_to_path(folder / "ca.crt")
    return f"tls_server_config:\n  cert_file: {name}.crt\n  key_file: {name}.key\n"


REQUIRED = "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.crt\n"


def users(**passwords: str) -> str:
    lines = [f'  {user}: "{hashed(password)}"\n' for user, password in passwords.items()]
    return "basic_auth_users:\n" + "".join(lines)


def toolkit(folder: Path, text: str) -> Toolkit:
    """Of a file with that text."""
    (folder / "web.yml").write_text(text, encoding="utf-8")
    return Toolkit(read(folder / "web.yml"))


def client(certificate: trustme.LeafCert | None = None) -> ssl.SSLContext:
    """Trusts ours, and shows that certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    authority().configure_trust(context)
    if certificate is not None:
        certificate.configure_cert(context)
    return context


def login(user: str, password: str = PASSWORD) -> Mapping[str, str]:
    return {"Authorization": "Basic " + b64encode(f"{user}:{password}".encode()).decode()}


def bearer(token: str) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def until(true: Callable[[], object]) -> None:
    """Waits for what no event tells of."""
    async with asyncio.timeout(30):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


async def is_closed(reader: asyncio.StreamReader) -> bool:
    """Whether the other side ends the connection, politely or not, without a word."""
    try:
        return await asyncio.wait_for(reader.read(), 30) == b""
    except (ConnectionError, ssl.SSLError):
        return True
