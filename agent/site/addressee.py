"""Whom a command asks that is about one peer: PEER of `probe endpoints`, `sweep` and `trace`."""

from dataclasses import dataclass

from agent.ground.ports import PortSet

DYNAMIC_PORTS = PortSet(((49152, 65535),))
EPM_PORT = 135
TIMEOUT = 3.0


@dataclass(frozen=True, slots=True)
class Addressee:
    """A host of the file with what the file says of it, or any name or address with the defaults.

    `names` are names or addresses; `timeout` is in seconds; `source_address` is what this host is to speak from.
    """

    peer: str
    names: tuple[str, ...]
    epm_port: int = EPM_PORT
    dynamic_ports: PortSet = DYNAMIC_PORTS
    timeout: float = TIMEOUT
    source_address: str | None = None

    def source_towards(self, address: str) -> str | None:
        """`source_address`, if it can reach an address of that IP version."""
        source = self.source_address
        return source if source is not None and (":" in source) is (":" in address) else None
