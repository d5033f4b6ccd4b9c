"""Cookies: a greeting gives one, and everything else has to bring it back, from the same address and name.

    seconds 4, mark 4, MAC 16

Whoever brings it has heard our answer at that address a short time ago, and nothing has to be remembered for that.
"""

from probes.wire.rendezvous.frame import COOKIE_SIZE
from probes.wire.rendezvous.keys import mac, same

GOOD_FOR = 600.0  # seconds
_HEAD = 8  # bytes, the MAC is behind them


class Cookies:
    """`key`: of `Keys.cookies`; `boot`: random bytes, new whenever requests seen before are forgotten."""

    def __init__(self, key: bytes, boot: bytes) -> None:
        self._key = mac(key, boot)
        self._mark = mac(self._key, b"mark")[:4]

    def make(self, now: float, address: str, name: str) -> bytes:
        """`now`: of a clock that starts above 0 and only goes forward."""
        return self._sealed(int(now), address, name)

    def is_good(self, cookie: bytes, now: float, address: str, name: str) -> bool:
        since = int.from_bytes(cookie[:4], "big")
        return same(cookie, self._sealed(since, address, name)) and 0 <= now - since < GOOD_FOR

    def _sealed(self, since: int, address: str, name: str) -> bytes:
        head = since.to_bytes(4, "big") + self._mark
        who = name.casefold().encode("ascii", "replace")
        return head + mac(self._key, head, bytes([len(who)]), who, address.encode())[: COOKIE_SIZE - _HEAD]


def mark(cookie: bytes) -> bytes:
    """Of the half that made it: another one means that it has forgotten all leases, as it started anew."""
    return cookie[4:_HEAD]
