"""The rules of this host's firewall: ours replaced as a whole, and nobody else's touched, whatever goes wrong."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

import agent.hosting.windows.firewall as firewall_module
from agent.config.load import parse
from agent.hosting.manager import RefusedError
from agent.hosting.windows.firewall import install, replace, uninstall
from agent.hosting.windows.firewall_com import AbsentError, Wall
from agent.ownfirewall.addresses import look_up
from agent.ownfirewall.doors import doors
from agent.ownfirewall.rules import Rule as Wanted
from agent.ownfirewall.rules import rules
from probes.resolve import Resolver
from tests.agent.hosting.windows.wall import Firewall, RefusesError, Rule
from tests.agent.ownfirewall.site import SITE, config, source

PROGRAM = Path(r"C:\Program Files\ssoreach\ssoreach.exe")
UDP = "ssoreach: what agents ask one another (UDP 10135)"
WEB = "ssoreach: metrics and pages (TCP 10135)"
HELD = "ssoreach: ports held for other agents (TCP 5000-5020,20000)"
OURS = [(UDP, "ssoreach"), (WEB, "ssoreach"), (HELD, "ssoreach")]


def table() -> tuple[Wanted, ...]:
    site = config()
    return rules(doors(site, source(site)), str(PROGRAM), ["192.0.2.12", "192.0.2.31"], ["192.0.2.99"])


def others() -> list[Rule]:
    return [Rule("Remote Desktop", "@FirewallAPI.dll,-28752"), Rule("ssoreach"), Rule("ssoreach by hand", "Ssoreach 2")]


OTHERS = [(rule.Name, rule.Grouping) for rule in others()]


def test_a_rule_is_made_of_what_the_table_says_and_counts_in_every_profile() -> None:
    firewall = Firewall()
    replace(firewall.wall(), table()[2:])
    (made,) = firewall.Rules
    assert made.fields == {
        "Name": HELD,
        "Grouping": "ssoreach",
        "Description": "Made by probe service install --firewall-scope, which renews it; uninstall removes it.",
        "ApplicationName": str(PROGRAM),
        "Protocol": 6,
        "LocalPorts": "5000-5020,20000",
        "RemoteAddresses": "192.0.2.12,192.0.2.31",
        "Direction": 1,
        "Action": 1,
        "Profiles": 0x7FFF_FFFF,
        "EdgeTraversal": False,
        "Enabled": True,
    }


def test_our_rules_are_replaced_as_often_as_one_likes_and_others_stay() -> None:
    old = [Rule("ssoreach: of another version (TCP 9)", "ssoreach"), Rule(UDP, "ssoreach"), Rule(UDP, "ssoreach")]
    firewall = Firewall(*others(), *old)
    for _ in range(2):
        replace(firewall.wall(), table())
        assert firewall.names == [*OTHERS, *OURS]
    replace(firewall.wall(), ())
    assert firewall.names == OTHERS


@pytest.mark.parametrize("which", range(3))
def test_where_one_is_refused_what_was_there_before_is_there_again(which: int) -> None:
    firewall = Firewall(*others(), Rule(UDP, "ssoreach"), Rule(HELD, "ssoreach"))
    before = firewall.names
    firewall.Rules.refuses = which
    with pytest.raises(RefusesError):
        replace(firewall.wall(), table())
    assert firewall.names == before


def test_a_rule_of_somebody_else_with_one_of_our_names_is_not_touched() -> None:
    firewall = Firewall(Rule(UDP.upper(), "Theirs"), Rule(WEB, "ssoreach"))
    before = firewall.names
    with pytest.raises(RefusedError, match=r"a firewall rule 'SSOREACH: WHAT .* already that is not ours"):
        replace(firewall.wall(), table())
    assert firewall.names == before


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Firewall:
    """This host's firewall; and bts02 has two addresses, and nobody else of the names any."""

    def lookup(name: str, *_: object, **__: object) -> list[tuple[int, int, int, str, tuple[object, ...]]]:
        if name != "bts02.contoso.test":
            raise OSError(None, "no such host is known")
        return [(0, 0, 0, "", (address, 0)) for address in ("192.0.2.12", "2001:db8::12")]

    found = Firewall(*others())
    monkeypatch.setattr(firewall_module, "opened", found.opened)
    monkeypatch.setattr(firewall_module, "look_up", partial(look_up, resolver=Resolver(lookup)))
    return found


def test_installing_tells_what_is_let_in_and_what_happens_when_a_name_changes(here: Firewall) -> None:
    said = install(config(), PROGRAM, ["192.0.2.99", "10.9.0.0/16"], "BTS01")
    peers = "192.0.2.12, 2001:db8::12, 192.0.2.31, 192.0.2.30, 2001:db8::32, 192.0.2.33"
    assert said == [
        f"firewall rule {UDP} from {peers}",
        f"firewall rule {WEB} from {peers}, 192.0.2.99, 10.9.0.0/16",
        f"firewall rule {HELD} from {peers}",
        "bts02.contoso.test is 192.0.2.12, 2001:db8::12 now; when that changes, install again: rules know no names",
    ]
    assert here.names == [*OTHERS, *OURS]
    assert uninstall() == [f"removed the firewall rule {name}" for name, _ in OURS]
    assert here.names == OTHERS
    assert uninstall() == []


def test_a_firewall_that_is_switched_off_keeps_nobody_from_uninstalling(monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def absent() -> Iterator[Wall]:
        raise AbsentError("Windows' firewall: it sleeps")
        yield

    monkeypatch.setattr(firewall_module, "opened", absent)
    assert uninstall() == ["Windows' firewall: it sleeps; rules of the group ssoreach stay, if there are any"]
    with pytest.raises(RefusedError, match="it sleeps"):
        install(config().model_copy(update={"hosts": config().hosts[2:3]}), PROGRAM, [], "NODE1")


@pytest.mark.parametrize(
    ("state", "said"), [(0, None), (1, "but group policy keeps"), (2, "but Windows' firewall shuts out everything")]
)
def test_rules_that_do_not_count_are_told_to_be_such(state: int, said: str | None, here: Firewall) -> None:
    here.LocalPolicyModifyState = state
    told = install(config(), PROGRAM, [], "BTS01")
    assert [line.startswith(said or "") for line in told if line.startswith("but ")] == [True] * (said is not None)


def test_rules_for_a_python_are_told_to_be_for_all_of_its_scripts(here: Firewall) -> None:
    del here
    python = Path("C:/Python/python.exe")
    assert install(config(), python, [], "BTS01")[-1] == (
        f"every script that {python} runs is let in as well: the bundle has a program of its own"
    )


@pytest.mark.parametrize(
    ("more", "scrapers", "host", "said"),
    [
        ("", ["prom.contoso.test", "old.contoso.test"], "BTS01", "have none now"),
        ("", ["0.0.0.0/0", "a b"], "BTS01", "everybody; write whom to let in\n--scraper: 'a b' is neither"),
        ("", [], "NOBODY", "no host 'NOBODY' in the file"),
        ("  - {name: BTS03, role: processing}\n", [], "BTS01", "\n  BTS03: the name service: no such host is known"),
    ],
)
def test_what_cannot_be_a_rule_is_refused_and_nothing_is_changed(
    more: str, scrapers: list[str], host: str, said: str, here: Firewall
) -> None:
    site = parse(SITE.replace("rpc:", f"{more}rpc:"), "test")
    with pytest.raises(RefusedError) as refused:
        install(site, PROGRAM, scrapers, host)
    assert said in str(refused.value)
    assert all(name in str(refused.value) for name in scrapers if "contoso" in name)
    assert here.names == OTHERS


def test_where_nobody_is_to_be_let_in_there_is_nothing_to_install(here: Firewall) -> None:
    alone = parse(
        "site: contoso\nhosts:\n  - {name: BTS01, roles: [processing, master-secret], address: 192.0.2.1}\n"
        "  - {name: SQL, role: sso-database, address: 192.0.2.2}\n",
        "test",
    )
    with pytest.raises(RefusedError, match="nobody is to be let in"):
        install(alone, PROGRAM, [], "BTS01")
    assert len(install(alone, PROGRAM, ["192.0.2.99"], "BTS01")) == 1
    assert [name for name, group in here.names if group == "ssoreach"] == [WEB]
