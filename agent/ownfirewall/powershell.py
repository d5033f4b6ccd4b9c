"""Rules of Windows' firewall as a line to be typed, for Windows PowerShell 5.1 and later. Pure."""

from collections.abc import Iterable, Sequence

from agent.ground.powershell import quoted
from agent.ownfirewall.rules import GROUP, Rule


def line(rules: Sequence[Rule]) -> str:
    """It makes all of them; they have program and addresses in common, and there is one at least."""
    first = rules[0]
    common = (
        "Direction='Inbound'",
        "Action='Allow'",
        f"Group={quoted(GROUP)}",
        f"Program={quoted(first.program)}",
        f"RemoteAddress={_list(first.remote)}",
    )
    return "; ".join((f"$ssoreach = @{{{'; '.join(common)}}}", *map(_command, rules)))


def _command(rule: Rule) -> str:
    ports = _list(rule.ports.texts())
    protocol = rule.protocol.name
    return f"New-NetFirewallRule @ssoreach -DisplayName {quoted(rule.name)} -Protocol {protocol} -LocalPort {ports}"


def _list(texts: Iterable[str]) -> str:
    return ",".join(map(quoted, texts))
