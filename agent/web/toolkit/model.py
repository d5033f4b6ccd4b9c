"""Every key of the file and its default, by the names of the Prometheus exporter-toolkit."""

import re
from collections.abc import Collection
from pathlib import Path
from typing import Annotated

import bcrypt
from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field

from agent.config.fields import File, Flag, one_or_list
from agent.ground import duration
from agent.web.toolkit.names import CIPHERS, CIPHERS_13, CURVES, OLD_NAMES, VERSIONS, ClientAuth

HASH = re.compile(r"\$2[aby]\$([0-9]{2})\$[./A-Za-z0-9]{53}")
CHEAPEST, DEAREST = 4, 18  # bcrypt's cost; 18 takes some ten seconds, and a request may last no longer than thirty
LONGEST = 4096  # characters of a header's value
MOST_BURST = 1_000_000


def _one_of(words: Collection[str], what: str) -> BeforeValidator:
    def check(written: object) -> str:
        if not isinstance(written, str) or written not in words:
            raise ValueError(f"{str(written)[:80]!r} is not a {what}; there are {', '.join(words)}")
        return written

    return BeforeValidator(check)


def _client_auth(written: object) -> ClientAuth:
    if isinstance(written, str) and written in OLD_NAMES:
        return OLD_NAMES[written]
    try:
        return ClientAuth(str(written or ClientAuth.NONE))
    except ValueError:
        raise ValueError(f"{str(written)[:80]!r} is none of {', '.join(ClientAuth)}") from None


def _pem(written: object) -> str:
    if not isinstance(written, str) or "-----BEGIN " not in written:
        raise ValueError("must be PEM text: -----BEGIN …; or name a file by the key that ends in _file")
    return written


def _user(written: object) -> str:
    if not isinstance(written, str) or not written.isprintable() or not 1 <= len(written) <= 255 or ":" in written:
        raise ValueError("must be a name of 1 to 255 printable characters without a colon")
    return written


def _hash(written: object) -> str:
    """Never says the text again: somebody may have written the password itself."""
    found = HASH.fullmatch(written) if isinstance(written, str) else None
    if found is None:
        raise ValueError('must be a bcrypt hash of the password, as htpasswd -nBC 10 "" writes one: $2y$10$…')
    if not CHEAPEST <= int(found[1]) <= DEAREST:
        raise ValueError(f"bcrypt's cost must be {CHEAPEST} to {DEAREST}; at {found[1]} a check would take too long")
    try:
        bcrypt.hashpw(b"", f"$2b$04${found[0][7:29]}".encode())
    except ValueError:
        raise ValueError("looks like a bcrypt hash, but is none: its salt is not what bcrypt writes") from None
    return found[0]


def _header(written: object) -> str:
    if not isinstance(written, str) or len(written) > LONGEST or not written.isascii() or not written.isprintable():
        raise ValueError(f"must be text of at most {LONGEST} printable ASCII characters")
    return written


def _exactly(*allowed: str) -> BeforeValidator:
    def check(written: object) -> object:
        if written not in ("", *allowed):
            raise ValueError(f"must be {' or '.join(allowed)}, or empty")
        return written

    return BeforeValidator(check)


def _interval(written: object) -> float:
    return 0.0 if written == 0 or written == "0" else duration.seconds(written)


def _burst(written: object) -> int:
    if isinstance(written, bool) or not isinstance(written, int) or not 0 <= written <= MOST_BURST:
        raise ValueError(f"must be a whole number, 0 to {MOST_BURST}")
    return written


def _san(written: object) -> str:
    if not isinstance(written, str) or not written.isprintable() or not 1 <= len(written) <= 1024:
        raise ValueError("must be a DNS name, an address, an e-mail address or a URI")
    return written


Version = Annotated[str, _one_of(VERSIONS, "TLS version")]
Cipher = Annotated[str, _one_of((*CIPHERS, *CIPHERS_13), "cipher suite")]
Curve = Annotated[str, _one_of(CURVES, "curve")]
Pem = Annotated[str, BeforeValidator(_pem)]
Header = Annotated[str, BeforeValidator(_header)]
Frame = Annotated[str, _exactly("deny", "sameorigin")]
Sniff = Annotated[str, _exactly("nosniff")]
User = Annotated[str, BeforeValidator(_user)]
Hash = Annotated[str, BeforeValidator(_hash)]


class _Keys(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class TlsServer(_Keys):
    """`tls_server_config`."""

    cert: Pem | None = None
    key: Pem | None = None
    client_ca: Pem | None = None
    cert_file: File | None = None
    key_file: File | None = None
    client_auth_type: Annotated[ClientAuth, BeforeValidator(_client_auth)] = ClientAuth.NONE
    client_ca_file: File | None = None
    client_allowed_sans: Annotated[tuple[Annotated[str, BeforeValidator(_san)], ...], BeforeValidator(one_or_list)] = ()
    min_version: Version = "TLS12"
    max_version: Version = "TLS13"
    cipher_suites: Annotated[tuple[Cipher, ...], BeforeValidator(one_or_list)] = ()
    prefer_server_cipher_suites: Flag = True
    curve_preferences: Annotated[tuple[Curve, ...], BeforeValidator(one_or_list)] = ()

    def files(self) -> list[Path]:
        """Those that are named."""
        return [path for path in (self.cert_file, self.key_file, self.client_ca_file) if path is not None]

    def beside(self, folder: Path) -> "TlsServer":
        """With relative paths taken from `folder`."""
        keys = ("cert_file", "key_file", "client_ca_file")
        named = {key: getattr(self, key) for key in keys}
        return self.model_copy(update={key: folder / path for key, path in named.items() if path is not None})


def _called(name: str) -> AliasChoices:
    return AliasChoices(name)


class Headers(_Keys):
    """`http_server_config.headers`. Written empty: not sent."""

    policy: Header = Field(default="", validation_alias=_called("Content-Security-Policy"))
    frame: Annotated[str, _exactly("deny", "sameorigin")] = Field(
        default="", validation_alias=_called("X-Frame-Options")
    )
    sniff: Sniff = Field(default="", validation_alias=_called("X-Content-Type-Options"))
    scripting: Header = Field(default="", validation_alias=_called("X-XSS-Protection"))
    transport: Header = Field(default="", validation_alias=_called("Strict-Transport-Security"))

    def written(self) -> dict[str, str]:
        """Those that the file names."""
        named = {key: type(self).model_fields[key].validation_alias for key in sorted(self.model_fields_set)}
        return {str(it.choices[0]): getattr(self, key) for key, it in named.items() if isinstance(it, AliasChoices)}


class HttpServer(_Keys):
    """`http_server_config`."""

    http2: Flag = True
    headers: Headers = Headers()


class RateLimit(_Keys):
    """`rate_limit`. `interval` in seconds, 0: no limit."""

    interval: Annotated[float, BeforeValidator(_interval)] = 0.0
    burst: Annotated[int, BeforeValidator(_burst)] = 0


class WebFile(_Keys):
    """The file as a whole."""

    tls_server_config: TlsServer | None = None
    http_server_config: HttpServer = HttpServer()
    basic_auth_users: dict[User, Hash] = {}
    rate_limit: RateLimit = RateLimit()
