"""A site's secret to four keys, each good for one thing (HKDF, RFC 5869, with SHA-256)."""

import hashlib
import hmac
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

LEAST_SECRET = 32  # bytes
SIZE = 32  # of a key, and of a MAC
SALT = b"ssoreach rendezvous 1"


@dataclass(frozen=True, slots=True, repr=False)
class Keys:
    """One for each purpose: what was signed for one is worth nothing for another. Nothing prints them."""

    requests: bytes
    answers: bytes
    cookies: bytes
    proofs: bytes

    @classmethod
    def derive(cls, secret: bytes) -> Self:
        """Raises ValueError when the secret is too short to be one."""
        if len(secret) < LEAST_SECRET:
            raise ValueError(f"a secret of {len(secret)} bytes; it takes {LEAST_SECRET}")
        return cls(*(hkdf(secret, SALT, purpose) for purpose in (b"requests", b"answers", b"cookies", b"proofs")))


Ring = tuple[Keys, ...]  # the first one signs, all verify


class KeyUsed(StrEnum):
    """Which of the ring something was sealed with; also a metric label."""

    CURRENT = "current"  # the one that signs
    PREVIOUS = "previous"  # any other that is still good


def mac(key: bytes, *parts: bytes) -> bytes:
    """HMAC-SHA256 over parts whose sizes the caller has fixed or written into them."""
    return hmac.digest(key, b"".join(parts), hashlib.sha256)


def same(one: bytes, other: bytes) -> bool:
    """In a time that does not depend on where they differ."""
    return hmac.compare_digest(one, other)


def hkdf(secret: bytes, salt: bytes, purpose: bytes) -> bytes:
    """One block of it, which is all that is needed: a key is as long as the hash."""
    extracted = hmac.digest(salt, secret, hashlib.sha256)
    return hmac.digest(extracted, purpose + b"\x01", hashlib.sha256)
