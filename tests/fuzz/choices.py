"""Any bytes as choices: what a story does next, and with what."""


class Choices:
    """Reads from the front; behind the end all is zero."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def __bool__(self) -> bool:
        """Whether there is more."""
        return self._at < len(self._data)

    def number(self, below: int) -> int:
        """One of at most 256."""
        return (self.some(1) or b"\0")[0] % below

    def some(self, most: int) -> bytes:
        """So many bytes, or as many as there are."""
        part = self._data[self._at : self._at + most]
        self._at += most
        return part

    def sized(self, most: int = 255) -> bytes:
        """As many as the next byte says."""
        return self.some(self.number(most + 1))
