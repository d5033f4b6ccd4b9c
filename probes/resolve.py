"""Names to addresses and back, in daemon threads: a resolver that hangs must hold up neither the loop nor the exit."""

import asyncio
import errno
import ipaddress
import socket
from collections.abc import Callable, Iterable
from functools import lru_cache, partial
from typing import Any, NamedTuple

from probes.aside import aside
from probes.classify import LATE_SHARE
from probes.outcome import Resolved

MOST_ADDRESSES = 16  # a name server may answer with any number
MOST_NAMES = 16
AT_ONCE = 32  # look-ups of many names: each is a thread
MOST_LITERALS = 4_096  # remembered: the same ones are asked for in every round
LONGEST_NAME = 255  # characters; DNS has no longer ones
NO_SUCH_HOST = {1, 4, 11001, 11004}  # HOST_NOT_FOUND and NO_DATA, of Unix and of Windows
NO_SUCH_NAME = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME), 11001, 11004}
# Of this machine: out of descriptors, buffers, memory; of Unix, of Windows, and of getaddrinfo.
OURS = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, 10024, 10055, socket.EAI_MEMORY}

# The part of socket.getaddrinfo that is used here.
Lookup = Callable[..., list[tuple[Any, Any, Any, str, tuple[Any, ...]]]]
# And of socket.gethostbyaddr: the first name, the others, and what is not used.
Reverse = Callable[[str], tuple[str, list[str], list[str]]]


class Answer(NamedTuple):
    """What the name service said of `asked`: of a name its addresses, of an address its names.

    Nothing found: `detail` says why. `denied` if that is an answer: it was asked, and there is nothing that would do.
    Otherwise it did not answer, which says nothing of what was asked; `ours` if nobody was asked, for want of something
    on this machine, or it did not run meanwhile. Names are text from the network: bounded, never trusted.
    """

    asked: str
    found: tuple[str, ...]
    seconds: float
    detail: str = ""
    denied: bool = False
    ours: bool = False


@lru_cache(MOST_LITERALS)
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
    """At most one look-up of each name and address is under way: one that hangs must not pile up threads.

    Belongs to one event loop.
    """

    def __init__(self, lookup: Lookup = socket.getaddrinfo, reverse: Reverse = socket.gethostbyaddr) -> None:
        self._lookup = lookup
        self._reverse = reverse
        self._under_way: dict[str, asyncio.Future[tuple[str, ...]]] = {}

    async def resolve(self, name: str, timeout: float) -> Resolved:
        """All addresses of a name, each once, in the order of the system's preference. `timeout` in seconds."""
        answer = await self.look_up(name, timeout)
        return Resolved(name, answer.found, answer.seconds, answer.detail, answer.ours)

    async def look_up(self, name: str, timeout: float) -> Answer:
        """The same, and whether an answer without an address was one."""
        address = literal(name)
        if address is not None:
            return Answer(name, (address,), 0.0)
        answer = await self._wait("address", name, lambda: _addresses(self._lookup, name), timeout)
        usable = tuple(each for each in answer.found if not _no_host(each))
        if usable or not answer.found:
            return answer._replace(found=usable)
        detail = f"the name service gives {', '.join(answer.found)}, where no peer can be"
        return Answer(name, (), answer.seconds, detail, denied=True)

    async def look_up_all(self, names: Iterable[str], timeout: float) -> list[Answer]:
        """Each once, in the order given, some at a time. `timeout` in seconds, for each."""
        places = asyncio.Semaphore(AT_ONCE)

        async def one(name: str) -> Answer:
            async with places:
                return await self.look_up(name, timeout)

        return await asyncio.gather(*map(one, dict.fromkeys(names)))

    async def reverse(self, address: str, timeout: float) -> Answer:
        """The names of an address, each once. `timeout` in seconds. ValueError if it is none: it would be looked up."""
        plain = literal(address)
        if plain is None:
            raise ValueError(f"{address!r} is not an address")
        return await self._wait("name", plain, lambda: _names(self._reverse, plain), timeout)

    async def _wait(self, what: str, asked: str, work: Callable[[], tuple[str, ...]], timeout: float) -> Answer:
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            found = await _in_time(self._ask(asked, work), timeout)
        except (OSError, ValueError, RuntimeError) as error:
            problem, took = _problem(error, timeout), loop.time() - began
            if isinstance(error, TimeoutError) and (late := took - timeout) > LATE_SHARE * timeout:
                return Answer(asked, (), took, f"{problem}, and this agent did not run for {late:.2f} s", ours=True)
            return Answer(asked, (), took, problem, _is_denial(error), _is_ours(error))
        return Answer(asked, found, loop.time() - began, "" if found else f"no {what}", denied=not found)

    def _ask(self, asked: str, work: Callable[[], tuple[str, ...]]) -> asyncio.Future[tuple[str, ...]]:
        """The answer that is under way, or that of a new look-up. RuntimeError when there can be no thread for it."""
        if asked not in self._under_way:
            answer = aside(partial(_asked, work), "resolve")
            self._under_way[asked] = answer
            answer.add_done_callback(lambda done: self._forget(asked, done))
        return self._under_way[asked]

    def _forget(self, asked: str, answer: asyncio.Future[tuple[str, ...]]) -> None:
        del self._under_way[asked]
        if not answer.cancelled():
            answer.exception()  # whoever asked may have gone: it has been seen then


async def _in_time(answer: asyncio.Future[tuple[str, ...]], timeout: float) -> tuple[str, ...]:
    """It may be there already when a loop that was late finds that the time has passed. Raises TimeoutError."""
    try:
        async with asyncio.timeout(timeout):
            return await asyncio.shield(answer)
    except TimeoutError:
        if answer.done():
            return answer.result()
        raise


def _asked(work: Callable[[], tuple[str, ...]]) -> tuple[str, ...]:
    """In the thread. Without a descriptor the system's resolver says that there is no such name, as if it had asked."""
    try:
        return work()
    except (socket.gaierror, socket.herror):
        _ask_for_a_descriptor()
        raise


def _ask_for_a_descriptor() -> None:
    """Raises OSError where this machine lacks what it takes to ask anybody."""
    try:
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close()
    except OSError as error:
        if error.errno in OURS:
            raise


def _problem(error: Exception, timeout: float) -> str:
    if isinstance(error, TimeoutError):
        return f"the name service did not answer within {timeout:g} s"
    if isinstance(error, OSError):
        return f"the name service: {error.strerror or error}"
    if isinstance(error, ValueError):  # UnicodeError is one
        return "not a host name"
    return "this host is out of threads"


def _is_ours(error: Exception) -> bool:
    """A thread, a descriptor or memory was not to be had. What a name service says of itself has no such number."""
    return isinstance(error, RuntimeError) or (isinstance(error, OSError) and error.errno in OURS)


def _is_denial(error: Exception) -> bool:
    if isinstance(error, socket.herror):
        return error.errno in NO_SUCH_HOST
    return isinstance(error, socket.gaierror) and error.errno in NO_SUCH_NAME


def _addresses(lookup: Lookup, name: str) -> tuple[str, ...]:
    found = lookup(name, None, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(_address(entry[4]) for entry in found))[:MOST_ADDRESSES]


def _names(reverse: Reverse, address: str) -> tuple[str, ...]:
    """Some systems give an address without a name back as its own name."""
    first, others, _ = reverse(address)
    names = (name[:LONGEST_NAME].rstrip(".") for name in (first, *others))
    return tuple(dict.fromkeys(name for name in names if name and literal(name) is None))[:MOST_NAMES]


def _address(sockaddr: tuple[Any, ...]) -> str:
    """With its scope (the number of an interface): a link-local address leads nowhere without."""
    address = literal(str(sockaddr[0])) or str(sockaddr[0])
    return f"{address}%{sockaddr[3]}" if len(sockaddr) == 4 and sockaddr[3] and "%" not in address else address
