"""A name to its addresses, in daemon threads: a resolver that hangs must hold up neither the loop nor the exit."""

import asyncio
import ipaddress
import socket
import threading
from collections.abc import Callable
from typing import Any, NamedTuple

MOST_ADDRESSES = 16  # a name server may answer with any number

# The part of socket.getaddrinfo that is used here.
Lookup = Callable[..., list[tuple[Any, Any, Any, str, tuple[Any, ...]]]]


class Resolved(NamedTuple):
    """What a name came to. No addresses: `detail` says why."""

    name: str
    addresses: tuple[str, ...]
    seconds: float
    detail: str = ""


def literal(name: str) -> str | None:
    """The address, in its usual spelling, if `name` is one."""
    try:
        return str(ipaddress.ip_address(name))
    except ValueError:
        return None


async def resolve(name: str, timeout: float, lookup: Lookup = socket.getaddrinfo) -> Resolved:
    """All addresses of a name, each once, in the order of the system's preference. `timeout` in seconds."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    address = literal(name)
    if address is not None:
        return Resolved(name, (address,), 0.0)
    answer: asyncio.Future[tuple[str, ...]] = loop.create_future()
    threading.Thread(target=_look_up, args=(name, lookup, loop, answer), daemon=True, name="resolve").start()
    try:
        addresses, detail = await asyncio.wait_for(answer, timeout), ""
    except TimeoutError:
        addresses, detail = (), f"the name service did not answer within {timeout:g} s"
    except OSError as error:
        addresses, detail = (), f"the name service: {error.strerror or error}"
    except UnicodeError:
        addresses, detail = (), "not a host name"
    return Resolved(name, addresses, loop.time() - began, detail or ("" if addresses else "no address"))


def _look_up(
    name: str, lookup: Lookup, loop: asyncio.AbstractEventLoop, answer: asyncio.Future[tuple[str, ...]]
) -> None:
    try:
        found = lookup(name, None, type=socket.SOCK_STREAM)
        addresses = tuple(dict.fromkeys(str(entry[4][0]) for entry in found))[:MOST_ADDRESSES]
        _hand_over(loop, answer, lambda: answer.set_result(addresses))
    except (OSError, UnicodeError) as error:
        problem = error
        _hand_over(loop, answer, lambda: answer.set_exception(problem))


def _hand_over(
    loop: asyncio.AbstractEventLoop, answer: asyncio.Future[tuple[str, ...]], give: Callable[[], None]
) -> None:
    """From the thread to the loop; the loop may be gone, and whoever asked may have given up."""
    try:
        loop.call_soon_threadsafe(lambda: None if answer.done() else give())
    except RuntimeError:
        return
