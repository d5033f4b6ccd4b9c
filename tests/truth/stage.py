"""A case in real namespaces, with real firewalls, services and agents: what `probe once` says of it."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from tests.fakes.table import SSO, SSO_ANNOTATION, Table, tcp
from tests.lab.agents import KEY, ROOT, running_in
from tests.lab.listeners import listening
from tests.lab.mapping import mapping
from tests.lab.star import Star

from .case import MAPPER, Case, Device, Far
from .rules import DEVICE_PORT, host, own, router
from .site import STRANGE, write

LIFETIME = 900  # seconds, which no case takes
PATIENCE = 600  # seconds for `probe once`
PROXY_SETTINGS = {"netfilter/nf_conntrack_tcp_loose": 0, "ipv4/tcp_syncookies": 1, "ipv4/tcp_timestamps": 1}


class NoAnswerError(RuntimeError):
    """`probe once` said nothing; the text is what it complained of."""


def play(case: Case, folder: Path, patience: float = PATIENCE) -> dict[str, Any]:
    """The document of `probe once`. Raises NoAnswerError; TimeoutExpired after so many seconds in all."""
    until = time.monotonic() + patience
    with staged(case, folder) as star:
        config = write(case, folder / "once", key=KEY if case.key else None)
        argv = [sys.executable, "-m", "agent.cli", "once", "--config", str(config), "--host", "BTS01"]
        argv += ["--format", "json", *(["--both"] if case.both else [])]
        process = star["BTS01"].popen(*argv, stderr=subprocess.PIPE, cwd=ROOT)
        out, err = process.communicate(timeout=max(1.0, until - time.monotonic()))
        if not out:
            raise NoAnswerError(f"exit code {process.returncode}: {err}")
        document: dict[str, Any] = json.loads(out)
        return document


@contextmanager
def staged(case: Case, folder: Path) -> Iterator[Star]:
    """All of it but the one who asks."""
    with ExitStack() as stack:
        star = stack.enter_context(Star())
        stack.enter_context(_devices(case, star))
        for name in sorted({machine.host for machine in case.machines}):
            _bury(case, star, name)
            stack.enter_context(_services(case, star, name))
        for peer in case.peers:
            if peer.far is not Far.NONE and not peer.machines[0].dead:
                key = STRANGE if peer.far is Far.STRANGE else KEY
                config = write(case, folder / peer.name, key=key)
                stack.enter_context(running_in(star[peer.machines[0].host], peer.name, config))
        wall(case, star)
        yield star


def wall(case: Case, star: Star) -> None:
    """All firewalls, in place of those there are."""
    for name in sorted({machine.host for machine in case.machines}):
        star[name].nft(host(case, name))
    star["BTS01"].nft(own(case))
    star.router.nft(router(case))


@contextmanager
def _devices(case: Case, star: Star) -> Iterator[None]:
    """What is diverted to the router is accepted there, and nothing is said."""
    if any(machine.device is Device.SYN_PROXY for machine in case.machines):
        star.router.sysctl(PROXY_SETTINGS)
    doors = [("::" if case.version == 6 else "0.0.0.0", DEVICE_PORT)]
    with listening(star.router, doors, lifetime=LIFETIME):
        yield


@contextmanager
def _services(case: Case, star: Star, name: str) -> Iterator[None]:
    """The mappers of a host, and listeners at the ports that they name, and at those of databases."""
    machines = [machine for machine in case.machines if machine.host == name and not machine.dead]
    doors = [(each.address, port) for each in machines for port in sorted(each.services - {MAPPER})]
    with ExitStack() as stack:
        if doors:
            stack.enter_context(listening(star[name], doors, lifetime=LIFETIME))
        for machine in machines:
            if MAPPER in machine.services:
                stack.enter_context(mapping(star[name], machine.address, MAPPER, _table(case)))
        yield


def _table(case: Case) -> Table:
    """What a master's mapper names: the SSO service."""
    return (tcp(SSO, case.service, SSO_ANNOTATION),)


def _bury(case: Case, star: Star, name: str) -> None:
    """Nobody has a dead machine's address."""
    bits = 64 if case.version == 6 else 24
    dead = [machine.address for machine in case.machines if machine.host == name and machine.dead]
    if dead:
        star[name].ip("".join(f"address del {each}/{bits} dev eth0\n" for each in dead))
