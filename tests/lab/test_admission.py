"""What this host's own firewall is said to do is what it does, with the real nft in a namespace."""

from collections.abc import Iterator

import pytest

from .connects import connect
from .listeners import listening
from .namespace import Namespace, namespaces
from .rows import Seen

pytestmark = pytest.mark.lab

PORT = 50000
ASK = """
from pathlib import Path
from agent.rendezvous.admission import own_firewall
print(own_firewall(Path("/usr/bin/python3"), 50000).name)
"""


@pytest.fixture
def alone(lab: None) -> Iterator[Namespace]:
    """A host whose firewall is its own."""
    with namespaces(1) as (namespace,):
        namespace.ip("link set lo up\n")
        yield namespace


def chain(rules: str, *, hook: str = "input", policy: str = "accept", flags: str = "", family: str = "inet") -> str:
    return f"""
table {family} filter {{
    {flags}
    chain more {{
        tcp dport 22 accept
    }}
    chain in {{
        type filter hook {hook} priority 0; policy {policy};
        {rules}
    }}
}}
"""


HARMLESS = 'ct state established accept; iif lo counter accept; jump more; log prefix "in "'


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ("", "ADMITS"),
        (chain(""), "ADMITS"),
        (chain(HARMLESS), "ADMITS"),
        (chain("drop", hook="forward"), "ADMITS"),
        (chain("", policy="drop"), "SHUTS"),
        (chain("ct state established counter; tcp dport 22 reject with tcp reset", policy="drop"), "SHUTS"),
        (chain("", policy="drop", family="ip") + chain("", policy="drop", family="ip6"), "SHUTS"),
        (chain("", policy="drop", family="ip6"), "UNKNOWN"),
        (chain("", policy="drop", flags="flags dormant"), "UNKNOWN"),
        (chain("ct state established accept", policy="drop"), "UNKNOWN"),
        (chain("tcp dport 50000 drop"), "UNKNOWN"),
        (chain("tcp dport 50000 reject", hook="prerouting"), "UNKNOWN"),
        (chain("tcp dport vmap { 50000: drop }"), "UNKNOWN"),
        (chain("drop", hook="ingress device lo", family="netdev"), "UNKNOWN"),
    ],
)
def test_rules_as_nft_lists_them(alone: Namespace, rules: str, expected: str) -> None:
    alone.nft(rules)
    said = alone.python("-c", ASK)
    assert said.stdout.split() == [expected], said.stderr
    with listening(alone, [("127.0.0.1", PORT)]):
        seen = connect(alone, [("127.0.0.1", PORT)], 0.5)[0].seen
    assert expected == "UNKNOWN" or (seen is Seen.OPEN) == (expected == "ADMITS")
