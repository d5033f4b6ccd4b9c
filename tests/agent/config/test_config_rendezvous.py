"""What the file says of the rendezvous: where it listens, where others find it, and that it is used."""

from pathlib import Path

import pytest

from agent.config.load import parse
from agent.config.mistakes import ConfigError
from agent.config.model import Config

SITE = "site: test\nhosts:\n  - {{name: MSS, role: master-secret{of_host}}}\n{more}"


def config(of_host: str = "", more: str = "") -> Config:
    return parse(SITE.format(of_host=of_host, more=more), "site.yaml")


def mistake(of_host: str = "", more: str = "") -> str:
    with pytest.raises(ConfigError) as refused:
        config(of_host, more)
    return str(refused.value)


@pytest.mark.parametrize("listen", ["192.0.2.1:10135", "0.0.0.0:0", "[::]:10135", "[fe80::1%eth0]:10135"])
def test_it_listens_at_addresses(listen: str) -> None:
    found = config(more=f'rendezvous: {{listen: ["{listen}", "127.0.0.1:1"]}}').rendezvous.listen
    assert [str(each) for each in found] == [listen, "127.0.0.1:1"]


@pytest.mark.parametrize(
    ("listen", "why"),
    [
        ("bts01:10135", "rendezvous.listen: bts01 is a name; write the address itself"),
        ("[192.0.2.1:1, localhost:2]", "rendezvous.listen[1]: localhost is a name; write the address itself"),
        ("[]", "rendezvous.listen: at least one address is required"),
        ("10135", "rendezvous.listen: '10135' must be host:port, such as 192.0.2.1:10135 or [2001:db8::1]:10135"),
        ("192.0.2.1:70000", "rendezvous.listen: port 70000 is above 65535"),
        ("-:1", "rendezvous.listen: '-' is neither an IP address nor a host name"),
    ],
)
def test_at_nothing_else(listen: str, why: str) -> None:
    assert mistake(more=f"rendezvous: {{listen: {listen}}}\n") == f"site.yaml:4: {why}"


@pytest.mark.parametrize("at", ["mss.contoso.test:10135", "192.0.2.1:1", "[2001:db8::1]:10135"])
def test_others_find_it_at_host_and_port(at: str) -> None:
    assert str(config(f', rendezvous: "{at}"').hosts[0].rendezvous) == at


@pytest.mark.parametrize(
    ("at", "why"),
    [
        ("mss", "'mss' must be host:port, such as 192.0.2.1:10135 or [2001:db8::1]:10135"),
        ("192.0.2.1:0", "port 0 is below 1"),
        ("0.0.0.0:10135", "0.0.0.0 is not the address of one host"),
        ("[::]:10135", ":: is not the address of one host"),
        ("224.0.0.1:10135", "224.0.0.1 is not the address of one host"),
    ],
)
def test_others_find_it_at_one_host(at: str, why: str) -> None:
    assert mistake(f', rendezvous: "{at}"') == f"site.yaml:3: hosts[0].rendezvous: {why}"


def test_a_key_file_that_is_none_is_seen_where_it_is_read(tmp_path: Path) -> None:
    """The file is the same on every host, and a host that runs no agent has no key."""
    assert config(more=f"rendezvous: {{key_file: '{tmp_path.as_posix()}'}}\n").rendezvous.key_file == tmp_path
