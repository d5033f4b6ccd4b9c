"""What the router between agents can do with their packets: rules for `Star.between`, by whose packets and ports.

`source` asks, `target` is asked; both are addresses. `ports` are the target's, as nft has them: "20000-20499, 20600".
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

RENDEZVOUS = 10135  # UDP


class Chain(StrEnum):
    """Where a rule stands; the value is what nft calls that."""

    FORWARD = "type filter hook forward priority 0"
    ARRIVING = "type nat hook prerouting priority -100"
    LEAVING = "type nat hook postrouting priority 100"


class Rule(NamedTuple):
    chain: Chain
    text: str


def drop(source: str, target: str, ports: str) -> Rule:
    return Rule(Chain.FORWARD, f"{_asks(source, target, ports)} drop")


def reset(source: str, target: str, ports: str) -> Rule:
    """In the target's name."""
    return Rule(Chain.FORWARD, f"{_asks(source, target, ports)} reject with tcp reset")


def prohibit(source: str, target: str, ports: str) -> Rule:
    """In the router's own name."""
    word = "icmpv6" if ":" in target else "icmp"
    return Rule(Chain.FORWARD, f"{_asks(source, target, ports)} reject with {word} admin-prohibited")


def one_way(source: str, target: str, ports: str) -> Rule:
    """The SYN passes, and its answer does not."""
    answers = f"{_from_to(target, source)} tcp sport {{ {ports} }}"
    return Rule(Chain.FORWARD, f"{answers} tcp flags & (syn | ack) == (syn | ack) drop")


def divert(source: str, target: str, ports: str, stranger: tuple[str, int]) -> Rule:
    """To a stranger's address and port, in the target's name."""
    return Rule(Chain.ARRIVING, f"{_asks(source, target, ports)} dnat ip to {stranger[0]}:{stranger[1]}")


def disguise(source: str, target: str, ports: str) -> Rule:
    """The target sees other source ports than the source has."""
    return Rule(Chain.LEAVING, f"{_asks(source, target, ports)} snat ip to {source}:10000-10999 random")


def speechless(source: str, target: str) -> Rule:
    """No datagram gets to the target's agent."""
    return Rule(Chain.FORWARD, f"{_from_to(source, target)} udp dport {RENDEZVOUS} drop")


def forgetful(percent: int) -> Rule:
    """Of all datagrams of all agents so many get lost, both ways."""
    asked, answered = f"udp dport {RENDEZVOUS}", f"udp sport {RENDEZVOUS} udp dport != {RENDEZVOUS}"
    return Rule(
        Chain.FORWARD, "\n".join(f"{each} numgen random mod 100 < {percent} drop" for each in (asked, answered))
    )


def ruleset(rules: Sequence[Rule]) -> str:
    """All of the router's rules, in one transaction. Packets are only tracked where addresses are to be changed."""
    lines = ["flush ruleset", "table inet lab {"]
    for chain in Chain:
        if texts := [rule.text for rule in rules if rule.chain is chain]:
            lines += [f"chain {chain.name.lower()} {{", f"{chain};", *texts, "}"]
    return "\n".join([*lines, "}"]) + "\n"


def _asks(source: str, target: str, ports: str) -> str:
    return f"{_from_to(source, target)} tcp dport {{ {ports} }}"


def _from_to(source: str, target: str) -> str:
    family = "ip6" if ":" in target else "ip"
    return f"{family} saddr {source} {family} daddr {target}"
