"""What a held listener says to whoever connects: a proof for each lease that it serves, 16 bytes each.

It does not know who connects, as addresses are translated on the way: each looks for the proof of his own lease.
"""

from collections.abc import Iterable

from probes.wire.rendezvous.keys import mac, same

SIZE = 16
MOST = 64  # leases that a listener serves, and proofs that it says


def proof(key: bytes, lease: bytes, port: int) -> bytes:
    """`lease`: its 16 bytes. `key`: the `proofs` of those `Keys` that its request was sealed with, first in the ring or
    not: whoever asks looks for what he can compute himself.
    """
    return mac(key, lease, port.to_bytes(2, "big"))[:SIZE]


def is_among(wanted: bytes, said: bytes) -> bool:
    """Whether a proof is one of those that were said; what is not a whole one yet does not count."""
    return any(same(wanted, each) for each in _whole(said))


def _whole(said: bytes) -> Iterable[bytes]:
    return (said[at : at + SIZE] for at in range(0, len(said) - SIZE + 1, SIZE))
