"""The table of rules: pure, bounded, and the same whoever makes them."""

from agent.ownfirewall.doors import doors
from agent.ownfirewall.rules import MOST_ADDRESSES, rules
from tests.agent.ownfirewall.site import config, source

PROGRAM = r"C:\Program Files\ssoreach\ssoreach.exe"


def table(peers: list[str], scrapers: list[str]) -> list[str]:
    site = config()
    return [str(rule) for rule in rules(doors(site, source(site)), PROGRAM, peers, scrapers)]


def test_three_rules_let_in_the_peers_and_to_metrics_the_scrapers_too() -> None:
    assert table(["192.0.2.12", "2001:db8::32"], ["192.0.2.99", "192.0.2.12", "198.51.100.0/24"]) == [
        "ssoreach: what agents ask one another (UDP 10135) from 192.0.2.12, 2001:db8::32",
        "ssoreach: metrics and pages (TCP 10135) from 192.0.2.12, 2001:db8::32, 192.0.2.99, 198.51.100.0/24",
        "ssoreach: ports held for other agents (TCP 5000-5020,20000) from 192.0.2.12, 2001:db8::32",
    ]


def test_with_nobody_but_prometheus_there_is_one_rule_and_with_nobody_none() -> None:
    assert len(table([], ["192.0.2.99"])) == 1
    assert table([], []) == []


def test_no_rule_is_without_addresses_or_has_too_many_and_no_two_have_one_name() -> None:
    site, many = config(), [f"192.0.2.{each}" for each in range(1, 255)]
    found = rules(doors(site, source(site)), PROGRAM, many)
    assert {rule.name for rule in found if rule.protocol.name == "UDP"} == {
        "ssoreach: what agents ask one another (UDP 10135)",
        "ssoreach: what agents ask one another (UDP 10135), 2",
        "ssoreach: what agents ask one another (UDP 10135), 3",
    }
    assert len({rule.name for rule in found}) == len(found) == 9
    assert all(0 < len(rule.remote) <= MOST_ADDRESSES for rule in found)
    assert [at for rule in found[:3] for at in rule.remote] == many
