"""What a held listener says, and finding one's own in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.wire.rendezvous.proof import MOST, SIZE, is_among, proof
from tests.probes.wire.rendezvous.values import KEYS, LEASE, OLD, by_hand, ids, ports

OURS = proof(KEYS.proofs, LEASE, 49_152)
GOLDEN = "aaa6a17903c4ad25dfa8ffb5bec6a0b8"  # openssl dgst -sha256 -mac HMAC, over the lease and c000
proofs = st.binary(min_size=SIZE, max_size=SIZE)


def test_a_proof_is_what_others_compute() -> None:
    assert OURS.hex() == GOLDEN


@given(ids, ports)
def test_any_proof_by_another_route(lease: bytes, port: int) -> None:
    assert proof(KEYS.proofs, lease, port) == by_hand(KEYS.proofs, lease + bytes(divmod(port, 256)))[:SIZE]


def test_another_port_lease_or_key_has_another_proof() -> None:
    others = [
        proof(KEYS.proofs, LEASE, 49_153),
        proof(KEYS.proofs, LEASE[:-1] + b"\0", 49_152),
        proof(OLD.proofs, LEASE, 49_152),
        *(proof(key, LEASE, 49_152) for key in (KEYS.requests, KEYS.answers, KEYS.cookies)),
    ]
    assert OURS not in others
    assert len(set(others)) == len(others)


@given(st.lists(proofs, max_size=MOST), st.integers(0, MOST))
def test_it_is_found_wherever_it_stands(others: list[bytes], at: int) -> None:
    assert is_among(OURS, b"".join([*others[:at], OURS, *others[at:]]))


@given(st.lists(proofs.filter(lambda each: each != OURS), max_size=MOST), st.binary(max_size=SIZE - 1))
def test_it_is_not_among_others(others: list[bytes], tail: bytes) -> None:
    assert not is_among(OURS, b"".join(others) + tail)


@pytest.mark.parametrize("size", range(SIZE))
def test_a_part_of_it_does_not_count_yet(size: int) -> None:
    assert not is_among(OURS, OURS[:size])
    assert not is_among(OURS, bytes(SIZE) + OURS[:size])


@pytest.mark.parametrize("by", range(1, SIZE))
def test_it_stands_where_a_proof_begins_and_nowhere_else(by: int) -> None:
    assert not is_among(OURS, bytes(by) + OURS + bytes(SIZE))


@given(st.integers(0, SIZE * 8 - 1))
def test_a_bit_makes_all_the_difference(bit: int) -> None:
    flipped = (int.from_bytes(OURS, "big") ^ 1 << bit).to_bytes(SIZE, "big")
    assert not is_among(OURS, flipped)


@given(st.binary(max_size=SIZE - 1), st.binary(max_size=100))
def test_nothing_shorter_than_a_proof_is_ever_one(wanted: bytes, said: bytes) -> None:
    assert not is_among(wanted, said)
