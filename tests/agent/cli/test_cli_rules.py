"""`probe rules`: what it writes where, what it refuses, and how it exits."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from agent.cli.commands import app
from probes import resolve
from tests.agent.permit.sites import SMALLEST

LITERAL = (
    SMALLEST.replace("bts02.contoso.test", "192.0.2.12")
    .replace("mss.contoso.test", "192.0.2.30")
    .replace("port: 1433", "address: 192.0.2.51")
)
EARLY = "2026-01-01T10:00:00.000Z"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    place = tmp_path / "ssoreach.yaml"
    place.write_text(f"{LITERAL}state_dir: state\n", "utf-8")
    return place


def rules(config: Path, *argv: str) -> Result:
    return CliRunner().invoke(app, ["rules", "-c", str(config), *argv], catch_exceptions=False)


def document(folder: Path, name: str = "found.json", encoding: str = "utf-8", **keys: Any) -> Path:
    path = {
        "source": "BTS01",
        "peer": "MSS",
        "check": "epm",
        "direction": "outbound",
        "port": "135",
        "verdict": "blocked",
        "cause": "icmp-reject",
        "evidence": "reply",
        "suspect": [],
        "blocked": [],
        "started": EARLY,
        "addresses": [{"address": "192.0.2.30", "verdict": "blocked", "cause": "icmp-reject"}],
    }
    whole = {"schema": 1, "site": "contoso", "host": "BTS01", "started": EARLY, "seconds": 1, "findings": []}
    place = folder / name
    place.write_text(json.dumps(whole | {"paths": [path | keys.pop("path", {})]} | keys), encoding)
    return place


@pytest.mark.parametrize(
    ("form", "begins"),
    [
        ("markdown", "# Firewall change request"),
        ("csv", "number,need,"),
        ("powershell", "#Requires -Version 5.1"),
        ("netsh", "@echo off"),
        ("nft", "#!/usr/sbin/nft -f"),
    ],
)
def test_it_writes_every_format_to_standard_output_or_a_file(config: Path, form: str, begins: str) -> None:
    told = rules(config, "-f", form, "--scraper", "192.0.2.90")
    assert (told.exit_code, told.stderr) == (0, "")
    assert told.stdout.startswith(begins)
    target = config.parent / "rules.out"
    written = rules(config, "-f", form, "--scraper", "192.0.2.90", "-o", str(target))
    assert (written.exit_code, written.stdout) == (0, "")
    assert target.read_bytes().decode().splitlines() == told.stdout.splitlines()


def test_people_are_written_for_by_default(config: Path) -> None:
    assert rules(config).stdout.startswith("# Firewall change request of the site contoso")


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["--host", "NOBODY"], "--host NOBODY: not in the file; hosts: BTS01, BTS02, MSS, NODE1, NODE2, SQL01"),
        (["--scraper", "192.0.2.0/24"], "--scraper: '192.0.2.0/24' is a URL or a network"),
        (["--scraper", "0.0.0.0"], "--scraper: 0.0.0.0 is not the address of one host"),
        (["--scraper", "$(x)"], "--scraper: '$(x)' is neither an IP address nor a host name"),
        (["--from", "x.json"], "--from: only with --missing"),
        (["--unclear"], "--unclear: only with --missing"),
        (["--missing", "--scraper", "192.0.2.90"], "--scraper: not with --missing"),
        (["--missing", "--from", "nowhere.json"], "--from nowhere.json: No such file or directory"),
        (["--nft-table", "inet x{"], "--nft-table: 'inet x{' is no table"),
        (["-o", "/nowhere/x"], "--output /nowhere/x: there is no folder"),
    ],
)
def test_what_is_asked_for_wrongly_is_a_mistake(config: Path, argv: list[str], said: str) -> None:
    told = rules(config, *argv)
    assert (told.exit_code, told.stdout) == (2, "")
    assert told.stderr.startswith(said)


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "x", "[" * 5000, '{"schema": 2}', '{"schema": 1, "started": 7}', "\0"]
)
def test_what_is_no_document_is_a_mistake(config: Path, text: str) -> None:
    place = config.parent / "found.json"
    place.write_text(text, "utf-8")
    told = rules(config, "--missing", "--from", str(place))
    assert (told.exit_code, told.stdout) == (2, "")
    assert "not a document of probe once --format json" in told.stderr


def test_a_document_of_another_site_is_a_mistake(config: Path) -> None:
    told = rules(config, "--missing", "--from", str(document(config.parent, site="fabrikam")))
    assert told.exit_code == 2
    assert "of the site fabrikam, not of contoso" in told.stderr


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_what_is_shut_is_written_and_that_is_good(config: Path, encoding: str) -> None:
    """A redirection in Windows PowerShell 5.1 writes UTF-16."""
    told = rules(config, "--missing", "--from", str(document(config.parent, encoding=encoding)), "-f", "csv")
    assert (told.exit_code, told.stderr) == (0, "")
    (row,) = csv.DictReader(told.stdout.splitlines())
    assert (row["source_addresses"], row["destination_addresses"], row["protocol"], row["destination_ports"]) == (
        "192.0.2.11",
        "192.0.2.30",
        "TCP",
        "135",
    )


def test_nothing_shut_is_said(config: Path) -> None:
    told = rules(
        config, "--missing", "--from", str(document(config.parent, path={"verdict": "reachable", "cause": None}))
    )
    assert (told.exit_code, told.stderr) == (0, "Nothing was found shut.\n")
    assert "Nothing was found shut." in told.stdout


def test_what_may_be_shut_is_no_rule_unless_wanted(config: Path) -> None:
    place = document(config.parent, path={"verdict": "unreachable", "cause": "no-answer"})
    told = rules(config, "--missing", "--from", str(place), "-f", "nft")
    assert told.exit_code == 3
    assert "to be looked at: BTS01 to MSS, RPC endpoint mapper" in told.stderr
    assert "accept" not in told.stdout.replace("accepts", "")
    told = rules(config, "--missing", "--unclear", "--from", str(place), "-f", "nft")
    assert (told.exit_code, told.stderr) == (0, "")
    assert "tcp dport { 135 } counter accept" in told.stdout


def test_without_an_agent_it_probes_nothing(config: Path) -> None:
    told = rules(config, "--missing")
    assert (told.exit_code, told.stdout) == (3, "")
    assert "no agent runs here" in told.stderr
    assert "--from FILE" in told.stderr


def test_a_name_that_does_not_resolve_is_told(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config.write_text(SMALLEST, "utf-8")
    asked: list[str] = []

    def lookup(name: str, *_: object, **__: object) -> list[Any]:
        asked.append(name)
        raise OSError(f"nobody knows {name}")

    monkeypatch.setattr(resolve.Resolver.__init__, "__defaults__", (lookup, None))
    told = rules(config, "-f", "nft")
    assert told.exit_code == 3
    for name in ("bts02.contoso.test", "mss.contoso.test", "SQL01"):
        assert asked.count(name) == 1
        assert f"{name}, an address of" in told.stderr
        assert name in told.stdout  # also in the script, for who reads only that
    assert "192.0.2.31" in told.stdout or "accept" not in told.stdout


@pytest.mark.parametrize("form", ["markdown", "csv"])
def test_names_may_stay(config: Path, form: str) -> None:
    config.write_text(SMALLEST, "utf-8")
    told = rules(config, "--no-resolve", "-f", form)
    assert (told.exit_code, told.stderr) == (0, "")
    assert "mss.contoso.test" in told.stdout


@pytest.mark.parametrize("form", ["powershell", "netsh", "nft"])
def test_a_firewall_has_no_place_for_names(config: Path, form: str) -> None:
    config.write_text(SMALLEST, "utf-8")
    told = rules(config, "--no-resolve", "-f", form)
    assert told.exit_code == 3
    assert "mss.contoso.test: no address, and this format has no place for names" in told.stderr


def test_one_host_alone(config: Path) -> None:
    told = rules(config, "--host", "sql01", "-f", "csv")
    assert {row["destinations"] for row in csv.DictReader(told.stdout.splitlines())} == {"SQL01"}


def test_of_one_host_alone_the_document_says_that_it_is(config: Path) -> None:
    """Nothing found shut at one host is no word about the others."""
    found = document(config.parent)
    told = rules(config, "--missing", "--from", str(found), "--host", "SQL01")
    assert "Only the rules that SQL01 takes part in" in told.stdout
    assert "takes part in" not in rules(config, "--missing", "--from", str(found)).stdout
