"""What to type fits where findings are shown: half a command is worse than none."""

from agent.ownfirewall.doors import doors
from agent.ownfirewall.remedy import MOST, on_windows
from agent.ownfirewall.rules import Rule, rules
from tests.agent.ownfirewall.site import config, source

PROGRAM = r"C:\Program Files\ssoreach\ssoreach.exe"


def table(count: int) -> tuple[Rule, ...]:
    site = config()
    return rules(doors(site, source(site)), PROGRAM, [f"192.0.2.{each}" for each in range(count)])


def test_with_few_peers_it_is_the_rules_and_with_many_the_command_that_makes_them() -> None:
    told = [on_windows(PROGRAM, table(count), ()) for count in range(256)]
    assert max(map(len, told)) <= MOST
    assert "New-NetFirewallRule" in told[10]
    assert told[200] == (
        rf"As an administrator: `& '{PROGRAM}' service install --firewall-scope` makes these rules, too, and renews "
        "the service; name your Prometheus by --scraper ADDRESS."
    )


def test_with_nobody_to_let_in_there_is_no_empty_rule() -> None:
    assert on_windows(PROGRAM, (), ["bts02.contoso.test"]).startswith("No host that may ask this agent has an address")
