"""What a rule set of nftables does to a connection that comes in: is it certain to pass, or certain not to?

A doubtful reading of what `nft -j list ruleset` says (libnftables-json(5)): whatever is not known to be harmless is not
judged, nor is a firewall that accepts some ports and drops the rest, as nearly all do.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from probes.wire.rendezvous.messages import Admission

# Hooks that a connection to this host does not come in by.
ELSEWHERE = frozenset({"forward", "output", "postrouting", "egress"})
# Hooks that every connection to this host comes by. `ingress` is of one device, and nft 1.0.6 does not tell which.
EVERYWHERE = frozenset({"input", "prerouting"})
# Statements that neither drop anything nor send it anywhere else.
HARMLESS = frozenset({"match", "counter", "log", "limit", "quota", "last", "ct count", "set", "return", "continue"})
PASSING = HARMLESS | {"accept", "jump", "goto"}  # where they jump to is looked at as well
STOPPING = HARMLESS | {"drop", "reject"}
BOTH = frozenset({"ip", "ip6"})
FAMILIES = {"inet": BOTH, "ip": frozenset({"ip"}), "ip6": frozenset({"ip6"})}

Item = tuple[str, Mapping[str, object]]  # what it is, and how it is
Table = tuple[object, object]  # family and name


@dataclass(frozen=True, slots=True)
class Chain:
    """`hook`, `kind` and `policy` are None where others jump to it and nothing else leads there."""

    table: Table
    hook: object
    kind: object
    policy: object
    statements: set[str] = field(default_factory=set)

    @property
    def is_entered(self) -> bool:
        return self.hook is not None and self.hook not in ELSEWHERE

    @property
    def admits(self) -> bool:
        return self.statements <= PASSING and (self.hook is None or self.policy == "accept")

    @property
    def shuts(self) -> bool:
        is_for_all = self.hook in EVERYWHERE and (self.kind, self.policy) == ("filter", "drop")
        return is_for_all and self.statements <= STOPPING


def judge(listed: bytes) -> Admission:
    """Of what nft lists, with or without the contents of sets."""
    try:
        items = list(_items(json.loads(listed)))
        chains = _chains(items)
    except (ValueError, TypeError, RecursionError):  # none that we understand
        return Admission.UNKNOWN
    entered = [chain for chain in chains if chain.is_entered]
    tables = {chain.table for chain in entered}
    if all(chain.admits for chain in chains if chain.is_entered or (chain.hook is None and chain.table in tables)):
        return Admission.ADMITS
    return Admission.SHUTS if _shut(entered, items) == BOTH else Admission.UNKNOWN


def _shut(entered: Iterable[Chain], items: Iterable[Item]) -> frozenset[str]:
    """The families by which nothing comes in. A table with a flag may be dormant, and does nothing then."""
    flagged = {(item.get("family"), item.get("name")) for what, item in items if what == "table" and "flags" in item}
    shutting = (chain.table for chain in entered if chain.shuts and chain.table not in flagged)
    return frozenset[str]().union(*(FAMILIES.get(str(family), frozenset()) for family, _ in shutting))


def _items(document: object) -> Iterator[Item]:
    """Raises ValueError."""
    match document:
        case {"nftables": list(listed)}:
            for each in listed:
                what, item = _only(each)
                if not isinstance(item, dict):
                    raise ValueError("not an item")
                yield what, item
        case _:
            raise ValueError("not a rule set")


def _chains(items: Iterable[Item]) -> list[Chain]:
    """With what the statements of their rules are called. Raises ValueError, and TypeError for unhashable names."""
    chains: dict[tuple[Table, object], Chain] = {}
    for what, item in items:
        table = item.get("family"), item.get("table")
        if what == "chain":
            base = item.get("hook"), item.get("type"), item.get("policy")
            chains[table, item.get("name")] = Chain(table, *base)
        elif what == "rule":
            chain = chains.get((table, item.get("chain")))
            said = item.get("expr")
            if chain is None or not isinstance(said, list):
                raise ValueError("a rule of no chain, or one that says nothing")
            chain.statements.update(_only(each)[0] for each in said)
    return list(chains.values())


def _only(each: object) -> tuple[str, object]:
    """A key and its value. nft writes a mere text where it has no words for a statement: ValueError."""
    if not isinstance(each, dict) or len(each) != 1:
        raise ValueError("not one thing")
    return next(iter(each.items()))
