"""A whole small site on loopback, with one real finding in it, for people who want to see before they install.

The finding is made by the kernel, not by us: a listener that accepts nobody, with its queue full, as a hung SQL Server
has it. To everyone who connects it is silent, and nobody outside can tell it from a firewall that drops.
"""

import asyncio
import contextlib
import errno
import socket
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager

from agent.app import Agent
from agent.config.load import parse
from agent.demo.mapper import mapper
from agent.found.exit import Exit, exit_code
from agent.log.log import set_up as set_up_log
from agent.once import Wanted, run_once
from agent.report.table import print_table
from agent.site.setup import Setup, set_up
from agent.site.topology import site_of
from agent.site.whoami import Machine, whoami

MASTER, DATABASE = "127.0.0.21", "127.0.0.31"
PORT = 10135
SSO_PORTS = range(50_100, 50_200)  # dynamic ports, as RPC services have them
PAUSE = 0.05  # seconds, after one who could not be taken
QUEUE_CLIENTS = 4  # a queue of length 0 holds one connection on Linux; the rest find it full

SITE = """\
site: demo
hosts:
  - {{name: BTS01, role: processing,    address: 127.0.0.11, source_address: 127.0.0.11}}
  - {{name: BTS02, role: processing,    address: 127.0.0.12}}
  - {{name: MSS,   role: master-secret, address: {master}, epm_port: {epm}}}
  - {{name: SQL01, role: sso-database,  address: {database}, port: {sql}}}
schedule: {{interval: 10s, timeout: 2s}}
web: {{listen: "127.0.0.1:{web}"}}
sso: {{backup_confirmed: 2026-01-01}}
"""


def demonstrate(*, once_only: bool) -> int:
    """Probe the site once and print the table; then, unless `once_only`, run its agent until Ctrl-C. The exit code."""
    with ExitStack() as stack:
        epm = stack.enter_context(mapper(MASTER, stack.enter_context(listener(MASTER, SSO_PORTS))))
        sql = stack.enter_context(full_listener(DATABASE))
        config = SITE.format(master=MASTER, epm=epm, database=DATABASE, sql=sql, web=_free_port())
        setup = _setup(config)
        print(config, file=sys.stderr)
        run = asyncio.run(run_once(setup, Wanted(setup.config.rpc.samples)))
        print_table(run, sys.stdout)
        sys.stdout.flush()
        if once_only:
            return exit_code(run.results, strict=False)
        set_up_log("info", "text", None)
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(Agent(setup, Machine(("localhost",), ())).run(_listening))
        return Exit.OK


def _setup(text: str) -> Setup:
    config = parse(text, "demo")
    return set_up(config, whoami(site_of(config), Machine((), ()), "BTS01"))


def _listening(urls: list[str]) -> None:
    print("\nThe agent of BTS01 runs now, and probes every 10 s. Ctrl-C ends it.", file=sys.stderr)
    for url in urls:
        print(f"  {url}/          the page\n  {url}/metrics   for Prometheus", file=sys.stderr)
        print(f"  {url}/api/v1/paths", file=sys.stderr)


@contextmanager
def listener(address: str, ports: Iterable[int] = (0,)) -> Iterator[int]:
    """A port, the first free one of these, that takes connections and ends them. Nobody asks for more."""
    with _first_free(address, ports) as server:
        ended = threading.Event()
        threading.Thread(target=take, args=(server, ended), daemon=True).start()
        try:
            yield server.getsockname()[1]
        finally:
            ended.set()
            with contextlib.suppress(OSError):  # Linux wakes the thread by this, Windows by the close that follows
                server.shutdown(socket.SHUT_RDWR)


def take(server: socket.socket, ended: threading.Event) -> None:
    """Whoever is not taken stays in the kernel's queue, also when he has left; once it is full, the port is silent.

    So one who cannot be taken ends nothing: Windows says so of who reset before, and descriptors come back.
    """
    while not ended.is_set():
        try:
            server.accept()[0].close()
        except OSError:
            ended.wait(PAUSE)


def _first_free(address: str, ports: Iterable[int]) -> socket.socket:
    for port in ports:
        with contextlib.suppress(OSError):
            return socket.create_server((address, port), backlog=128)
    raise OSError(errno.EADDRINUSE, f"no port is free on {address}")


@contextmanager
def full_listener(address: str) -> Iterator[int]:
    """A port that accepts nobody, with its queue full: the kernel drops every further SYN."""
    with socket.create_server((address, 0), backlog=0) as server, ExitStack() as clients:
        for _ in range(QUEUE_CLIENTS):
            client = clients.enter_context(socket.socket())
            client.setblocking(False)
            client.connect_ex(server.getsockname())
        yield server.getsockname()[1]


def _free_port() -> int:
    """The usual port, or one that the system chooses when that is taken."""
    with _first_free("127.0.0.1", (PORT, 0)) as server:
        return int(server.getsockname()[1])
