"""Whom PEER means, and as whom we ask."""

from pathlib import Path

import pytest
import typer

from agent.cli.peer import addressee
from agent.ground.ports import PortSet
from agent.site.addressee import Addressee
from agent.site.whoami import Machine

SITE = """\
site: test
rpc: {dynamic_ports: 5000-5020}
schedule: {timeout: 500ms}
hosts:
  - {name: BTS01, role: processing, address: 192.0.2.11, source_address: 192.0.2.111}
  - {name: MSS, role: master-secret, address: [192.0.2.21, "2001:db8::21"], epm_port: 1135}
  - {name: SQL01, role: sso-database, address: sql01.contoso.test}
  - name: CLU
    role: processing
    address: 192.0.2.40
    epm_port: 2135
    nodes:
      - {name: N1, address: 192.0.2.41}
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    path = tmp_path / "ssoreach.yaml"
    path.write_text(SITE)
    return path


@pytest.fixture(params=["BTS01", "elsewhere"])
def machine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    name: str = request.param
    monkeypatch.setattr("agent.site.whoami.this_machine", lambda: Machine((name,), ()))
    return name


def test_a_host_of_the_file_with_what_the_file_says(site: Path, machine: str) -> None:
    """Who cannot be recognised in the file speaks from wherever the system likes: that is no mistake here."""
    source = "192.0.2.111" if machine == "BTS01" else None
    wanted = Addressee("MSS", ("192.0.2.21", "2001:db8::21"), 1135, PortSet(((5000, 5020),)), 0.5, source)
    assert addressee("mss", site) == wanted


@pytest.mark.parametrize(
    ("peer", "name", "epm_port"),
    [
        ("192.0.2.21", "MSS", 1135),
        ("2001:DB8:0::21", "MSS", 1135),
        ("SQL01.contoso.test.", "SQL01", 135),
        ("192.0.2.40", "CLU", 2135),
        ("192.0.2.41", "N1", 2135),
    ],
)
def test_an_address_of_the_file_counts_as_its_host_and_is_the_only_one_asked(
    site: Path, machine: str, peer: str, name: str, epm_port: int
) -> None:
    source = "192.0.2.111" if machine == "BTS01" else None
    assert addressee(peer, site) == Addressee(name, (peer,), epm_port, PortSet(((5000, 5020),)), 0.5, source)


def test_a_node_has_its_own_address_and_its_cluster_s_mapper_port(site: Path, machine: str) -> None:
    found = addressee("n1", site)
    assert (found.peer, found.names, found.epm_port) == ("N1", ("192.0.2.41",), 2135)


@pytest.mark.parametrize("peer", ["sql.test", "192.0.2.9", "192.0.2.2", "2001:db8::22", "SQL", "localhost"])
def test_nobody_beyond_the_file_is_asked(
    peer: str, site: Path, machine: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit) as end:
        addressee(peer, site)
    assert end.value.exit_code == 2
    assert capsys.readouterr().err == (
        f"PEER {peer}: no host of {site} has this name or address, so nothing was sent;"
        " hosts: BTS01, MSS, SQL01, CLU, N1\n"
    )


def test_the_same_where_the_file_was_found(site: Path, machine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSOREACH_CONFIG", str(site))
    with pytest.raises(typer.Exit):
        addressee("192.0.2.9", None)
    assert addressee("mss", None).peer == "MSS"


def test_without_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.cli.peer.find", lambda *_, **__: _none())
    assert addressee("192.0.2.9", None) == Addressee("192.0.2.9", ("192.0.2.9",))


def _none() -> Path:
    from agent.config.mistakes import ConfigError

    raise ConfigError([])


@pytest.mark.parametrize("peer", ["", "http://mss", "192.0.2.0/24", "224.0.0.1", "a b"])
def test_what_is_no_peer_is_a_mistake(peer: str, site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as end:
        addressee(peer, site)
    assert end.value.exit_code == 2
    assert capsys.readouterr().err.startswith("PEER: ")


def test_a_source_address_is_for_its_own_ip_version() -> None:
    whom = Addressee("MSS", (), source_address="192.0.2.111")
    assert whom.source_towards("192.0.2.21") == "192.0.2.111"
    assert whom.source_towards("2001:db8::21") is None
    assert Addressee("MSS", ()).source_towards("192.0.2.21") is None
