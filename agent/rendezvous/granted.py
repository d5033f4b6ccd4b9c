"""Which leases were granted to us, by whom, and until when: a lease is renewed only there, and only while it lasts.

Whoever starts anew has held nothing meanwhile and does not know that, nor does anybody remember for long which leases
have ended. What is renewed there would look as if it had lasted all the time.
"""

from agent.rendezvous.holder.cookies import mark

MOST = 256  # that are remembered, many times as many as can last at once


class Granted:
    """What we hold of others. The newest MOST are remembered."""

    def __init__(self) -> None:
        self._leases: dict[bytes, tuple[bytes, float]] = {}  # by id: the mark of who granted it, and until when

    def __len__(self) -> int:
        return len(self._leases)

    def note(self, lease: bytes, cookie: bytes, until: float) -> None:
        """`cookie`: that with which it was asked for; `until`: no later than it really lasts."""
        self._leases.pop(lease, None)
        self._leases[lease] = mark(cookie), until
        if len(self._leases) > MOST:
            del self._leases[next(iter(self._leases))]

    def may_be_asked(self, lease: bytes, cookie: bytes, now: float) -> bool:
        """It is a new one, or one that lasts, at whoever gave us that cookie."""
        if lease not in self._leases:
            return True
        whose, until = self._leases[lease]
        return whose == mark(cookie) and now < until
