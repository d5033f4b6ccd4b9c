"""Certificates and keys as text: from the file itself or from those that it names, and into a context."""

import os
import re
import ssl
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from agent.config.mistakes import Place
from agent.ground.files import octets

MAX_BYTES = 1024 * 1024
CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
KEY = re.compile(r"-----BEGIN ([A-Z0-9]+ )*PRIVATE KEY-----")
ENCRYPTED = re.compile(r"BEGIN ENCRYPTED PRIVATE KEY|Proc-Type: 4,ENCRYPTED")
# OpenSSL has no certificate for a key of another sort, as after a renewal from RSA to ECDSA that is half done.
UNMATCHED = ("KEY_VALUES_MISMATCH", "KEY_TYPE_MISMATCH", "NO_CERTIFICATE_ASSIGNED")

Wrong = Callable[[Place, str], None]
SECTION = "tls_server_config"


def material(text: str | None, file: Path | None, key: str, wrong: Wrong) -> str | None:
    """The PEM text under a key or in the file that the key with _file names; exactly one of them has to be there."""
    if (text is None) == (file is None):
        both = f"{key} and {key}_file say the same; write one of them"
        wrong((SECTION, f"{key}_file"), f"is required, or {key} with the PEM text itself" if text is None else both)
        return None
    return text if file is None else _read(file, f"{key}_file", wrong)


def _read(file: Path, key: str, wrong: Wrong) -> str | None:
    """The text of a file that is named under `key`."""
    try:
        content = octets(file, MAX_BYTES)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        wrong((SECTION, key), f"{file}: cannot be read: {reason}")
        return None
    if len(content) > MAX_BYTES:
        wrong((SECTION, key), f"{file}: larger than 1 MiB")
        return None
    return content.decode("ascii", "replace")


def load(context: ssl.SSLContext, certificate: str, key: str, of: str, key_of: str, wrong: Wrong) -> bool:
    """Both from one reading: files that are renewed one after the other must not be read half and half."""
    if not CERTIFICATE.search(certificate):
        wrong((SECTION, of), "holds no certificate in PEM: -----BEGIN CERTIFICATE-----")
    elif ENCRYPTED.search(key):
        wrong((SECTION, key_of), "the private key is encrypted; nobody is there to type its passphrase")
    elif not KEY.search(key):
        wrong((SECTION, key_of), "holds no private key in PEM: -----BEGIN PRIVATE KEY-----")
    else:
        try:
            _chain(context, certificate, key)
            return True
        except ssl.SSLError as error:
            unmatched = error.reason in UNMATCHED
            said = "does not belong to the certificate" if unmatched else f"cannot be used: {error.reason or error}"
            wrong((SECTION, key_of if unmatched else of), said)
        except OSError as error:
            wrong((SECTION, key_of), f"no room in the folder for temporary files: {error.strerror or error}")
    return False


def _chain(context: ssl.SSLContext, certificate: str, key: str) -> None:
    """OpenSSL takes them from a file only. It must not ask for a passphrase: the password given is none."""
    with _as_file(f"{key}\n{certificate}\n".encode()) as path:
        context.load_cert_chain(path, password=b"")


@contextmanager
def _as_file(content: bytes) -> Iterator[str]:
    """On Linux in memory; elsewhere in a folder that only our user may open. Gone at the end."""
    if sys.platform == "linux":
        with os.fdopen(os.memfd_create("ssoreach"), "wb") as file:
            file.write(content)
            file.flush()
            yield f"/proc/self/fd/{file.fileno()}"
    else:
        with tempfile.TemporaryDirectory(prefix="ssoreach-") as folder:
            place = Path(folder) / "chain.pem"
            place.touch(0o600)
            place.write_bytes(content)
            yield str(place)
