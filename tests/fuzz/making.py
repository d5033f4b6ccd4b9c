"""Inputs made up from inputs that are right, by chance that can be repeated. For runs without a guide."""

from collections.abc import Callable, Sequence
from random import Random

ODD = (0, 1, 0x7F, 0x80, 0xFF)  # bytes at which signs, lengths and characters turn over
MOST_CHANGES = 6


def made_up(chance: Random, seeds: Sequence[bytes], words: Sequence[bytes], longest: int) -> bytes:
    """A seed with some changes, or, rarely, anything."""
    if not seeds or chance.random() < 0.05:
        return chance.randbytes(chance.randrange(min(longest, 256)))
    data = bytearray(chance.choice(seeds))
    for _ in range(chance.randint(1, MOST_CHANGES)):
        change = chance.choice(CHANGES)
        change(chance, data, seeds, words)
    return bytes(data[:longest])


def _one_byte(chance: Random, data: bytearray, *_: object) -> None:
    if data:
        data[chance.randrange(len(data))] = chance.choice((*ODD, chance.randrange(256)))


def _one_bit(chance: Random, data: bytearray, *_: object) -> None:
    if data:
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def _cut_out(chance: Random, data: bytearray, *_: object) -> None:
    start = chance.randint(0, len(data))
    del data[start : start + chance.choice((1, 2, 4, 16, len(data)))]


def _double(chance: Random, data: bytearray, *_: object) -> None:
    start = chance.randint(0, len(data))
    part = data[start : start + chance.randint(1, 32)]
    data[start:start] = part * chance.choice((1, 2, 20))


def _put_in(chance: Random, data: bytearray, _: object, words: Sequence[bytes]) -> None:
    at = chance.randint(0, len(data))
    data[at:at] = chance.choice(words) if words else chance.randbytes(chance.randint(1, 8))


def _write_over(chance: Random, data: bytearray, _: object, words: Sequence[bytes]) -> None:
    at = chance.randint(0, len(data))
    part = chance.choice(words) if words else chance.randbytes(chance.choice((2, 4)))
    data[at : at + len(part)] = part


def _join(chance: Random, data: bytearray, seeds: Sequence[bytes], _: object) -> None:
    other = chance.choice(seeds)
    data[chance.randint(0, len(data)) :] = other[chance.randint(0, len(other)) :]


Change = Callable[[Random, bytearray, Sequence[bytes], Sequence[bytes]], None]
CHANGES: tuple[Change, ...] = (_one_byte, _one_byte, _one_bit, _cut_out, _double, _put_in, _write_over, _join)
