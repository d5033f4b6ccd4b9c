"""What only Windows offers a prober: fewer SYN retries after an RST, and ICMP errors on a connect.

Sources: KB175523 (SYN retries after RST), Windows SDK mstcpip.h (SIO_TCP_INITIAL_RTO) and ws2ipdef.h (the socket
options, Windows 10 2004 / Server 2022 and later). Where an option is missing, the deadline of 3 s still tells an RST
from silence, because Windows gives up on a refusal after about 2 s.
"""

import asyncio
import contextlib
import socket
import sys

from probes.state import Sent
from probes.wire.icmp import ICMP_ERROR_INFO, Icmp, decode_error_info

if sys.platform == "win32":
    import ctypes

    SIO_TCP_INITIAL_RTO = 0x98000011
    RTT_UNSPECIFIED = 0xFFFF
    # One retransmission, not none: without any, one lost SYN would read as silence.
    MAX_SYN_RETRANSMISSIONS = 1

    SIO_UDP_CONNRESET = 0x9800000C

    TCP_FAIL_CONNECT_ON_ICMP_ERROR = 18
    TCP_ICMP_ERROR_INFO = 19

    DESCRIPTORS = 16_384  # Windows has no limit of its own for sockets; a bound for our sake
    SELECTABLE = 512  # a selector event loop is built on select() here, which fails as a whole with one socket more

    class TcpInitialRtoParameters(ctypes.Structure):
        """TCP_INITIAL_RTO_PARAMETERS (mstcpip.h)."""

        _fields_ = (("Rtt", ctypes.c_ushort), ("MaxSynRetransmissions", ctypes.c_ubyte))

    def prepare(sock: socket.socket, family: int) -> None:
        """Set both options where this Windows knows them."""
        del family
        with contextlib.suppress(OSError):
            _control(sock, SIO_TCP_INITIAL_RTO, TcpInitialRtoParameters(RTT_UNSPECIFIED, MAX_SYN_RETRANSMISSIONS))
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.IPPROTO_TCP, TCP_FAIL_CONNECT_ON_ICMP_ERROR, 1)

    def _control(sock: socket.socket, code: int, wanted: ctypes.Structure | ctypes.c_ulong) -> None:
        """`socket.ioctl` does not take these codes."""
        returned = ctypes.c_ulong(0)
        failed = ctypes.windll.ws2_32.WSAIoctl(
            ctypes.c_size_t(sock.fileno()),
            ctypes.c_ulong(code),
            ctypes.byref(wanted),
            ctypes.c_ulong(ctypes.sizeof(wanted)),
            None,
            ctypes.c_ulong(0),
            ctypes.byref(returned),
            None,
            None,
        )
        if failed:
            raise ctypes.WinError(ctypes.windll.ws2_32.WSAGetLastError())

    def quiet(sock: socket.socket) -> None:
        """A UDP socket that is read on, whatever becomes of what it sent.

        Otherwise one "port unreachable" from one peer makes every later read fail (KB263823).
        """
        with contextlib.suppress(OSError):
            _control(sock, SIO_UDP_CONNRESET, ctypes.c_ulong(0))

    def defer_port(sock: socket.socket) -> None:
        """Windows has no such option."""
        del sock

    def limit_hops(sock: socket.socket, family: int, hops: int) -> None:
        """Have what is sent die after so many hops. Who threw it away, Windows does not tell of a TCP connect."""
        if family == socket.AF_INET:
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, hops)
        else:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, hops)

    def icmp_of(sock: socket.socket) -> Icmp | None:
        """The ICMP error that ended the connect, if there was one and this Windows tells."""
        try:
            return decode_error_info(sock.getsockopt(socket.IPPROTO_TCP, TCP_ICMP_ERROR_INFO, ICMP_ERROR_INFO.size))
        except OSError:
            return None

    def sent(sock: socket.socket) -> Sent:
        """Windows does not tell."""
        del sock
        return Sent.UNKNOWN

    def raise_descriptor_limit() -> int:
        """There is nothing to raise; returns how many sockets the running event loop can wait for."""
        selects = isinstance(asyncio.get_running_loop(), asyncio.SelectorEventLoop)
        return SELECTABLE if selects else DESCRIPTORS
