"""The endpoint mapper of the demo's site: one service in its table, answered from a thread."""

import contextlib
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from probes.wire.bind import Bind, BindAck, ContextResult, ContextResultCode, ProviderReason
from probes.wire.call import Request
from probes.wire.epm import EptStatus, Opnum
from probes.wire.ept_lookup import Entry, EptLookupResponse
from probes.wire.ept_map import EptMapResponse
from probes.wire.fragments import fragments
from probes.wire.pdu import HEADER_SIZE, Header, PacketType, frame_size
from probes.wire.reader import WireError
from probes.wire.syntax import NDR32, SyntaxId
from probes.wire.tower import tcp_tower

SERVICE = SyntaxId(UUID("3d267954-eeb7-11d1-b94e-00c04fa3080d"), 1)  # any would do: it is known by its annotation
ANNOTATION = "SSOSecretServer"
PATIENCE = 10.0  # seconds that a caller may stay silent


@contextmanager
def mapper(address: str, service_port: int) -> Iterator[int]:
    """An endpoint mapper at a port of its own, which it yields; it names `service_port` for the SSO service."""
    with _Server((address, 0), service_port) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], service_port: int) -> None:
        super().__init__(address, _Conversation)
        self.tower = tcp_tower(SERVICE, service_port)


class _Conversation(socketserver.StreamRequestHandler):
    timeout = PATIENCE
    server: _Server

    def handle(self) -> None:
        with contextlib.suppress(OSError, WireError):
            while (start := self.rfile.read(HEADER_SIZE)) and len(start) == HEADER_SIZE:
                self._answer(start + self.rfile.read(frame_size(start) - HEADER_SIZE))

    def _answer(self, frame: bytes) -> None:
        if Header.decode(frame).packet_type is PacketType.BIND:
            accepted = ContextResult(ContextResultCode.ACCEPTANCE, ProviderReason.REASON_NOT_SPECIFIED, NDR32)
            self.wfile.write(BindAck(Bind.decode(frame).call_id, (accepted,)).encode())
            return
        request = Request.decode(frame)
        for fragment in fragments(request.call_id, self._stub(request.opnum)):
            self.wfile.write(fragment.encode())

    def _stub(self, opnum: int) -> bytes:
        tower = self.server.tower
        if opnum == Opnum.EPT_MAP:
            return EptMapResponse((tower,)).encode()
        return EptLookupResponse((Entry(tower, ANNOTATION),), EptStatus.EPT_S_NOT_REGISTERED).encode()
