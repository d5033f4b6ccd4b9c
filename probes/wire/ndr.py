"""NDR, the transfer syntax of every stub that we read or write, as far as the endpoint mapper uses it.

C706 chapter 14 <https://pubs.opengroup.org/onlinepubs/9629399/chap14.htm>: a number stands at a multiple of its own
size, counted from the beginning of the stub; a pointer is a referent, zero for null, and what it points to follows.
"""

from typing import Self
from uuid import UUID

from probes.wire.reader import Reader, WireError

HANDLE_SIZE = 20  # ndr_context_handle: attributes and a UUID, opaque to us (MS-RPCE 2.2.1.1.4)
NULL_HANDLE = bytes(HANDLE_SIZE)


class NdrReader(Reader):
    """Numbers lie at multiples of their size, counted from the beginning."""

    def u16(self, order: str = "<") -> int:
        self.align(2)
        return super().u16(order)

    def u32(self, order: str = "<") -> int:
        self.align(4)
        return super().u32(order)

    def uuid(self) -> UUID:
        self.align(4)
        return super().uuid()

    def handle(self) -> bytes:
        self.align(4)
        return self.take(HANDLE_SIZE)

    def varying(self, limit: int) -> int:
        """The actual count of a varying array, of at most `limit` elements."""
        offset, count = self.u32(), self.u32()
        if offset:
            raise WireError(f"an array that begins at element {offset}")
        if count > limit:
            raise WireError(f"{count} elements claimed; {limit} are allowed")
        return count

    def string(self, limit: int) -> str:
        """A varying string of at most `limit` bytes, its NUL included; every byte becomes one character."""
        return self.take(self.varying(limit)).split(b"\0")[0].decode("latin-1")


class NdrWriter:
    """Builds a stub; each method returns the writer, so that a structure reads as one line."""

    def __init__(self) -> None:
        self._stub = bytearray()

    def raw(self, data: bytes) -> Self:
        self._stub += data
        return self

    def align(self, size: int) -> Self:
        return self.raw(bytes(-len(self._stub) % size))

    def u16(self, *values: int) -> Self:
        for value in values:
            self.align(2).raw(value.to_bytes(2, "little"))
        return self

    def u32(self, *values: int) -> Self:
        for value in values:
            self.align(4).raw(value.to_bytes(4, "little"))
        return self

    def uuid(self, value: UUID) -> Self:
        return self.align(4).raw(value.bytes_le)

    def pointer(self, referent: int, pointee: bytes | None) -> Self:
        """Of an argument: what it points to, which begins at a multiple of four, follows at once."""
        return self.u32(0) if pointee is None else self.u32(referent).raw(pointee)

    def handle(self, value: bytes) -> Self:
        return self.align(4).raw(value)

    def string(self, text: str) -> Self:
        data = text.encode("latin-1") + b"\0"
        return self.u32(0, len(data)).raw(data)

    def stub(self) -> bytes:
        return bytes(self._stub)
