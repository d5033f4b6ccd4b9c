"""The names of peers by the system's own resolver, with a hosts file and no name server."""

import json
import sys
from pathlib import Path

import pytest

from .names import naming
from .network import Network

pytestmark = pytest.mark.lab

# Peers as JSON on standard input: name to addresses.
ASK = """
import asyncio, json, sys
from agent.ground.clock import SystemClock
from agent.survey.called import Peer
from agent.survey.naming import Naming
from probes.resolve import Resolver

def broken(error):
    raise error

async def main():
    peers = [Peer(name, tuple(addresses)) for name, addresses in json.load(sys.stdin).items()]
    naming = Naming(peers, Resolver(), 10.0, SystemClock())
    async with naming.meanwhile(broken):
        pass
    print(json.dumps([(each.peer, each.kind, each.detail) for each in naming.findings]))

asyncio.run(main())
"""


def test_names_that_disagree_are_told_and_a_silent_name_service_is_not(shared_net: Network, tmp_path: Path) -> None:
    net = shared_net
    mss, other, sql, good, lone = (
        net.address(row) for row in ("accept", "drop", "tcp-reset", "port-unreachable", "return-drop")
    )
    hosts = {
        "mss.lab": [mss],
        "mss": [other],
        "old7.lab": [sql],
        "bts02.lab": [good],
        "bts02": [good],
        "gone.lab": [lone],
    }
    peers = {"MSS": ["mss.lab"], "SQL01": [sql], "BTS02": ["bts02.lab"], "GONE": ["gone.lab"]}
    words = naming(tmp_path / "hosts", hosts)
    done = net.prober.run(*words, sys.executable, "-c", ASK, input=json.dumps(peers))
    assert json.loads(done.stdout) == [
        ["MSS", "names-disagree", f"mss gives {other}, but mss.lab gives {mss}."],
        [
            "SQL01",
            "names-disagree",
            f"SQL01 is at {sql} in the file, but the name of that address in reverse is old7.lab.",
        ],
    ]
