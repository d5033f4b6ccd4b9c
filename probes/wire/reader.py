"""A cursor over bytes that cannot run off the end, and the one error of this room."""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID


class WireError(Exception):
    """The bytes are not what the protocol promises."""


class Reader:
    """Reads from the front; every read that wants more than there is raises WireError."""

    def __init__(self, data: bytes | memoryview) -> None:
        self._data = memoryview(data)
        self._at = 0
        self._end = len(self._data)

    @property
    def position(self) -> int:
        """Bytes read so far, from the beginning of the data."""
        return self._at

    @property
    def left(self) -> int:
        """Bytes that can still be read."""
        return self._end - self._at

    def take(self, count: int) -> bytes:
        if not 0 <= count <= self.left:
            raise WireError(f"{count} bytes wanted, {self.left} left")
        start, self._at = self._at, self._at + count
        return bytes(self._data[start : self._at])

    def rest(self) -> bytes:
        return self.take(self.left)

    def unpack(self, form: struct.Struct) -> tuple[int, ...]:
        return form.unpack(self.take(form.size))

    def u8(self) -> int:
        return self.take(1)[0]

    def u16(self, order: str = "<") -> int:
        """Little endian unless `order` is `>`."""
        return int.from_bytes(self.take(2), "little" if order == "<" else "big")

    def u32(self, order: str = "<") -> int:
        return int.from_bytes(self.take(4), "little" if order == "<" else "big")

    def uuid(self) -> UUID:
        """In the mixed byte order of DCE: the first three fields little endian."""
        return UUID(bytes_le=self.take(16))

    def align(self, size: int, base: int = 0) -> None:
        """Skip to the next multiple of `size` bytes, counted from `base`. Padding is never looked at."""
        self.take(-(self._at - base) % size)

    @contextmanager
    def window(self, count: int) -> Iterator[None]:
        """Within the block exactly `count` bytes can be read, and all of them must be."""
        if not 0 <= count <= self.left:
            raise WireError(f"a part of {count} bytes, but {self.left} left")
        outer, self._end = self._end, self._at + count
        yield
        if self._at != self._end:
            raise WireError(f"{self.left} bytes too many in a part of {count}")
        self._end = outer
