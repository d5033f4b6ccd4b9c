"""What identifies an interface, or the syntax in which its calls are written: a UUID and a version.

C706 12.6.3.1, p_syntax_id_t <https://pubs.opengroup.org/onlinepubs/9629399/chap12.htm>.
"""

import struct
from dataclasses import dataclass
from typing import Self
from uuid import UUID

from probes.wire.reader import Reader

VERSION = struct.Struct("<HH")


@dataclass(frozen=True, slots=True, order=True)
class SyntaxId:
    """`p_syntax_id_t`: an interface, or how its data are encoded, and of which version."""

    uuid: UUID
    major: int
    minor: int = 0

    def __str__(self) -> str:
        return f"{self.uuid} v{self.major}.{self.minor}"

    def encode(self) -> bytes:
        return self.uuid.bytes_le + VERSION.pack(self.major, self.minor)

    @classmethod
    def read(cls, reader: Reader) -> Self:
        return cls(reader.uuid(), reader.u16(), reader.u16())


# C706 appendix I, "8a885d04-1ceb-11c9-9fe8-08002b104860, version 2": NDR, the transfer syntax that every server has.
NDR32 = SyntaxId(UUID("8a885d04-1ceb-11c9-9fe8-08002b104860"), 2)
