"""A program for inside a namespace: TCP listeners on many doors, all of which treat a caller in the same one way.

Reads one line of JSON (`Orders`), says "ready" when every door is bound, and ends when its input does, so no later
than its parent. It imports nothing of the lab. Linux only.
"""

import contextlib
import json
import resource
import select
import signal
import socket
import struct
import sys
from typing import NamedTuple

assert sys.platform == "linux"  # the type checker then leaves this file out elsewhere

BACKLOG = 4096
RST_ON_CLOSE = struct.pack("ii", 1, 0)
PEER_GONE = select.EPOLLRDHUP | select.EPOLLHUP | select.EPOLLERR
STDIN = 0


class Orders(NamedTuple):
    """`behaviour` is a word of `listeners.Behaviour`; `octets` are sent to a caller, made by repeating `text`."""

    behaviour: str
    doors: list[tuple[str, int]]
    text: str
    octets: int
    lifetime: int


class Callers:
    """Accepted connections, each treated in the one way that was ordered."""

    def __init__(self, orders: Orders, poll: select.epoll) -> None:
        self._behaviour = orders.behaviour
        text = orders.text.encode("latin-1")
        self._payload = (text * (orders.octets // len(text) + 1))[: orders.octets] if text else b""
        self._poll = poll
        self._sockets: dict[int, socket.socket] = {}
        self._unsent: dict[int, memoryview] = {}

    def meet(self, caller: socket.socket) -> None:
        if self._behaviour == "reset":
            caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RST_ON_CLOSE)
            caller.close()
            return
        caller.setblocking(False)
        if self._behaviour == "close":
            caller.shutdown(socket.SHUT_WR)
        self._sockets[caller.fileno()] = caller
        self._unsent[caller.fileno()] = memoryview(self._payload)
        self._poll.register(caller, PEER_GONE | (select.EPOLLOUT if self._payload else 0))

    def attend(self, number: int, events: int) -> None:
        """Send what is left to send, or let go of a caller who has gone."""
        if events & PEER_GONE or not self._send(number):
            self._let_go(number)
        elif not self._unsent[number]:
            self._poll.modify(number, PEER_GONE)

    def _send(self, number: int) -> bool:
        try:
            sent = self._sockets[number].send(self._unsent[number])
        except BlockingIOError:
            return True
        except OSError:
            return False
        self._unsent[number] = self._unsent[number][sent:]
        return True

    def _let_go(self, number: int) -> None:
        del self._unsent[number]
        with self._sockets.pop(number) as caller:
            try:
                while caller.recv(65536):  # a close with something unread would be an RST
                    pass
            except OSError:
                pass


def bind(address: str, port: int, backlog: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((address, port))
        listener.listen(backlog)
    except OSError as error:
        sys.exit(f"cannot listen at {address} port {port}: {error.strerror}")
    listener.setblocking(False)
    return listener


def fill(listener: socket.socket) -> socket.socket:
    """Take the one place in a queue of length 0; who comes now gets no answer."""
    caller = socket.create_connection(listener.getsockname()[:2])
    select.select([listener], [], [])  # readable: the place is taken, not only promised
    return caller


def serve(orders: Orders, listeners: dict[int, socket.socket], poll: select.epoll) -> None:
    callers = Callers(orders, poll)
    while True:
        for number, events in poll.poll():
            if number == STDIN:
                return
            if number not in listeners:
                callers.attend(number, events)
                continue
            with contextlib.suppress(OSError):  # the caller may have gone already
                callers.meet(listeners[number].accept()[0])


def main() -> None:
    orders = Orders(**json.loads(sys.stdin.readline()))
    signal.alarm(orders.lifetime)
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    full = orders.behaviour == "full"
    listeners = [bind(address, port, 0 if full else BACKLOG) for address, port in orders.doors]
    fillers = [fill(listener) for listener in listeners] if full else []
    with select.epoll() as poll:
        poll.register(STDIN, select.EPOLLIN)
        for listener in () if full else listeners:
            poll.register(listener, select.EPOLLIN)
        print("ready", flush=True)
        serve(orders, {listener.fileno(): listener for listener in listeners}, poll)
    for each in (*fillers, *listeners):
        each.close()


if __name__ == "__main__":
    main()
