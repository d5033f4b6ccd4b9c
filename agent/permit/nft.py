"""As rules of nft for a Linux router in between: a chain of accepts, for the chain that drops to jump to.

An accept in a table of its own opens nothing: another table's chain of the same hook would still drop. So the chain
stands in the operator's table, and nothing goes through it until the operator's own chain jumps to it.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from agent.permit.change import Change
from agent.permit.flow import Permit, Why, addresses
from agent.permit.hosts import numbered, unnumbered
from agent.permit.words import ascii_line, comments, reasons

COMMENT = 120  # letters; nft has room for 128
LONGEST = 63  # letters of a site; of a chain's name nft takes 127
FAMILIES = {"inet": (4, 6), "ip": (4,), "ip6": (6,)}
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_STRANGE = re.compile(r"[^A-Za-z0-9_]")

# A packet that begins no connection: whoever is let out by it can answer, and not begin.
ANSWERING = "tcp flags & (syn | ack) != syn"

HEAD = """\
#!/usr/sbin/nft -f
{comments}
#
# This opens nothing by itself. It makes the chain {chain} in the table {table}, which the chain that drops there has to
# jump to, before it drops; for example, if that is called forward:
#
#   nft insert rule {table} forward jump {chain}
#
# It is applied as a whole or not at all, may be applied again, and changes nothing but its own chain. To take it away:
#
#   nft flush chain {table} {chain}      # and, once no rule jumps to it: nft delete chain {table} {chain}
table {table} {{
\tchain {chain} {{
\t}}
}}
flush chain {table} {chain}
"""


class Table(NamedTuple):
    """The table in which the chain that drops is."""

    family: str
    name: str

    def __str__(self) -> str:
        return f"{self.family} {self.name}"


DEFAULT = Table("inet", "filter")


def table(written: str) -> Table:
    """For example `inet filter`. Raises ValueError with a sentence for the operator."""
    family, _, name = written.partition(" ")
    if family not in FAMILIES or not _NAME.fullmatch(name):
        raise ValueError(f"{written[:80]!r} is no table: write its family ({', '.join(FAMILIES)}) and name: {DEFAULT}")
    return Table(family, name)


def render(change: Change, where: Table = DEFAULT) -> str:
    """The whole file."""
    permits = [each for each in numbered(change.permits) if each.version in FAMILIES[where.family]]
    told = [*comments(change, (*change.questions, *unnumbered(change.permits)))]
    if len(permits) < len(numbered(change.permits)):
        told.append(f"The table {where} has no place for rules of the other IP version: they are left out.")
    said = "\n".join(f"# {ascii_line(line)}" for line in told)
    chain = _chain(change, permits)
    rules = "".join(f"\t\t{rule}\n" for permit in permits for rule in _rules(permit))
    body = f"table {where} {{\n\tchain {chain} {{\n{rules}\t}}\n}}\n"
    return HEAD.format(comments=said, chain=chain, table=where) + body


def comment(text: str) -> str:
    """In the quotes of nft, in which nothing can be escaped."""
    return '"' + ascii_line(text, COMMENT).replace('"', "'").replace("\\", "/")[:COMMENT] + '"'


def _chain(change: Change, permits: Iterable[Permit]) -> str:
    """What was found shut at another time is another chain: one must not take away what the other opened."""
    name = f"ssoreach_{_STRANGE.sub('_', change.site)[:LONGEST]}"
    if not change.is_missing:
        return name
    told = "".join(rule for permit in permits for rule in _rules(permit))
    return f"{name}_missing_{hashlib.sha256(told.encode()).hexdigest()[:8]}"


def _rules(permit: Permit) -> Iterator[str]:
    """A rule for each set of ports, with its reasons."""
    by_ports: dict[str, list[Why]] = {}
    for why, ports in permit.whys:
        by_ports.setdefault(", ".join(ports.texts()), []).append(why)
    for listed, whys in by_ports.items():
        yield f"{_match(permit, listed)} counter accept comment {comment(f'{permit.need}. {reasons(whys)}')}"


def _match(permit: Permit, ports: str) -> str:
    family = "ip6" if permit.version == 6 else "ip"
    sources, destinations = ", ".join(addresses(permit.sources)), ", ".join(addresses(permit.destinations))
    protocol = permit.protocol.lower()
    if permit.answers:
        away = f" {ANSWERING}" if protocol == "tcp" else ""
        return (
            f"{family} saddr {{ {destinations} }} {family} daddr {{ {sources} }} {protocol} sport {{ {ports} }}{away}"
        )
    return f"{family} saddr {{ {sources} }} {family} daddr {{ {destinations} }} {protocol} dport {{ {ports} }}"
