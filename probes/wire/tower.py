"""Protocol towers: where an interface can be reached, as the endpoint mapper writes it.

C706 appendix L <https://pubs.opengroup.org/onlinepubs/9629399/apdxl.htm>, appendix I for the identifiers
<https://pubs.opengroup.org/onlinepubs/9629399/apdxi.htm>; MS-RPCE 2.1 and 3.1.3.5.3.
"""

import struct
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import NamedTuple, Self

from probes.wire.names import Named
from probes.wire.reader import Reader, WireError
from probes.wire.syntax import NDR32, SyntaxId

SIZE = struct.Struct("<H")
PORT = struct.Struct(">H")  # the one number in a tower that is big endian
MINOR_VERSION = struct.Struct("<H")

ANY_ADDRESS = IPv4Address(0)
MAX_FLOORS = 6  # MS-RPCE 3.1.3.5.3
MAX_TOWER = 2000  # bytes: MS-RPCE 2.2.1.2.2


class ProtocolId(Named):
    """What a floor of a tower is about (C706, appendix I)."""

    OSI_TP4 = 0x05
    OSI_CLNS = 0x06
    TCP = 0x07
    UDP = 0x08
    IP = 0x09
    RPC_CONNECTIONLESS = 0x0A
    RPC_CONNECTION_ORIENTED = 0x0B
    LOCAL_RPC = 0x0C
    UUID = 0x0D
    IPX = 0x0E
    NAMED_PIPE = 0x0F
    LOCAL_RPC_NAME = 0x10
    NETBIOS = 0x11
    NETBEUI = 0x12
    SPX = 0x13
    NETWARE_IPX = 0x14
    HTTP = 0x1F


# By the protocols of floors 3 and 4: C706 appendix I and MS-RPCE 2.1.
PROTSEQS = {
    (ProtocolId.RPC_CONNECTION_ORIENTED, ProtocolId.TCP): "ncacn_ip_tcp",
    (ProtocolId.RPC_CONNECTION_ORIENTED, ProtocolId.HTTP): "ncacn_http",
    (ProtocolId.RPC_CONNECTION_ORIENTED, ProtocolId.NAMED_PIPE): "ncacn_np",
    (ProtocolId.RPC_CONNECTIONLESS, ProtocolId.UDP): "ncadg_ip_udp",
    (ProtocolId.LOCAL_RPC, ProtocolId.LOCAL_RPC_NAME): "ncalrpc",
}
WITH_PORT = {ProtocolId.TCP, ProtocolId.UDP, ProtocolId.HTTP}


class Floor(NamedTuple):
    """One protocol; `lhs` is what identifies it besides its number, `rhs` is its address or version."""

    protocol: ProtocolId
    lhs: bytes = b""
    rhs: bytes = b""

    def encode(self) -> bytes:
        lhs = bytes([self.protocol]) + self.lhs
        return SIZE.pack(len(lhs)) + lhs + SIZE.pack(len(self.rhs)) + self.rhs

    @classmethod
    def read(cls, reader: Reader) -> Self:
        lhs = reader.take(reader.u16())
        if not lhs:
            raise WireError("a tower floor without a protocol")
        return cls(ProtocolId(lhs[0]), lhs[1:], reader.take(reader.u16()))

    @classmethod
    def of_syntax(cls, syntax: SyntaxId) -> Self:
        written = syntax.encode()
        return cls(ProtocolId.UUID, written[:18], written[18:])

    @property
    def syntax(self) -> SyntaxId | None:
        """The interface or transfer syntax, on the floors that name one."""
        if self.protocol is not ProtocolId.UUID or (len(self.lhs), len(self.rhs)) != (18, 2):
            return None
        return SyntaxId.read(Reader(self.lhs + self.rhs))

    @property
    def port(self) -> int | None:
        """None too when the port is 0, which a tower says when it means none."""
        if self.protocol not in WITH_PORT or len(self.rhs) != PORT.size:
            return None
        return int.from_bytes(self.rhs, "big") or None


@dataclass(frozen=True, slots=True)
class Tower:
    """Floors from the interface down to the network address. What we do not know is kept as it came."""

    floors: tuple[Floor, ...]

    def encode(self) -> bytes:
        return SIZE.pack(len(self.floors)) + b"".join(floor.encode() for floor in self.floors)

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Bytes behind the last floor mean nothing, and are not looked at."""
        if len(data) > MAX_TOWER:
            raise WireError(f"a tower of {len(data)} bytes; {MAX_TOWER} are allowed")
        reader = Reader(data)
        count = reader.u16()
        if count > MAX_FLOORS:
            raise WireError(f"a tower of {count} floors; {MAX_FLOORS} are allowed")
        return cls(tuple(Floor.read(reader) for _ in range(count)))

    @property
    def interface(self) -> SyntaxId | None:
        return self.floors[0].syntax if self.floors else None

    @property
    def transfer_syntax(self) -> SyntaxId | None:
        return self.floors[1].syntax if len(self.floors) > 1 else None

    @property
    def protseq(self) -> str | None:
        """The protocol sequence in the words of string bindings: `ncacn_ip_tcp`, `ncalrpc` …"""
        if len(self.floors) < 4:
            return None
        return PROTSEQS.get((self.floors[2].protocol, self.floors[3].protocol))

    @property
    def endpoint(self) -> str:
        """The port, or the name of the pipe or local port, of a sequence that `protseq` knows: text of the peer's."""
        if self.protseq is None:
            return ""
        floor = self.floors[3]
        if floor.protocol in WITH_PORT:
            return str(floor.port or "")
        return floor.rhs.split(b"\0")[0].decode("latin-1")

    @property
    def tcp_port(self) -> int | None:
        return self.floors[3].port if self.protseq == "ncacn_ip_tcp" else None

    @property
    def address(self) -> IPv4Address | None:
        """What the server believes its address to be: often 0.0.0.0, or that of a cluster node."""
        floor = self.floors[4] if len(self.floors) > 4 else None
        if floor is None or floor.protocol is not ProtocolId.IP or len(floor.rhs) != 4:
            return None
        return IPv4Address(floor.rhs)


def tcp_tower(
    interface: SyntaxId,
    port: int = 0,
    address: IPv4Address = ANY_ADDRESS,
    transfer_syntax: SyntaxId = NDR32,
) -> Tower:
    """An interface over TCP and IPv4: in a question without a port, in a mapper's answer with one."""
    floors = (
        Floor.of_syntax(interface),
        Floor.of_syntax(transfer_syntax),
        Floor(ProtocolId.RPC_CONNECTION_ORIENTED, rhs=MINOR_VERSION.pack(0)),
        Floor(ProtocolId.TCP, rhs=PORT.pack(port)),
        Floor(ProtocolId.IP, rhs=address.packed),
    )
    return Tower(floors)
