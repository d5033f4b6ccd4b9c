"""A secret to keys, by two routes: RFC 5869 with its own vectors, and HMAC from the hash alone."""

from dataclasses import astuple, fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.wire.rendezvous.keys import LEAST_SECRET, SALT, SIZE, Keys, hkdf, mac, same
from tests.probes.wire.rendezvous.values import KEYS, SECRET, by_hand

# openssl kdf -keylen 32 -kdfopt digest:SHA256 -kdfopt hexkey:000102…1f -kdfopt "salt:ssoreach rendezvous 1"
#     -kdfopt info:requests HKDF
OPENSSL = {
    "requests": "3d9865b968a52be9faab1d63c64c9a7d42b630bffaed2ca95fb37eed262fda90",
    "answers": "a82f0a59332d01e3b5390417882a68c154c6195e3ae511551b630b4bca1b68d0",
    "cookies": "6ecb9c078478e4a858e113884faa6720bb9209c5f6a9a1805bc1ab2f0b44ee65",
    "proofs": "53ea31865d839528f805d947a8beaf15aa3978893df7f79569df8eb7abd22d15",
}
# RFC 5869, appendix A: input keying material, salt, info, and the first 32 bytes of the output.
RFC_5869 = {
    "A.1": (
        b"\x0b" * 22,
        bytes(range(0x0D)),
        bytes(range(0xF0, 0xFA)),
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf",
    ),
    "A.2": (
        bytes(range(0x50)),
        bytes(range(0x60, 0xB0)),
        bytes(range(0xB0, 0x100)),
        "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c",
    ),
    "A.3": (b"\x0b" * 22, b"", b"", "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"),
}


@pytest.mark.parametrize("case", RFC_5869)
def test_the_derivation_is_that_of_the_standard(case: str) -> None:
    secret, salt, info, expected = RFC_5869[case]
    assert hkdf(secret, salt, info).hex() == expected


@pytest.mark.parametrize("purpose", OPENSSL)
def test_every_key_is_what_others_derive(purpose: str) -> None:
    assert getattr(KEYS, purpose).hex() == OPENSSL[purpose]


def test_every_purpose_has_its_key() -> None:
    assert [field.name for field in fields(Keys)] == list(OPENSSL)


@given(st.binary(min_size=LEAST_SECRET, max_size=200))
def test_any_secret_gives_four_keys_by_either_route(secret: bytes) -> None:
    keys = Keys.derive(secret)
    extracted = by_hand(SALT, secret)
    assert astuple(keys) == tuple(by_hand(extracted, purpose.encode() + b"\x01") for purpose in OPENSSL)
    assert len(set(astuple(keys))) == 4
    assert {len(key) for key in astuple(keys)} == {SIZE}


@given(st.integers(0, LEAST_SECRET - 1), st.integers(0, 7))
def test_every_bit_of_a_secret_matters(at: int, bit: int) -> None:
    other = bytearray(SECRET)
    other[at] ^= 1 << bit
    assert not set(astuple(Keys.derive(bytes(other)))) & set(astuple(KEYS))


@pytest.mark.parametrize("size", [0, 1, LEAST_SECRET - 1])
def test_what_is_too_short_is_no_secret(size: int) -> None:
    with pytest.raises(ValueError, match=f"a secret of {size} bytes; it takes 32"):
        Keys.derive(bytes(size))


def test_nothing_prints_a_key() -> None:
    for printed in (repr(KEYS), str(KEYS), f"{KEYS}", repr((KEYS, KEYS)), repr({"ring": KEYS})):
        assert not any(key.hex() in printed or repr(key) in printed for key in astuple(KEYS))
        assert "bytes" not in printed
        assert "b'" not in printed


@given(st.binary(max_size=100), st.lists(st.binary(max_size=40)))
def test_a_mac_is_over_all_parts_in_their_order(key: bytes, parts: list[bytes]) -> None:
    assert mac(key, *parts) == by_hand(key, b"".join(parts))


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_only_equal_bytes_are_the_same(one: bytes, other: bytes) -> None:
    assert same(one, other) is (one == other)
    assert same(one, bytes([*one]))
