"""The nft rules of the lab: the table's own, and those that a test puts before them."""

from typing import NamedTuple

from .rows import Place
from .wiring import ADDRESSES

PROBER_CHAINS = {"output": {Place.OWN_OUTPUT: "daddr"}}
ROUTER_CHAINS = {"forward": {Place.ROUTER: "daddr", Place.REPLIES: "saddr"}}
SERVER_CHAINS = {"input": {Place.SERVER_INPUT: "daddr"}, "output": {Place.SERVER_OUTPUT: "saddr"}}


def rules(chains: dict[str, dict[Place, str]]) -> str:
    """A whole rule set: for each hook a chain of the rows that stand there, after what is flipped."""
    lines = ["flush ruleset", "table inet lab {", "chain flipped {", "}"]
    for hook, places in chains.items():
        lines += [f"chain {hook} {{", f"type filter hook {hook} priority 0; policy accept;", "jump flipped"]
        lines += [
            f"{match(address, places[row.place])} {row.statement}"
            for row, address in ADDRESSES.items()
            if row.place in places
        ]
        lines.append("}")
    return "\n".join([*lines, "}"]) + "\n"


def match(address: str, end: str) -> str:
    return f"{'ip6' if ':' in address else 'ip'} {end} {address}"


class Flip(NamedTuple):
    """What the router does with an address, or with some of its ports, whatever the table says."""

    address: str
    statement: str
    ports: str
    replies: bool

    def rule(self) -> str:
        end, port = ("saddr", "sport") if self.replies else ("daddr", "dport")
        protocols = "tcp" if "tcp reset" in self.statement else "{ tcp, udp }"  # nft resets nothing else
        ports = f" meta l4proto {protocols} th {port} {{ {self.ports} }}" if self.ports else ""
        return f"add rule inet lab flipped {match(self.address, end)}{ports} {self.statement}"


def flipped(flips: list[Flip]) -> str:
    """One transaction that replaces the flips that stand by these, the first of them to win."""
    return "\n".join(["flush chain inet lab flipped", *(flip.rule() for flip in flips)]) + "\n"
