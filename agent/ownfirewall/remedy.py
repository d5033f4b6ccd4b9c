"""What to type where this host's own firewall shuts the agent out. Pure."""

from collections.abc import Iterable, Sequence

from agent.ground.powershell import quoted
from agent.ownfirewall.doors import Door
from agent.ownfirewall.powershell import line
from agent.ownfirewall.rules import Rule

MOST = 900  # characters: a finding's sentences are cut at a thousand, and half a command is worse than none


def on_windows(program: str, table: Sequence[Rule], missing: Iterable[str]) -> str:
    """`missing`: names of the file that have no address now."""
    makes = f"`& {quoted(program)} service install --firewall-scope` makes these rules, too, and renews the service"
    if not table:
        return f"No host that may ask this agent has an address now. Once they have: {makes}."
    left_out = ", ".join(missing)
    without = f" Without an address now, and so not in it: {left_out}." if left_out else ""
    read = " Add the address of your Prometheus to the rule for metrics." if any(map(_is_read, table)) else ""
    told = f"In PowerShell, as an administrator: `{line(table)}`.{read}{without}"
    return told if len(told) <= MOST else f"As an administrator: {makes}; name your Prometheus by --scraper ADDRESS."


def on_linux(doors: Iterable[Door]) -> str:
    """For nftables and whatever else writes its rules."""
    at = " and ".join(map(str, doors))
    return f"Allow it inbound from the hosts of the site alone, by a rule that accepts {at} from them."


def _is_read(rule: Rule) -> bool:
    return rule.is_read
