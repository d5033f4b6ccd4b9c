"""What only a POSIX system offers a prober: the error queue and TCP_INFO (Linux), descriptor limits."""

import socket
import struct
import sys

from probes.state import Sent
from probes.wire.icmp import Icmp, decode_extended_error

if sys.platform != "win32":
    import resource

    IP_RECVERR = 11  # Linux, linux/in.h; not in the socket module
    IPV6_RECVERR = 25  # Linux, linux/in6.h
    IP_BIND_ADDRESS_NO_PORT = 24
    MSG_ERRQUEUE = 0x2000
    CONTROL_SIZE = 128

    # struct tcp_info (linux/tcp.h): retransmits is byte 2; retrans and total_retrans are words 7 and 23 behind 8 bytes
    TCP_INFO = 11
    TCP_INFO_SIZE = 104
    RETRANS = struct.Struct("=2xB5x28xI60xI")

    def prepare(sock: socket.socket, family: int) -> None:
        """Have ICMP errors queued with code and sender: without it only an ambiguous errno is left of them."""
        if sys.platform == "linux":
            if family == socket.AF_INET:
                sock.setsockopt(socket.IPPROTO_IP, IP_RECVERR, 1)
            else:
                sock.setsockopt(socket.IPPROTO_IPV6, IPV6_RECVERR, 1)

    def defer_port(sock: socket.socket) -> None:
        """Before a bind to an address alone: let connect choose the port, so that one port can serve many peers."""
        if sys.platform == "linux":
            sock.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)

    def limit_hops(sock: socket.socket, family: int, hops: int) -> None:
        """Have what is sent die after so many hops; who throws it away says so with an ICMP error."""
        if family == socket.AF_INET:
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, hops)
        else:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, hops)

    def quiet(sock: socket.socket) -> None:
        """A UDP socket that is read on, whatever becomes of what it sent: here it needs nothing."""
        del sock

    def icmp_of(sock: socket.socket) -> Icmp | None:
        """The newest ICMP error in the socket's error queue; an RST leaves the queue empty."""
        found = None
        while sys.platform == "linux":
            try:
                _, control, _, _ = sock.recvmsg(1, CONTROL_SIZE, MSG_ERRQUEUE)
            except OSError:
                break
            for _, _, data in control:
                found = decode_extended_error(data) or found
        return found

    def sent(sock: socket.socket) -> Sent:
        """Whether the SYN of a connect that stays unanswered left this host, as its retransmissions tell.

        Linux counts a retransmission that it tries in `total_retrans`, one that the network layer took in `retrans`,
        and every timer that ran out in `retransmits`: a SYN that is still queued here, waiting for a neighbour, is not
        sent a second time (tcp_output.c, __tcp_retransmit_skb).
        """
        if sys.platform != "linux":
            return Sent.UNKNOWN
        try:
            timers, taken, tried = RETRANS.unpack_from(sock.getsockopt(socket.IPPROTO_TCP, TCP_INFO, TCP_INFO_SIZE))
        except (OSError, struct.error):
            return Sent.UNKNOWN
        if not timers:
            return Sent.UNKNOWN
        if not tried:
            return Sent.HELD
        return Sent.YES if taken else Sent.REFUSED

    def raise_descriptor_limit() -> int:
        """Raise the soft limit to the hard one; returns how many descriptors this process may have."""
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        except (OSError, ValueError):  # macOS refuses RLIM_INFINITY; the soft limit then stays
            hard = soft
        return 1_048_576 if hard == resource.RLIM_INFINITY else hard
