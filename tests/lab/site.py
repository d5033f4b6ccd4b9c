"""Configurations for the lab, and `probe` run in its prober."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from .network import Network

# Small, so that a run is; the dead neighbour's ARP gives up after 3.07 s.
HEAD = """\
site: lab
rpc: {{samples: 2}}
schedule: {{interval: {interval}, timeout: {timeout}}}
web: {{listen: "{web}"}}
state_dir: state
{more}hosts:
  - {{{me}, address: "{own}"}}
"""


def write_site(
    folder: Path,
    net: Network,
    hosts: Iterable[str],
    *,
    interval: str = "10s",
    timeout: str = "4s",
    web: str = "127.0.0.1:0",
    me: str = "name: BTS01, role: processing",
    more: str = "",
) -> Path:
    """A file in which the prober is `me`; `hosts` are further lines of YAML, each one host, and `more` other keys."""
    lines = [f"  - {{{host}}}\n" for host in hosts]
    own = net.prober_address()
    text = HEAD.format(own=own, interval=interval, timeout=timeout, web=web, me=me, more=more) + "".join(lines)
    path = folder / "ssoreach.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def probe(net: Network, *argv: str, timeout: float = 60) -> tuple[int, str, str]:
    """Run `probe` in the prober's namespace: exit code, standard output, standard error. `timeout` in seconds."""
    done = net.prober.python("-m", "agent.cli", *argv, timeout=timeout)
    return done.returncode, done.stdout, done.stderr


def once(net: Network, config: Path, *argv: str, timeout: float = 60) -> tuple[int, dict[str, Any]]:
    """`probe once --format json`: exit code and document."""
    code, out, err = probe(net, "once", "--config", str(config), "--format", "json", *argv, timeout=timeout)
    assert out, err
    return code, json.loads(out)
