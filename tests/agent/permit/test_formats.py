"""Each format, against a file that a person has read; and with texts that would be more than text if they could."""

import csv
import io
import os
import re
from dataclasses import replace
from pathlib import Path

import pytest
import tree_sitter_powershell
from hypothesis import given
from hypothesis import strategies as st
from tree_sitter import Language, Node, Parser

from agent.ground.ports import PortSet
from agent.permit import markdown, netsh, nft, powershell, spreadsheet
from agent.permit.change import Change
from agent.permit.flow import Need, Permit, Protocol, Spot, Why
from tests.agent.permit.sites import change, config

GOLDEN = Path(__file__).parent / "golden"
FORMS = {
    "rules.md": markdown.render,
    "rules.csv": spreadsheet.render,
    "rules.ps1": powershell.render,
    "rules.cmd": netsh.render,
    "rules.nft": nft.render,
}
HOSTILE = [
    "'; calc; '",
    "$(calc)",
    "`calc`",
    "’; calc; ’",
    '" & calc & "',
    "%COMSPEC% %~1 ^& | calc > x",
    "x\r\ncalc\n| calc",
    'x" ; flush ruleset ; #',
    "#> calc <#",
    "=cmd|'/c calc'!A1",
    "-1+1",
    "@SUM(1)",
    "\t=1",
    "</td><script>alert(1)</script>",
    "[x](http://evil.test)",
    "x" * 5000,
    "\x1b[2J\x00\u202e",
    "\\",
]


def golden() -> Change:
    return change(config(requirements="{dtc_to_database: true}"))


def missing() -> Change:
    """Ports in both directions, one of them answers, IPv6 beside IPv4, and what is not known."""
    bts, mss = Spot("BTS01", "192.0.2.11", "app", ("BTS01",)), Spot("MSS", "192.0.2.30", "data", ("NODE1", "NODE2"))
    six = (
        (Spot("BTS01", "2001:db8::11", "app", ("BTS01",)),),
        (Spot("MSS", "2001:db8::30", "data", ("NODE1", "NODE2")),),
    )
    why = Why("Single Sign-On service", "Secondary RPC ports.", "Single Sign-On service account")
    ports = ((why, PortSet.parse("50100-50199,50900")),)
    permits = (
        Permit((bts,), (mss,), Protocol.TCP, 4, Need.REQUIRED, ports),
        Permit((mss._replace(name="NODE1"),), (bts,), Protocol.TCP, 4, Need.REQUIRED, ports, answers=True),
        Permit(*six, Protocol.TCP, 6, Need.OPTIONAL, ports),
    )
    notes, look_at = (
        ("By what BTS01 knew at noon.",),
        ("BTS01 to SQL01, SQL Server: 192.0.2.11 → 192.0.2.51, TCP 1433",),
    )
    dynamic = PortSet.parse("50100-50199,50900")
    return Change("contoso", permits, notes, look_at, ("BTS02 did not tell.",), dynamic, is_missing=True)


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("which", [golden, missing])
def test_it_is_what_a_person_has_read(name: str, which: object) -> None:
    """SSOREACH_GOLDEN=1 writes the files anew: read them then."""
    it = golden() if which is golden else missing()
    place = GOLDEN / f"{'missing' if it.is_missing else 'all'}.{name.partition('.')[2]}"
    text = FORMS[name](it)
    if os.environ.get("SSOREACH_GOLDEN"):
        place.write_text(text, "utf-8", newline="\n")
    assert text.splitlines() == place.read_text("utf-8").splitlines()


def hostile(text: str) -> Change:
    """In every place where text may be."""
    spot, other = Spot(text, "192.0.2.11", text, (text,)), Spot("B", "192.0.2.12", text, (text, "B"))
    whys = ((Why(text, text, text, text), PortSet.parse("135")),)
    permit = Permit((spot,), (other,), Protocol.TCP, 4, Need.REQUIRED, whys)
    named = Permit((Spot(text, text),), (other,), Protocol.TCP, None, Need.REQUIRED, whys)
    return Change(text, (permit, replace(permit, answers=True), named), (text,), (text,), (text,), PortSet.parse("135"))


def errors(node: Node) -> list[str]:
    own = [node.text.decode() if node.text else ""] if node.is_error or node.is_missing else []
    return own + [each for child in node.children for each in errors(child)]


def kinds(node: Node) -> list[str]:
    return [node.type, *(kind for child in node.children for kind in kinds(child))]


def parsed(script: str) -> Node:
    return Parser(Language(tree_sitter_powershell.language())).parse(script.encode()).root_node


@pytest.mark.parametrize("it", [golden(), missing(), Change("contoso", ())], ids=["all", "missing", "nothing"])
def test_powershell_can_be_parsed(it: Change) -> None:
    assert errors(parsed(powershell.render(it))) == []


def commands(script: str) -> list[str]:
    """The names of all that it would run."""

    def found(node: Node) -> list[str]:
        own = [node.text.decode()] if node.type == "command_name" and node.text else []
        return own + [each for child in node.children for each in found(child)]

    return found(parsed(script))


@pytest.mark.parametrize("text", HOSTILE)
def test_powershell_runs_nothing_that_stands_in_a_text(text: str) -> None:
    script = powershell.render(hostile(text))
    assert script.isascii()
    assert errors(parsed(script)) == []
    assert set(commands(script)) == set(commands(powershell.render(golden())))
    assert "expandable_string_literal" not in kinds(parsed(script))


@given(st.text())
def test_a_text_in_single_quotes_ends_where_it_should(text: str) -> None:
    found = powershell.word(text)
    assert re.fullmatch(r"'(?:[^'\r\n]|'')*'", found)
    assert found.isascii()


CMD_LINE = re.compile(r'[^"%!\r\n]*(?:"[^"%!\r\n]*"[^"%!\r\n]*)*')


@pytest.mark.parametrize("text", HOSTILE)
def test_cmd_reads_nothing_but_text(text: str) -> None:
    for line in netsh.render(hostile(text)).split("\r\n"):
        assert "\n" not in line
        assert len(line) < 8191
        bare = line.replace('"%~1"', "").replace(">nul 2>&1", "")
        assert CMD_LINE.fullmatch(bare), line
        assert not set("&|<>^") & set(bare), line
        assert line.isascii()


def test_cmd_gets_no_line_that_is_too_long() -> None:
    sources = tuple(Spot(f"H{last}", f"2001:db8:ffff:ffff:ffff:ffff:ffff:{last:x}") for last in range(0x1000, 0x1400))
    targets = tuple(
        Spot("MSS", f"2001:db8:ffff:ffff:ffff:ffff:eeee:{last:x}", None, ("MSS",)) for last in range(0x1000, 0x1080)
    )
    ports = PortSet.of(range(50000, 50400, 2))
    permit = Permit(sources, targets, Protocol.TCP, 6, Need.REQUIRED, ((Why("A", "B"), ports),))
    lines = netsh.render(Change("contoso", (permit,))).split("\r\n")
    assert max(map(len, lines)) < 8191
    added = [line for line in lines if " add rule " in line]
    found = set()
    for line in added:
        parts = [re.search(rf" {word}=(\S+)", line) for word in ("remoteip", "localip", "localport")]
        found |= {tuple(part[1].split(",")) for part in parts if part}
    told = {each for group in found for each in group}
    assert told == {spot.address for spot in (*sources, *targets)} | set(ports.texts())
    assert len({re.search('name="(.*?)"', line)[1] for line in added}) == len(added) == 18 * 3 * 4  # type: ignore[index]


def test_windows_line_ends_are_where_windows_needs_them() -> None:
    for render in (netsh.render, spreadsheet.render):
        text = render(golden())
        assert text.count("\n") == text.count("\r\n") > 5


@pytest.mark.parametrize("text", HOSTILE)
def test_a_comment_of_nft_ends_where_it_should(text: str) -> None:
    for line in nft.render(hostile(text)).splitlines():
        assert line.isascii()
        for quoted in re.findall(r'comment (".*)$', line):
            assert re.fullmatch(r'"[^"\\]{0,120}"', quoted)
        assert line.startswith(("#", "table inet filter {", "\t", "}", "flush chain inet filter ssoreach_"))


@pytest.mark.parametrize("text", HOSTILE)
def test_a_cell_is_never_a_formula(text: str) -> None:
    rows = [*csv.reader(io.StringIO(spreadsheet.render(hostile(text)), newline=""))]
    assert len(rows) == 4
    for cell in (cell for row in rows for cell in row):
        assert not cell.lstrip().startswith(("=", "+", "-", "@"))
        assert cell.isprintable()
    assert {len(row) for row in rows} == {len(spreadsheet.COLUMNS)}


@pytest.mark.parametrize("text", ["=1", " =1", "  +1", "\u00a0-1", "@x", "\t=1"])
def test_white_space_hides_no_formula(text: str) -> None:
    assert not spreadsheet.cell(text).lstrip().startswith(spreadsheet.FORMULA)


@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_has_no_markup_from_elsewhere(text: str) -> None:
    document = markdown.render(hostile(text))
    assert "<script" not in document
    assert not re.search(r"(?<!\\)\]\(|(?<!\\)://", document)
    assert "\x1b" not in document
    lines = document.splitlines()
    assert not [line for line in lines if line.startswith("# ") and line != lines[0]]
    rows = [line for line in lines if line.startswith("| ") and re.match(r"\| \d", line)]
    assert [len(re.findall(r"(?<!\\)\|", row)) for row in rows] == [8, 8, 8]


def test_a_rule_of_a_host_has_the_same_name_as_long_as_it_is_the_same() -> None:
    names = re.findall(r"Name = '(ssoreach-\w+)'", powershell.render(golden()))
    assert names == re.findall(r"Name = '(ssoreach-\w+)'", powershell.render(golden()))
    assert len(names) == len(set(names))


def test_every_node_of_a_cluster_has_the_rules_of_its_address() -> None:
    blocks = re.split(r"^    '(\w+)' \{$", powershell.render(golden()), flags=re.MULTILINE)[1:]
    by_host = dict(zip(blocks[::2], blocks[1::2], strict=True))
    assert {*by_host} == {"BTS01", "BTS02", "NODE1", "NODE2", "SQL01"}
    for node in ("NODE1", "NODE2"):
        assert "LocalAddress = @('192.0.2.30')" in by_host[node]


@pytest.mark.parametrize("form", ["rules.ps1", "rules.cmd", "rules.nft", "rules.md"])
def test_the_alternative_is_beside_it(form: str) -> None:
    text = FORMS[form](golden())
    for word in ("ServerTcpPort", "UseInternetPorts", "PortsInternetAvailable", "1,000 ports or more", "no documented"):
        assert word in text


def test_the_alternative_is_not_in_the_csv_nor_where_all_ports_are_fixed() -> None:
    assert "ServerTcpPort" not in spreadsheet.render(golden())
    fixed = change(config(rpc="{fixed_ports: {entsso: 50100}}"))
    assert "ServerTcpPort" not in markdown.render(fixed)


@pytest.mark.parametrize("written", ["inet filter", "ip filter", "ip6 x_1"])
def test_a_table_is_read(written: str) -> None:
    assert str(nft.table(written)) == written


@pytest.mark.parametrize(
    "written", ["", "filter", "inet", "inet a b", "inet ;", "bridge x", "inet x{", "inet x\n", "inet " + "x" * 65]
)
def test_what_is_no_table_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="is no table"):
        nft.table(written)


def test_a_table_of_one_ip_version_has_no_rules_of_the_other() -> None:
    text = nft.render(missing(), nft.table("ip filter"))
    assert "2001:db8" not in text
    assert "left out" in text


def test_what_was_found_at_another_time_is_another_chain() -> None:
    """Or applying what is missing today would shut again what was opened yesterday."""
    one, other = missing(), replace(missing(), permits=missing().permits[:1])
    chains = [set(re.findall(r"chain (\w+) \{", nft.render(each))) for each in (one, one, other)]
    assert chains[0] == chains[1] != chains[2]
    assert chains[0].isdisjoint(chains[2])
