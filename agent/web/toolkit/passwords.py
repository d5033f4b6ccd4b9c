"""Passwords: bcrypt is slow on purpose, so one check at a time, aside, and its answer remembered.

Nothing keeps a password: what is remembered goes by a hash with a key that this process alone has, and that holds the
stored hash too, so that a user who is taken out, or gets another password, is another one at once.
"""

import asyncio
import secrets
from collections import Counter, OrderedDict
from collections.abc import Mapping
from hashlib import blake2b

import bcrypt

from probes.aside import aside

REMEMBERED = 256  # answers of each kind; wrong ones must not push out right ones
MOST = 32  # checks that wait
MOST_EACH = 4  # from one address: who guesses must not shut out the others
LONGEST = 72  # bytes that bcrypt looks at; what hashes them for the file leaves out the rest, too


class Passwords:
    """`right` belongs to one event loop."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._right: OrderedDict[bytes, None] = OrderedDict()
        self._wrong: OrderedDict[bytes, None] = OrderedDict()
        self._waiting: dict[bytes, asyncio.Task[bool]] = {}
        self._from: Counter[str] = Counter()
        self._one = asyncio.Lock()

    async def right(self, users: Mapping[str, str], user: str, password: str, remote: str) -> bool | None:
        """Whether that is the user's password. None: too many are waiting to be told."""
        known = user in users
        hashed = users[user] if known else self._somebody(users, user)
        mark = self._digest(str(known), user, hashed, password)
        for answers, answer in ((self._right, True), (self._wrong, False)):
            if mark in answers:
                answers.move_to_end(mark)
                return answer
        task = self._waiting.get(mark)
        if task is None:
            if len(self._waiting) >= MOST or self._from[remote] >= MOST_EACH:
                return None
            self._from[remote] += 1
            task = asyncio.create_task(self._ask(mark, known, hashed, password, remote))
            self._waiting[mark] = task
        return await asyncio.shield(task)

    async def _ask(self, mark: bytes, known: bool, hashed: str, password: str, remote: str) -> bool:
        try:
            async with self._one:
                right = await aside(lambda: matches(password, hashed), "password") and known
            _remember(self._right if right else self._wrong, mark)
            return right
        finally:
            del self._waiting[mark]
            self._from[remote] -= 1
            if not self._from[remote]:
                del self._from[remote]

    def _somebody(self, users: Mapping[str, str], user: str) -> str:
        """Another user's hash, always the same one: an unknown name takes the time that a known one takes."""
        hashes = list(users.values())
        return hashes[int.from_bytes(self._digest(user)[:8], "big") % len(hashes)]

    def _digest(self, *parts: str) -> bytes:
        encoded = [part.encode("utf-8", "surrogateescape") for part in parts]
        text = b"".join(len(part).to_bytes(4, "big") + part for part in encoded)
        return blake2b(text, key=self._key, digest_size=32).digest()


def matches(password: str, hashed: str) -> bool:
    """Takes its time, the same for right and wrong."""
    return bcrypt.checkpw(password.encode("utf-8", "surrogateescape")[:LONGEST], hashed.encode("ascii"))


def _remember(answers: OrderedDict[bytes, None], mark: bytes) -> None:
    answers[mark] = None
    if len(answers) > REMEMBERED:
        answers.popitem(last=False)
