"""As a script for Windows PowerShell 5.1: the firewalls of the hosts that are asked, a block for each host.

Nothing in it is more than ASCII, as 5.1 reads a file without a mark in the code page of the machine; every text stands
in single quotes, in which only the single quote itself means anything.
"""

from collections.abc import Iterable, Iterator

from agent.ground.powershell import quoted
from agent.permit.change import Change
from agent.permit.hosts import Inward, by_machine, numbered, unnumbered
from agent.permit.words import ascii_line, comments, reasons

DESCRIPTION = 900  # letters

HEAD = """\
#Requires -Version 5.1
#Requires -RunAsAdministrator
{comments}
#
# For the own firewall of each host that is asked. Run it on that host, elevated, with the host's name in the
# configuration; -WhatIf shows what it would do. A rule that is there already is replaced by itself, so it may run
# twice. What Windows lets out is not changed: by default, all. Where a group policy has local rules ignored, these have
# to be set there.
#
#   .\\rules.ps1 -For {first}
#   Get-NetFirewallRule -Group {group} | Remove-NetFirewallRule   # takes all of them away
[CmdletBinding(SupportsShouldProcess = $true)]
param(
    [Parameter(Mandatory = $true)]
    [ValidateSet({hosts})]
    [string] $For
)

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'

function Set-InboundRule([hashtable] $Rule) {{
    # Said each time: what this script is told of -WhatIf does not reach the commands of a module by itself.
    Get-NetFirewallRule -Name $Rule.Name -ErrorAction SilentlyContinue |
        Remove-NetFirewallRule -WhatIf:$WhatIfPreference -ErrorAction Stop
    New-NetFirewallRule @Rule -Group {group} -Direction Inbound -Action Allow -WhatIf:$WhatIfPreference `
        -ErrorAction Stop | Out-Null
}}

switch ($For) {{
"""
RULE = """\
        Set-InboundRule @{{
            Name = {name}
            DisplayName = {title}
            Description = {description}
            Protocol = {protocol}
            LocalPort = {ports}
            LocalAddress = {local}
            RemoteAddress = {remote}
        }}
"""
NONE = """\
{comments}
Write-Output 'There is no rule for the own firewall of any host in it.'
"""


def render(change: Change) -> str:
    """The whole script."""
    machines = by_machine(numbered(change.permits))
    told = "\n".join(_comment(line) for line in comments(change, (*change.questions, *unnumbered(change.permits))))
    answers = [_comment(f"No rule of a host: {line}") for line in answers_told(change)]
    told = "\n".join([told, *answers])
    if not machines:
        return NONE.format(comments=told)
    names, group = [word(name) for name in machines], word(f"ssoreach {change.site}")
    head = HEAD.format(comments=told, first=names[0], hosts=", ".join(names), group=group)
    blocks = "".join(_block(name, rules) for name, rules in machines.items())
    return f"{head}{blocks}}}\n"


def answers_told(change: Change) -> Iterator[str]:
    """A host's own firewall that keeps track lets answers out; so they are lost on the way."""
    for permit in change.permits:
        if permit.answers:
            ends = ", ".join(spot.address for spot in permit.destinations), ", ".join(s.address for s in permit.sources)
            ports = ", ".join(permit.ports.texts())
            yield f"answers from {ends[0]}, {permit.protocol} {ports}, to {ends[1]} are dropped on the way"


def word(text: str) -> str:
    """In ASCII, and bounded."""
    return quoted(ascii_line(text, DESCRIPTION))


def _comment(line: str) -> str:
    return f"# {ascii_line(line)}"


def _block(machine: str, rules: Iterable[Inward]) -> str:
    body = "".join(map(_rule, rules))
    return f"    {word(machine)} {{\n{body}    }}\n"


def _rule(rule: Inward) -> str:
    return RULE.format(
        name=word(rule.name),
        title=word(title(rule)),
        description=word(f"{rule.need}. {reasons(rule.whys)}"),
        protocol=word(rule.protocol),
        ports=_array(rule.ports.texts()),
        local=_array(rule.local),
        remote=_array(rule.remote),
    )


def title(rule: Inward) -> str:
    """For a list of rules: whose it is, what for, and which ports."""
    services = " and ".join(dict.fromkeys(why.service for why in rule.whys))
    shown = rule.ports.texts()
    more = ", ..." if len(shown) > 3 else ""
    return f"ssoreach: {services}, {rule.protocol} {', '.join(shown[:3])}{more}"


def _array(texts: Iterable[str]) -> str:
    return f"@({', '.join(map(word, texts))})"
