"""The rules as a line of PowerShell: golden, and read back by a grammar of PowerShell."""

import tree_sitter_powershell
from tree_sitter import Language, Node, Parser

from agent.ground.powershell import quoted
from agent.ownfirewall.doors import doors
from agent.ownfirewall.powershell import line
from agent.ownfirewall.rules import rules
from tests.agent.ownfirewall.site import config, source

GOLDEN = (
    "$ssoreach = @{Direction='Inbound'; Action='Allow'; Group='ssoreach'; "
    r"Program='C:\Programme\Jürgens o''x\ssoreach.exe'; RemoteAddress='192.0.2.12','2001:db8::32'}; "
    "New-NetFirewallRule @ssoreach -DisplayName 'ssoreach: what agents ask one another (UDP 10135)' -Protocol UDP "
    "-LocalPort '10135'; "
    "New-NetFirewallRule @ssoreach -DisplayName 'ssoreach: metrics and pages (TCP 10135)' -Protocol TCP "
    "-LocalPort '10135'; "
    "New-NetFirewallRule @ssoreach -DisplayName 'ssoreach: ports held for other agents (TCP 5000-5020,20000)' "
    "-Protocol TCP -LocalPort '5000-5020','20000'"
)


def typed() -> str:
    site = config()
    program = r"C:\Programme\Jürgens o'x\ssoreach.exe"
    return line(rules(doors(site, source(site)), program, ["192.0.2.12", "2001:db8::32"]))


def parsed(text: str) -> Node:
    return Parser(Language(tree_sitter_powershell.language())).parse(text.encode()).root_node


def test_what_is_typed_is_as_it_was_agreed() -> None:
    assert typed() == GOLDEN


def test_it_is_powershell() -> None:
    assert not parsed(typed()).has_error
    assert parsed("New-NetFirewallRule -DisplayName 'one").has_error  # the grammar sees an open quote


def test_a_word_stays_one_word() -> None:
    assert quoted("a'b") == "'a''b'"
    assert quoted("a’b$(c)`d") == "'a’’b$(c)`d'"
