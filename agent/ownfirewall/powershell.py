"""Rules of Windows' firewall as a line to be typed, for Windows PowerShell 5.1 and later. Pure."""

from collections.abc import Iterable, Sequence

from agent.ownfirewall.rules import GROUP, Rule

# PowerShell takes the typographic ones for the plain one.
QUOTES = "'‘’‚‛"  # noqa: RUF001 - these very letters
DOUBLED = str.maketrans({quote: quote * 2 for quote in QUOTES})


def quoted(text: str) -> str:
    """One word, whatever is in it."""
    return f"'{text.translate(DOUBLED)}'"


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
