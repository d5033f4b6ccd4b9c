"""A name to its addresses, in daemon threads: a resolver that hangs must hold up neither the loop nor the exit."""

import asyncio
import ipaddress
import socket
import threading
from collections.abc import Callable
from typing import Any

from probes.outcome import Resolved

MOST_ADDRESSES = 16  # a name server may answer with any number

# The part of socket.getaddrinfo that is used here.
Lookup = Callable[..., list[tuple[Any, Any, Any, str, tuple[Any, ...]]]]


def literal(name: str) -> str | None:
    """The address, in its usual spelling, if `name` is one; an IPv4 address mapped into IPv6 is itself again."""
    try:
        found = ipaddress.ip_address(name)
    except ValueError:
        return None
    return str(getattr(found, "ipv4_mapped", None) or found)


def _no_host(address: str) -> bool:
    """An address at which no peer can be: name services give these to say that a name is barred, or by mistake."""
    found = ipaddress.ip_address(address)
    return found.is_loopback or found.is_unspecified or found.is_multicast


class Resolver:
    """At most one look-up of a name is under way: one that hangs must not pile up threads, round after round.

    Belongs to one event loop.
    """

    def __init__(self, lookup: Lookup = socket.getaddrinfo) -> None:
        self._lookup = lookup
        self._under_way: dict[str, asyncio.Future[tuple[str, ...]]] = {}

    async def resolve(self, name: str, timeout: float) -> Resolved:
        """All addresses of a name, each once, in the order of the system's preference. `timeout` in seconds."""
        address = literal(name)
        if address is not None:
            return Resolved(name, (address,), 0.0)
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            given, problem = await asyncio.wait_for(asyncio.shield(self._ask(name)), timeout), "no address"
        except (OSError, ValueError, RuntimeError) as error:
            given, problem = (), _problem(error, timeout)
        usable = tuple(each for each in given if not _no_host(each))
        if given and not usable:
            problem = f"the name service gives {', '.join(given)}, where no peer can be"
        return Resolved(name, usable, loop.time() - began, "" if usable else problem)

    def _ask(self, name: str) -> asyncio.Future[tuple[str, ...]]:
        """The answer that is under way, or that of a new look-up. RuntimeError when there can be no thread for it."""
        if name not in self._under_way:
            loop = asyncio.get_running_loop()
            answer: asyncio.Future[tuple[str, ...]] = loop.create_future()
            args = (name, self._lookup, loop, answer)
            threading.Thread(target=_look_up, args=args, daemon=True, name="resolve").start()
            self._under_way[name] = answer
            answer.add_done_callback(lambda done: self._forget(name, done))
        return self._under_way[name]

    def _forget(self, name: str, answer: asyncio.Future[tuple[str, ...]]) -> None:
        del self._under_way[name]
        if not answer.cancelled():
            answer.exception()  # whoever asked may have gone: it has been seen then


def _problem(error: Exception, timeout: float) -> str:
    if isinstance(error, TimeoutError):
        return f"the name service did not answer within {timeout:g} s"
    if isinstance(error, OSError):
        return f"the name service: {error.strerror or error}"
    if isinstance(error, ValueError):  # UnicodeError is one
        return "not a host name"
    return "this host is out of threads"


def _look_up(
    name: str, lookup: Lookup, loop: asyncio.AbstractEventLoop, answer: asyncio.Future[tuple[str, ...]]
) -> None:
    try:
        found = lookup(name, None, type=socket.SOCK_STREAM)
        addresses = tuple(dict.fromkeys(_address(entry[4]) for entry in found))[:MOST_ADDRESSES]
        _hand_over(loop, answer, lambda: answer.set_result(addresses))
    except (OSError, ValueError) as error:
        problem = error
        _hand_over(loop, answer, lambda: answer.set_exception(problem))


def _address(sockaddr: tuple[Any, ...]) -> str:
    """With its scope (the number of an interface): a link-local address leads nowhere without."""
    address = literal(str(sockaddr[0])) or str(sockaddr[0])
    return f"{address}%{sockaddr[3]}" if len(sockaddr) == 4 and sockaddr[3] and "%" not in address else address


def _hand_over(
    loop: asyncio.AbstractEventLoop, answer: asyncio.Future[tuple[str, ...]], give: Callable[[], None]
) -> None:
    """From the thread to the loop; the loop may be gone, and whoever asked may have given up."""
    try:
        loop.call_soon_threadsafe(lambda: None if answer.done() else give())
    except RuntimeError:
        return
