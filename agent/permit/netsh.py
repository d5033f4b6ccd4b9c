"""As a batch file of netsh: what the PowerShell script does, for machines where no script of that may run.

Lines end as cmd wants them, or it may not find its labels. No line is longer than cmd reads: a rule of many addresses
or ports becomes several, which together admit the same.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import product

from agent.permit.change import Change
from agent.permit.hosts import Inward, by_machine, numbered, unnumbered
from agent.permit.powershell import answers_told, title
from agent.permit.words import ascii_line, comments, reasons

MOST = 60  # addresses or ports of one side of a rule: cmd reads 8,191 characters of a line
SHORT = 200  # letters of a description

# What cmd reads as nothing but itself, between double quotes and behind rem. The percent sign is not among it.
_STRANGE = re.compile(r"[^A-Za-z0-9 .,:;()'=_/\\+-]")
_BRACKETS = str.maketrans('<>[]{}"', "()()()'")

HEAD = """\
@echo off
setlocal DisableDelayedExpansion
{comments}
rem
rem For the own firewall of each host that is asked. Run it on that host, elevated, with the host's name in the
rem configuration. A rule that is there already is replaced by itself, so it may run twice.
rem
rem   rules.cmd {first}
rem   netsh advfirewall firewall delete rule name="..."   takes one of them away
"""
TAIL = """\
echo Name one of these hosts: {hosts}
exit /b 2
"""


def render(change: Change) -> str:
    """The whole file, with the line ends of Windows."""
    machines = by_machine(numbered(change.permits))
    told = [*comments(change, (*change.questions, *unnumbered(change.permits)))]
    told += (f"No rule of a host: {line}" for line in answers_told(change))
    said = "\n".join(f"rem {harmless(line)}" for line in told)
    if not machines:
        text = f"@echo off\n{said}\nrem There is no rule for the own firewall of any host in it.\n"
    else:
        text = HEAD.format(comments=said, first=harmless(next(iter(machines)))) + "".join(_body(machines))
    return text.replace("\n", "\r\n")


def harmless(text: str, most: int = 1000) -> str:
    """Without anything that cmd would read as more than text."""
    return _STRANGE.sub("_", ascii_line(text, most).replace("->", "to").translate(_BRACKETS)).rstrip("\\ ")


def _body(machines: dict[str, list[Inward]]) -> Iterator[str]:
    names = [harmless(name) for name in machines]
    for number, name in enumerate(names, 1):
        yield f'if /i "%~1"=="{name}" goto host_{number}\n'
    yield TAIL.format(hosts=" ".join(names))
    for number, rules in enumerate(machines.values(), 1):
        yield f"\n:host_{number}\n"
        for rule in rules:
            yield from _commands(rule)
        yield "exit /b 0\n"


def _commands(rule: Inward) -> Iterator[str]:
    parts = [*product(_parts(rule.remote), _parts(rule.local), _parts(rule.ports.texts()))]
    shown = harmless(f"{title(rule)} ({rule.name}", SHORT)
    names = [
        f"{shown}, {number} of {len(parts)})" if len(parts) > 1 else f"{shown})" for number in range(1, 1 + len(parts))
    ]
    about = harmless(f"{rule.need}. {reasons(rule.whys)}", SHORT)
    for name, (remote, local, ports) in zip(names, parts, strict=True):
        yield f'netsh advfirewall firewall delete rule name="{name}" >nul 2>&1\n'
        yield (
            f'netsh advfirewall firewall add rule name="{name}" dir=in action=allow protocol={rule.protocol} '
            f"localip={','.join(local)} localport={','.join(ports)} remoteip={','.join(remote)} "
            f'description="{about}"\nif errorlevel 1 exit /b 1\n'
        )


def _parts(texts: Sequence[str]) -> list[Sequence[str]]:
    return [texts[at : at + MOST] for at in range(0, len(texts), MOST)]
