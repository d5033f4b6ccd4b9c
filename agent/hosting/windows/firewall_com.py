"""Windows' firewall, asked and changed by COM (INetFwPolicy2 and INetFwRule, netfw.h).

Nowhere run yet against Windows' own firewall: wine has these objects, and none of their rules.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from agent.ground.text import plain
from agent.hosting.manager import RefusedError
from agent.ownfirewall.rules import GROUP, Rule

POLICY, RULE = "HNetCfg.FwPolicy2", "HNetCfg.FWRule"
INBOUND, ALLOW = 1, 1  # NET_FW_RULE_DIR_IN, NET_FW_ACTION_ALLOW
EVERY_PROFILE = 0x7FFF_FFFF  # NET_FW_PROFILE2_ALL: a server's network may be called public on some morning
# NET_FW_MODIFY_STATE, of what is in force right now.
MODIFY_STATES = {
    1: "group policy keeps this host's own rules from counting: have it take these in",
    2: "Windows' firewall shuts out everything that comes in, whatever its rules say: take that setting back",
}
DENIED, NO_SERVICE = 0x8007_0005, 0x8007_06D9  # E_ACCESSDENIED; the firewall's service is not there to be asked
ABSENT = frozenset(
    {NO_SERVICE, 0x8004_0154, 0x8004_01F3, 0x8000_4001}
)  # REGDB_E_CLASSNOTREG, CO_E_CLASSSTRING, E_NOTIMPL
WHY = {
    DENIED: "it takes an administrator: start PowerShell as one",
    NO_SERVICE: "Windows' firewall service (MpsSvc) does not run: start it",
}


class AbsentError(RefusedError):
    """There is no firewall to ask."""


class Listed(NamedTuple):
    """A rule that is there. `handle` is the firewall's own."""

    name: str
    group: str
    handle: Any


class Wall:
    """`dispatch` makes an object of that name. Whatever COM raises goes through."""

    def __init__(self, dispatch: Callable[[str], Any]) -> None:
        self._dispatch = dispatch
        self._policy = dispatch(POLICY)

    def listed(self) -> list[Listed]:
        """All of them, other people's as well."""
        return [Listed(each.Name or "", each.Grouping or "", each) for each in self._policy.Rules]

    def add(self, rule: Rule) -> None:
        """The protocol before its ports: Windows refuses them the other way round."""
        made = self._dispatch(RULE)
        made.Name = rule.name
        made.Grouping = GROUP
        made.Description = "Made by probe service install --firewall-scope, which renews it; uninstall removes it."
        made.ApplicationName = rule.program
        made.Protocol = rule.protocol.value
        made.LocalPorts = str(rule.ports)
        made.RemoteAddresses = ",".join(rule.remote)
        made.Direction = INBOUND
        made.Action = ALLOW
        made.Profiles = EVERY_PROFILE
        made.EdgeTraversal = False
        made.Enabled = True
        self._policy.Rules.Add(made)

    def rename(self, rule: Listed, name: str) -> None:
        """In force at once."""
        rule.handle.Name = name

    def remove(self, name: str) -> None:
        """One of those that have it: nobody else's may."""
        self._policy.Rules.Remove(name)

    @property
    def caution(self) -> str | None:
        """Why rules here may not count, if the firewall says so."""
        return MODIFY_STATES.get(self._policy.LocalPolicyModifyState)


def code_of(arguments: Sequence[Any]) -> int:
    """Of what a com_error carries: its own number, or that which the object itself gave."""
    number, _, said = (*arguments, None, None, None)[:3]
    return int((said[5] if said else None) or number or 0) & 0xFFFF_FFFF


def why(arguments: Sequence[Any]) -> str:
    """What to do, or what Windows said."""
    _, text, said = (*arguments, None, None, None)[:3]
    code = code_of(arguments)
    words = (said[2] if said else None) or text or "no reason given"
    return WHY.get(code) or f"{plain(str(words).strip())} (0x{code:08X})"


if sys.platform == "win32":
    from agent.ground.com import dynamic, pythoncom

    @contextmanager
    def opened() -> Iterator[Wall]:
        """Raises RefusedError for whatever COM refuses inside of the block; AbsentError where nobody is there to."""
        pythoncom.CoInitialize()
        try:
            yield Wall(dynamic.Dispatch)
        except pythoncom.com_error as error:
            refused = AbsentError if code_of(error.args) in ABSENT else RefusedError
            raise refused(f"Windows' firewall: {why(error.args)}") from None
        except (AttributeError, TypeError) as error:  # wine has an object of that name, and nothing in it
            raise AbsentError(f"Windows' firewall: {plain(str(error))}") from None
        finally:
            pythoncom.CoUninitialize()

else:

    @contextmanager
    def opened() -> Iterator[Wall]:
        """There is none here."""
        raise AbsentError("Windows' firewall is not here")
        yield  # a generator all the same
