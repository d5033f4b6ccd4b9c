"""The engine for Linux: one epoll of our own, itself watched by the event loop.

The event loop's way to wait for one socket costs more than the system calls of a whole connect. Here an attempt costs
one entry in a dictionary and one in a heap; the loop hears of a batch.
"""

import errno
import heapq
import itertools
import socket
import sys
from collections.abc import Callable
from typing import NamedTuple

from probes.classify import CONNECTED, DEADLINE, Evidence, conclude, number
from probes.engine.engine import Done, Engine
from probes.outcome import Target
from probes.sockets import icmp_of, is_ours, open_socket, sent, sockaddr, source_of
from probes.state import State

BATCH = 256


class Flight(NamedTuple):
    """An attempt that has begun and not ended. `began` is loop time, `started` UTC."""

    target: Target
    done: Done
    sock: socket.socket
    began: float
    started: float


def _begin(target: Target) -> tuple[socket.socket, int]:
    """A socket, and what its connect said at once: an error number, or 0, or EINPROGRESS."""
    sock = open_socket(target)
    try:
        return sock, sock.connect_ex(sockaddr(target))
    except BaseException:
        sock.close()
        raise


if sys.platform == "linux":
    import select

    class EpollEngine(Engine):
        """Belongs to a selector event loop."""

        def __init__(self, *, utc: Callable[[], float]) -> None:
            super().__init__(utc=utc)
            self._epoll = select.epoll()
            self._flights: dict[int, Flight] = {}
            self._count = itertools.count()  # tells apart two attempts with one deadline
            self._deadlines: list[tuple[float, int, Flight]] = []
            self._settled: list[tuple[Flight, Evidence]] = []
            self._loop.add_reader(self._epoll.fileno(), self._ready)

        @property
        def in_flight(self) -> int:
            return len(self._flights) + len(self._settled)

        def submit(self, target: Target, done: Done) -> None:
            if self._epoll.closed:
                raise RuntimeError("the engine is closed")
            started, began = self.utc(), self._loop.time()
            try:
                sock, code = _begin(target)
            except OSError as error:
                seen = Evidence(target, None, 0.0, number(error), at_once=True)
                self._loop.call_soon(done, conclude(seen, started), None)
                return
            flight = Flight(target, done, sock, began, started)
            if code not in (0, errno.EINPROGRESS):
                self._settle(flight, code, at_once=True)
            elif code := sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                self._settle(flight, code)  # answered within the call: loopback, links between containers
            else:
                self._watch(flight)

        def _settle(self, flight: Flight, code: int, *, at_once: bool = False) -> None:
            """Keep what ended within submit for the loop's next turn: `done` is never called from within."""
            seconds = self._loop.time() - flight.began
            source, icmp = source_of(flight.sock), icmp_of(flight.sock)
            seen = Evidence(flight.target, source, seconds, code, icmp, at_once=at_once, ours=is_ours(icmp))
            if not self._settled:
                self._loop.call_soon(self._hand_out)
            self._settled.append((flight, seen))

        def _hand_out(self) -> None:
            settled, self._settled = self._settled, []
            for flight, seen in settled:
                if self._epoll.closed:  # by the callback of one before
                    flight.sock.close()
                else:
                    self._finish(flight, seen)

        def _watch(self, flight: Flight) -> None:
            fd = flight.sock.fileno()
            try:
                self._epoll.register(fd, select.EPOLLOUT)
            except OSError as error:  # this user's watches are limited too
                self._settle(flight, number(error), at_once=True)
                return
            self._flights[fd] = flight
            heapq.heappush(self._deadlines, (flight.began + flight.target.timeout, next(self._count), flight))
            self.lateness.start()

        def close(self) -> None:
            if self._epoll.closed:
                return
            self.lateness.stop()
            self._loop.remove_reader(self._epoll.fileno())
            for flight in [*self._flights.values(), *(flight for flight, _ in self._settled)]:
                flight.sock.close()
            self._flights.clear()
            self._settled.clear()
            self._deadlines.clear()
            self._epoll.close()

        def _ready(self) -> None:
            """Some connects have ended, one way or the other."""
            self._take(BATCH)

        def _take(self, most: int) -> None:
            for fd, events in self._epoll.poll(0, most):
                flight = self._flights.pop(fd, None)
                if flight is not None:
                    self._ended(flight, events)

        def _ended(self, flight: Flight, events: int) -> None:
            sock = flight.sock
            source, seconds = source_of(sock), self._loop.time() - flight.began
            code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if code == CONNECTED and not events & select.EPOLLOUT:
                code = errno.ENOTCONN  # an ICMP error is in the queue, and the kernel about to act on it
            if code == CONNECTED:
                self._epoll.unregister(sock.fileno())
                self._finish(flight, Evidence(flight.target, source, seconds, CONNECTED))
                return
            icmp = icmp_of(sock)
            seen = Evidence(flight.target, source, seconds, code, icmp, ours=is_ours(icmp))
            if icmp is not None or code == errno.ETIMEDOUT:  # only these depend on when, and on what left this host
                seen = seen._replace(late=self.lateness.since(flight.began), sent=sent(sock))
            self._finish(flight, seen)

        def _beat(self) -> None:
            """End what is past its deadline; an answer that came before we looked wins, however many there are."""
            now = self._loop.time()
            if self._flights and self._deadlines[0][0] <= now:
                self._take(len(self._flights))
            while self._deadlines and self._deadlines[0][0] <= now:
                flight = heapq.heappop(self._deadlines)[2]
                if self._flights.get(flight.sock.fileno()) is flight:
                    self._expire(flight, now)
            if not self._flights:
                self.lateness.stop()
                self._deadlines.clear()

        def _expire(self, flight: Flight, now: float) -> None:
            target, sock = flight.target, flight.sock
            del self._flights[sock.fileno()]
            late = self.lateness.since(flight.began)
            seen = Evidence(target, source_of(sock), now - flight.began, DEADLINE, sent=sent(sock), late=late)
            self._finish(flight, seen)

        def _finish(self, flight: Flight, seen: Evidence) -> None:
            outcome = conclude(self.links.looked_at(seen), flight.started)
            sock = flight.sock if outcome.state is State.OPEN else None
            if sock is None:
                flight.sock.close()
            try:
                flight.done(outcome, sock)
            except Exception as error:  # the others in this batch must not lose their answers by it
                self._loop.call_exception_handler({"message": "a callback of the engine failed", "exception": error})
