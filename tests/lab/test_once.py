"""`probe once` meets every firewall verdict of the lab, and says the right thing of each."""

from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.fakes.table import SSO_PORT

from .listeners import Behaviour, listening
from .mapping import mapping, serving
from .network import Network
from .rows import ROWS, Place, Row, Seen, Sender
from .site import once, write_site

pytestmark = pytest.mark.lab

REFUSALS = {(3, 2), (3, 3), (3, 9), (3, 10), (3, 13)}, {(1, 1), (1, 4), (1, 5), (1, 6)}


class Expected(NamedTuple):
    """Of one row: the state of the attempt, and what the path comes to."""

    state: str
    verdict: str
    cause: str | None


def expected(row: Row) -> Expected:
    """By the contract, not by the code: sections 2 and 3 of the design."""
    if row.passes:
        return Expected("open", "reachable", None)
    if row.place in (Place.OWN_OUTPUT, Place.ROUTE, Place.NO_ROUTE) and row.name != "own-reset":
        return Expected("local-fault", "inconclusive", "local-fault")
    if row.seen is Seen.SILENT:
        return Expected("filtered", "unreachable", "no-answer")
    if row.seen is Seen.CLOSED:
        return Expected("closed", "unreachable", "refused")
    if row.icmp not in REFUSALS[row.version == 6]:
        return Expected("rejected", "unreachable", "host-down")
    return Expected("rejected", "blocked", "host-firewall" if row.sender is Sender.SERVER else "icmp-reject")


@pytest.fixture(scope="module")
def paths(shared_net: Network, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """The JSON path of every row, from one run in which each row is a database server."""
    net = shared_net
    hosts = [f'name: {row}, role: sso-database, address: "{net.address(row.name, row.version)}"' for row in ROWS]
    hosts.append(f'name: MSS, role: master-secret, address: "{net.address("accept")}"')
    config = write_site(tmp_path_factory.mktemp("once"), net, hosts)
    doors = [(net.address(row.name, row.version), 1433) for row in ROWS if row.passes]
    with listening(net.server, doors):
        code, document = once(net, config, "--check", "sql")
    assert code == 1
    assert document["verdict"] == "blocked"
    return {path["peer"]: path for path in document["paths"]}


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_state_verdict_and_cause_of_every_row(paths: dict[str, dict[str, Any]], row: Row) -> None:
    path = paths[str(row)]
    assert (path["addresses"][0]["state"], path["verdict"], path["cause"]) == expected(row)
    assert path["attempts"] == {expected(row).state: 1}


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_who_rejects_is_named(paths: dict[str, dict[str, Any]], shared_net: Network, row: Row) -> None:
    path = paths[str(row)]
    told = expected(row).state == "rejected"
    assert path["rejected_by"] == (shared_net.sender(row) if told else None)
    if told:
        assert path["addresses"][0]["icmp"] == "{}/{}".format(*row.icmp or ())


@pytest.mark.parametrize("row", [row for row in ROWS if expected(row).state != "local-fault"], ids=str)
def test_both_ends_are_kept_as_evidence(paths: dict[str, dict[str, Any]], shared_net: Network, row: Row) -> None:
    address = paths[str(row)]["addresses"][0]
    assert address["address"] == shared_net.address(row.name, row.version)
    assert address["source"]["address"] == shared_net.prober_address(row.version)
    assert 0 < address["source"]["port"] < 65536
    assert address["started"].endswith("Z")


def test_a_silent_next_hop_is_told_from_a_silent_host(shared_net: Network, tmp_path: Path) -> None:
    """The usual deadline of 3 s ends before ARP gives up: the SYN is then known to be still here."""
    hosts = [f'name: DEAD, role: sso-database, address: "{shared_net.address("dead-neighbour")}"']
    hosts.append(f'name: MSS, role: master-secret, address: "{shared_net.address("accept")}"')
    config = write_site(tmp_path, shared_net, hosts, timeout="2s")
    code, document = once(shared_net, config, "--peer", "DEAD")
    path = document["paths"][0]
    assert (path["addresses"][0]["state"], path["verdict"], path["cause"]) == ("filtered", "unreachable", "host-down")
    assert code == 1


def test_every_address_of_a_peer_has_its_own_outcome(shared_net: Network, tmp_path: Path) -> None:
    """A dead address beside a live one: the path is reachable, both are told, and the difference is a finding."""
    live, dead = shared_net.address("accept"), shared_net.address("drop", 6)
    hosts = [f'name: SQL01, role: sso-database, address: ["{live}", "{dead}"]']
    hosts.append(f'name: MSS, role: master-secret, address: "{live}"')
    config = write_site(tmp_path, shared_net, hosts, timeout="2s")
    with listening(shared_net.server, [(live, 1433)]):
        code, document = once(shared_net, config, "--peer", "SQL01")
    path = document["paths"][0]
    assert path["verdict"] == "reachable"
    assert [(each["address"], each["verdict"]) for each in path["addresses"]] == [
        (live, "reachable"),
        (dead, "unreachable"),
    ]
    assert [finding["kind"] for finding in document["findings"] if finding["peer"] == "SQL01"] == ["addresses-disagree"]
    assert code == 0


def test_a_silent_mapper_beside_an_answering_port_is_blocked(shared_net: Network, tmp_path: Path) -> None:
    """Four silences, each beside SQL Server of the same address: a firewall drops 135. Alone it is `unreachable`."""
    net, address = shared_net, shared_net.address("accept", 6)
    hosts = [f'name: MSS, roles: [master-secret, sso-database], address: "{address}"']
    config = write_site(tmp_path, net, hosts, timeout="1200ms")
    net.flip(address, "drop", ports="135")
    with listening(net.server, [(address, 1433), (address, 135)]):
        _, document = once(net, config)
        verdicts = {path["check"]: (path["verdict"], path["cause"]) for path in document["paths"]}
        assert verdicts["sql"] == ("reachable", None)
        assert verdicts["epm"] == ("blocked", "silent-drop")
        _, alone = once(net, config, "--check", "epm")
    net.restore(address)
    assert (alone["paths"][0]["verdict"], alone["paths"][0]["cause"]) == ("unreachable", "no-answer")


def test_a_device_that_answers_for_everyone_proves_nothing(shared_net: Network, tmp_path: Path) -> None:
    """The whole range accepts, though nobody should listen there: SQL Server's SYN-ACK may be the device's too."""
    net, address = shared_net, shared_net.address("accept")
    hosts = [f'name: MSS, roles: [master-secret, sso-database], address: "{address}"']
    config = write_site(tmp_path, net, hosts)
    ports = [135, 1433, 20000, 20001, 20002, 20003]
    config.write_text(config.read_text().replace("samples: 2", "samples: 4, dynamic_ports: 20000-20003"))
    with listening(net.server, [(address, port) for port in ports]):
        code, document = once(net, config)
    found = {path["check"]: (path["verdict"], path["cause"]) for path in document["paths"]}
    assert found == {
        "sql": ("inconclusive", "middlebox"),
        "epm": ("unreachable", "cut-off"),  # it accepts, and says nothing that a mapper would
        "rpc-endpoint": ("inconclusive", "no-known-listener"),
        "rpc-range": ("inconclusive", "middlebox"),
    }
    assert code == 1


def test_a_registered_service_is_shown_to_work_and_its_cut_port_is_named(shared_net: Network, tmp_path: Path) -> None:
    """The firewall passes 135 and cuts the range: it is the service's own port that is shut, and the mapper is not."""
    net, address = shared_net, shared_net.address("stealth")
    hosts = [f'name: MSS, role: master-secret, address: "{address}"']
    config = write_site(tmp_path, net, hosts, timeout="1200ms")
    with serving(net.server, address):
        code, document = once(net, config)
        found = {path["check"]: (path["verdict"], path["evidence"]) for path in document["paths"]}
        assert found["epm"] == found["rpc-endpoint"] == ("reachable", "natural")
        assert code == 0
        net.flip(address, "drop", ports="49152-65535")
        code, document = once(net, config)
    net.restore(address)
    cut = {path["check"]: path for path in document["paths"]}
    assert (cut["epm"]["verdict"], cut["rpc-range"]["verdict"]) == ("reachable", "inconclusive")
    assert (cut["rpc-endpoint"]["verdict"], cut["rpc-endpoint"]["cause"]) == ("blocked", "silent-drop")
    assert str(SSO_PORT) in cut["rpc-endpoint"]["detail"]
    assert code == 1


def test_a_mapper_that_does_not_know_the_service_accuses_nobody(shared_net: Network, tmp_path: Path) -> None:
    """It may be registered under another name: only who has seen it there, or is told so, may say that it is down."""
    net, address = shared_net, shared_net.address("accept")
    hosts = [f'name: MSS, role: master-secret, address: "{address}"']
    config = write_site(tmp_path, net, hosts, timeout="1200ms")
    with mapping(net.server, address, table=()):
        _, document = once(net, config, "--check", "epm")
        config.write_text(config.read_text().replace("samples: 2", "samples: 2, services: {entsso: {confirmed: true}}"))
        _, confirmed = once(net, config, "--check", "epm")
    assert (document["paths"][0]["verdict"], document["paths"][0]["cause"]) == ("inconclusive", "not-registered")
    assert (confirmed["paths"][0]["verdict"], confirmed["paths"][0]["cause"]) == ("service-down", "not-registered")


@pytest.mark.parametrize("behaviour", [Behaviour.HOLD, Behaviour.CLOSE, Behaviour.RESET, Behaviour.SEND])
def test_a_peer_that_accepts_and_misbehaves_is_a_state_and_never_a_hang(
    shared_net: Network, tmp_path: Path, behaviour: Behaviour
) -> None:
    """It says nothing, hangs up, resets, or sends 10 MB: a connect asks for no more than the SYN-ACK."""
    net, address = shared_net, shared_net.address("accept", 6)
    hosts = [f'name: SQL01, role: sso-database, address: "{address}"']
    hosts.append(f'name: MSS, role: master-secret, address: "{address}"')
    config = write_site(tmp_path, net, hosts, timeout="2s")
    with listening(net.server, [(address, 1433)], behaviour, octets=10_000_000):
        _, document = once(net, config, "--peer", "SQL01")
    path = document["paths"][0]
    allowed = [("open", "reachable")] + [("reset", "unreachable")] * (behaviour is Behaviour.RESET)
    assert (path["addresses"][0]["state"], path["verdict"]) in allowed


def test_range_behind_an_open_refusal(shared_net: Network, tmp_path: Path) -> None:
    """A router that says that it refuses is believed, port by port; silence and resets are not."""
    net, address = shared_net, shared_net.address("accept")
    hosts = [f'name: MSS, role: master-secret, address: "{address}"']
    config = write_site(tmp_path, net, hosts)
    config.write_text(config.read_text().replace("samples: 2", "dynamic_ports: 20000-20007"))
    net.flip(address, "reject with icmp admin-prohibited", ports="20004-20007")
    _, document = once(net, config, "--check", "rpc-range", "--samples", "8")
    net.restore(address)
    path = document["paths"][0]
    assert (path["verdict"], path["cause"]) == ("blocked", "icmp-reject")
    assert path["blocked"] == ["20004-20007"]
    assert path["rejected_by"] == net.router_address()
    _, open_again = once(net, config, "--check", "rpc-range", "--samples", "8")
    path = open_again["paths"][0]
    assert (path["verdict"], path["cause"]) == ("inconclusive", "no-known-listener")
    assert path["blocked"] == []
