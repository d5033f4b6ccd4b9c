"""Fifty agents of one site against the agent of their one master secret server; real processes, a namespace each.

One of them is cut off from a part of the range, and one from the mapper: each must find that, and nobody else.
"""

import time
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import psutil

from tests.fakes.table import MSDTC_PORT, SCHEDULER_PORT, SSO_PORT, TABLE
from tests.lab.agents import KEY, Agent, running_in
from tests.lab.listeners import listening
from tests.lab.mapping import mapping
from tests.lab.namespace import LabCommandError
from tests.lab.rules import drop
from tests.lab.star import Star
from tests.lab.tapping import tapping
from tests.scale.hub import DATABASE, MASTER, Hub, address, hub, names
from tests.scale.leases import Leases, leases, watched

COUNT = 50
FIRST, LAST = 49_152, 65_535
CUT, CUT_OFF, SHUT = "BTS07", "63488-65535", "BTS13"  # a part of the range, and who finds the mapper shut
INTERVAL = 60.0  # seconds
WARM, LOOK = INTERVAL + 20, 75.0  # seconds until all first rounds have ended, and in which it is measured
# Seconds more until every verdict has to be right. Whoever was asked before its agent ran is asked alone in that round,
# greeted in the next one, and asked together in the third, over most of which its ports are spread.
SETTLED, AGAIN = 2 * INTERVAL, 5.0
AT_ONCE = 4  # agents that start at the same time
TRIES = 3
LIFETIME = 900  # seconds, which it does not take
SITE = """\
site: many
rendezvous: {key_file: key}
names: false
state_dir: state
schedule: {timeout: 1500ms}
hosts:
"""
SERVICES = (SSO_PORT, MSDTC_PORT, SCHEDULER_PORT)


@dataclass(frozen=True, slots=True)
class Many:
    """`cpu`: percent of a core, of the master's agent; `resident`: bytes, `of_others`: the most of a processing
    server's; `listeners`: the most at once; `wrong`: verdicts that are not what the rules say, and how many were right,
    `settled` seconds after the last agent was there.
    """

    agents: int
    leases: Leases
    listeners: int
    seconds: float
    cpu: float
    resident: int
    of_others: int
    right: int
    wrong: tuple[str, ...]
    settled: float
    dropped: Mapping[str, float]


def many(folder: Path, count: int = COUNT) -> Many:
    """Of so many, over two rounds."""
    with ExitStack() as stack:
        site = stack.enter_context(hub(count))
        site.block([drop(address(CUT), address(MASTER), CUT_OFF), drop(address(SHUT), address(MASTER), "135")])
        pid = _serve(stack, site)
        agents, all_there = _start(stack, site, folder, count), time.monotonic()
        tap = stack.enter_context(tapping(cast(Star, site), MASTER))  # it asks nothing but the router of it
        with watched(pid, FIRST, LAST) as most:
            time.sleep(WARM)
            process = _process(folder / MASTER)
            before, began = process.cpu_times(), time.monotonic()
            time.sleep(LOOK)
            after, seconds = process.cpu_times(), time.monotonic() - began
        spent = after.user + after.system - before.user - before.system
        dropped = agents[MASTER].metrics().rows("rendezvous_dropped_total")
        right, wrong = _settled(agents)
        return Many(
            count,
            leases(tap.heard(), address(MASTER)),
            most.listeners - len(SERVICES),
            seconds,
            100 * spent / seconds,
            agents[MASTER].memory,
            max(agent.memory for host, agent in agents.items() if host != MASTER),
            right,
            tuple(wrong),
            time.monotonic() - all_there,
            {labels["reason"]: value for labels, value in dropped if value},
        )


def _serve(stack: ExitStack, site: Hub) -> int:
    """The services of all servers; a process in the master's namespace."""
    doors = [*((address(MASTER), port) for port in SERVICES), (address(MASTER, DATABASE), 1433)]
    services = stack.enter_context(listening(site.hosts[MASTER], doors, lifetime=LIFETIME))
    for host, namespace in site.hosts.items():
        stack.enter_context(mapping(namespace, address(host), table=TABLE if host == MASTER else ()))
    return services.pid


def _start(stack: ExitStack, site: Hub, folder: Path, count: int) -> dict[str, Agent]:
    rows = [f"  - {{name: {host}, role: processing, address: {address(host)}}}\n" for host in names(count)]
    rows.append(f"  - {{name: {MASTER}, role: master-secret, address: {address(MASTER)}}}\n")
    rows.append(f"  - {{name: SQL01, role: sso-database, address: {address(MASTER, DATABASE)}}}\n")

    def start(host: str) -> Agent:
        own = folder / host
        own.mkdir(parents=True)
        key = own / "key"
        key.touch(mode=0o600)
        key.write_text(f"{KEY}\n", "ascii")
        config = own / "ssoreach.yaml"
        config.write_text(SITE + "".join(rows), "utf-8")
        for _ in range(TRIES - 1):  # where others use the machine, too, fifty starts take their time
            with suppress(LabCommandError):
                return stack.enter_context(running_in(site.hosts[host], host, config))
        return stack.enter_context(running_in(site.hosts[host], host, config))

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return dict(zip(site.hosts, pool.map(start, site.hosts), strict=True))


def _process(folder: Path) -> psutil.Process:
    """The agent whose file is there."""
    file = str(folder / "ssoreach.yaml")
    return next(each for each in psutil.process_iter() if "run" in (argv := each.cmdline()) and file in argv)


def _settled(agents: Mapping[str, Agent]) -> tuple[int, list[str]]:
    """As `_judged`, once nothing is wrong any more, or it should not be."""
    deadline = time.monotonic() + SETTLED
    while True:
        right, wrong = _judged({host: agent.paths() for host, agent in agents.items()})
        if not wrong or time.monotonic() > deadline:
            return right, wrong
        time.sleep(AGAIN)


def _judged(found: Mapping[str, list[dict[str, Any]]]) -> tuple[int, list[str]]:
    """How many verdicts are what the rules say, and the others, a line each. Every agent says every path from it."""
    outbound = [path for paths in found.values() for path in paths if path["direction"] == "outbound"]
    verdicts: Counter[bool] = Counter()
    wrong = []
    for path in outbound:
        wanted = _wanted(path["source"], path["peer"], path["check"])
        is_right = path["verdict"] in wanted
        verdicts[is_right] += 1
        if not is_right:
            wrong.append(f"{path['source']} {path['peer']} {path['check']}: {path['verdict']} {path['cause']}")
    return verdicts[True], wrong


def _wanted(source: str, peer: str, check: str) -> tuple[str, ...]:
    if (source, peer, check) == (CUT, MASTER, "rpc-range"):
        return ("partly-blocked",)
    if (source, peer) == (SHUT, MASTER):
        return {"epm": ("blocked", "unreachable"), "rpc-endpoint": NOT_KNOWN}.get(check, ("reachable",))
    return ("reachable",)


NOT_KNOWN = ("inconclusive", "unreachable", "blocked")  # without the mapper nobody knows where the service is
