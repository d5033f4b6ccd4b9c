"""What is told before the file is written, and what to run when it is."""

import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from agent.draft.answers import Draft, Entry, Machine
from agent.ground.ports import PortSet

MOST_SHOWN = 20  # hosts
BETWEEN = ", "


def summary(draft: Draft) -> list[str]:
    """A line each."""
    shown = [f"  {_host(entry)}" for entry in draft.hosts[:MOST_SHOWN]]
    more = len(draft.hosts) - MOST_SHOWN
    fixed = BETWEEN.join(f"{name} {port}" for name, port in draft.fixed_ports.items())
    return [
        f"Site {draft.site}:",
        *shown,
        *([f"  and {more:,} more hosts"] if more > 0 else []),
        f"DTC to the database: {'yes' if draft.dtc_to_database else 'no'}",
        f"Dynamic RPC ports: {_ports(draft.dynamic_ports)}; fixed ports: {fixed or 'none'}",
        f"Key file: {draft.key_file or 'none'}",
        f"Backup of the master secret last seen: {draft.backup_confirmed or 'no'}",
    ]


def _ports(ports: PortSet) -> str:
    return BETWEEN.join(ports.texts())


def _host(entry: Entry) -> str:
    parts = [f"{_machine(entry.machine)}: {', '.join(entry.roles)}"]
    if entry.port is not None:
        parts.append(f"port {entry.port}")
    if entry.instance is not None:
        parts.append(f"instance {entry.instance}")
    if entry.zone is not None:
        parts.append(f"zone {entry.zone}")
    if entry.nodes:
        parts.append(f"nodes {BETWEEN.join(map(_machine, entry.nodes))}")
    return "; ".join(parts)


def _machine(machine: Machine) -> str:
    return f"{machine.name} ({BETWEEN.join(machine.addresses)})" if machine.addresses else machine.name


def next_commands(program: str, path: Path, key: Path | None, *, found: bool) -> list[str]:
    """`found`: commands find the file by themselves. `key`: the key's file, if it is not there yet."""
    where = () if found else ("--config", str(path))
    commands = [(program, word, *where) for word in ("check-config", "plan", "once")]
    if sys.platform == "win32":
        commands.append((program, "service", "install", *where))
    if key is not None:
        commands.insert(0, (program, "key", str(key)))
        if not key.parent.is_dir():
            commands.insert(0, ("mkdir", str(key.parent)))
    return [_typed(command) for command in commands]


def _typed(words: Sequence[str]) -> str:
    return subprocess.list2cmdline(words) if sys.platform == "win32" else shlex.join(words)
