"""Resident memory of an agent with ten peers, with a key and without one, beside blackbox_exporter's.

All of them are scraped, as they would be; nobody opens the page. With the key, one of the peers has an agent, too: the
two hold listeners for each other.
"""

import socket
import sys
import time
from collections.abc import Iterator
from compileall import compile_dir
from contextlib import ExitStack
from math import inf
from pathlib import Path

from agent.demo.demo import listener
from agent.demo.mapper import mapper
from tests.bench.agents import fetch, until_it_answers
from tests.bench.blackbox import NAME, exporter
from tests.bench.figures import MEGABYTES, Figures, Line
from tests.bench.processes import ROOT, resident_megabytes, started

MOST = 60.0  # megabytes
PEERS = 10
LOOKS, BETWEEN = 5, 10.0  # seconds: rounds are as far apart
MET = b'ssoreach_peer_agent_up{peer="BTS01"} 1.0'
HOSTS = {"MSS": "127.0.0.21", "BTS01": "127.1.0.1"}
SITE = """\
site: memory
names: false
state_dir: state
schedule: {{interval: 10s}}
web: {{listen: "127.0.0.1:{web}"}}
rendezvous: {{listen: "{address}:{udp}", key_file: {key}}}
hosts:
  - {{name: MSS, role: master-secret, address: 127.0.0.21, source_address: 127.0.0.21, epm_port: {epm}}}
  - {{name: SQL01, role: sso-database, address: 127.0.0.31, port: {sql}}}
"""


def memory(folder: Path) -> Iterator[Line]:
    """Each once a round for some rounds: what it takes by the end of them counts."""
    for package in ("agent", "probes"):  # as where it is installed: who has to compile them keeps some megabytes of it
        compile_dir(ROOT / package, quiet=1)
    with ExitStack() as stack:
        ports = {"sql": stack.enter_context(listener("127.0.0.31"))}
        ports["epm"] = stack.enter_context(mapper("0.0.0.0", stack.enter_context(listener("0.0.0.0"))))
        ports["udp"] = _free_udp_port()
        peer = stack.enter_context(exporter(folder))
        agents = [
            stack.enter_context(started(_argv(folder / name, host, has_key, ports), log=folder / f"{name}.log"))
            for name, host, has_key in (("passive", "MSS", False), ("both", "MSS", True), ("far", "BTS01", True))
        ]
        passive, both, _ = (each.pid for each in agents)
        urls = [(folder / name / "url").read_text("ascii") for name in ("passive", "both", "far")]
        for url in urls:
            until_it_answers(url)
        looks = []
        for _ in range(LOOKS):
            time.sleep(BETWEEN)
            peer.probe("127.0.0.31", ports["sql"])
            for url in urls:
                fetch(f"{url}/metrics")
            looks.append([resident_megabytes(pid) for pid in (passive, both, peer.pid)])
        if MET not in fetch(f"{urls[1]}/metrics"):
            raise RuntimeError("the agents did not meet")
        for url in urls:
            fetch(f"{url}/")
        with_page = resident_megabytes(both)
    alone, met, theirs = (Figures(values, MEGABYTES) for values in zip(*looks, strict=True))
    for what, ours in (("without a key", alone), ("with a key, one of them with an agent", met)):
        yield Line(f"resident memory, {PEERS} peers, {what}", ours, NAME, theirs, ours.most, MOST, "MB")
    work = "the same, once somebody has opened the page"
    yield Line(work, Figures([with_page], MEGABYTES), NAME, theirs, with_page, inf, "MB")


def _free_udp_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("0.0.0.0", 0))
        return int(sock.getsockname()[1])


def _argv(folder: Path, host: str, has_key: bool, ports: dict[str, int]) -> list[str]:
    """The command that runs the agent of that host; its file, its key and where it answers are in `folder`."""
    folder.mkdir()
    with listener("127.0.0.1") as web:
        (folder / "url").write_text(f"http://127.0.0.1:{web}", "ascii")
    key = folder / "key"
    key.touch(mode=0o600)
    key.write_text("a key of the bench's own, which everybody may know\n", "ascii")
    rows = (
        f"  - {{name: BTS{number:02}, role: processing, address: 127.1.0.{number}, source_address: 127.1.0.{number},"
        f" epm_port: {ports['epm']}}}\n"
        for number in range(1, PEERS)
    )
    config = folder / "ssoreach.yaml"
    text = SITE.format(address=HOSTS[host], web=web, key="key" if has_key else "null", **ports)
    config.write_text(text + "".join(rows), "utf-8")
    return [sys.executable, "-m", "agent.cli", "run", "--config", str(config), "--host", host]
