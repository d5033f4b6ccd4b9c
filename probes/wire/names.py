"""Numbers that carry the specification's name where it has one, and any other number as it came."""

from enum import IntEnum
from typing import Any


class Named(IntEnum):
    """An IntEnum in which any number fits: peers say more than specifications list, and the number is evidence."""

    @classmethod
    def _missing_(cls, value: object) -> Any:
        if not isinstance(value, int):
            return None
        unknown = int.__new__(cls, value)
        unknown._name_ = "UNKNOWN"
        unknown._value_ = value
        return unknown

    def __str__(self) -> str:
        return f"{self.name.lower()} (0x{self:x})"
