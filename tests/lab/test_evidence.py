"""The Markdown evidence, against what the wire carried: a firewall team compares it with a log or a capture.

One cut drops what is sent, another one the answers. The router and the master's host note which SYNs they see: what the
document says of an attempt has to be there, by its source port, or must not be.
"""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest

from agent.judge.result import FarEnd
from agent.report.evidence import FAR

from .agents import Plan, once, running
from .namespace import Namespace
from .rules import drop, one_way
from .star import Star, address

pytestmark = [pytest.mark.lab, pytest.mark.timeout(300)]

SEAT, MASTER = address("BTS01"), address("MSS")
DROPPED, ONE_WAY = "20040-20089", "20150-20199"
# Before any rule: what came in at all.
NOTE = """\
table inet noted {
    set syns { type ipv4_addr . inet_service . ipv4_addr . inet_service; flags dynamic; size 65535; }
    chain noting {
        type filter hook prerouting priority -300;
        tcp flags & (syn | ack) == syn add @syns { ip saddr . tcp sport . ip daddr . tcp dport }
    }
}
"""

Syn = tuple[str, int, str, int]  # source and target


class Row(NamedTuple):
    """An attempt, as the document has it."""

    at: datetime
    syn: Syn
    seen: str
    far: str

    @property
    def port(self) -> int:
        return self.syn[3]


class Document(NamedTuple):
    """What `probe once` wrote, what the router and the far host had noted by then, and when it was run."""

    text: str
    rows: list[Row]
    router: set[Syn]
    host: set[Syn]
    began: datetime
    ended: datetime


def noted(namespace: Namespace) -> set[Syn]:
    listed = json.loads(namespace.run("nft", "-j", "list", "set", "inet", "noted", "syns").stdout)
    (found,) = [each["set"] for each in listed["nftables"] if "set" in each]
    elements = (each.get("elem", {}).get("val", each) for each in found.get("elem", []))
    return {tuple(each["concat"]) for each in elements}


def rows(text: str) -> Iterator[Row]:
    for line in text.splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)]
        if re.match(r"\| \d{4}-\d\d-\d\dT", line):
            at, source, target, protocol, seen, far = cells[1:7]
            assert protocol == "TCP"
            yield Row(datetime.fromisoformat(at), (*door(source), *door(target)), seen, far)


def door(cell: str) -> tuple[str, int]:
    where, port = cell.split(" port ")
    return where, int(port)


@pytest.fixture(scope="module")
def document(star: Star, tmp_path_factory: pytest.TempPathFactory) -> Document:
    folder, plan = tmp_path_factory.mktemp("evidence"), Plan(timeout="3s")
    with running(star, "MSS", plan.write(folder / "master")):
        with star.between(drop(SEAT, MASTER, DROPPED), one_way(SEAT, MASTER, ONE_WAY)):
            for namespace in (star.router, star["MSS"]):
                namespace.nft(NOTE)
            began = datetime.now(UTC)
            asked = once(star, "BTS01", plan.write(folder / "seat"), "--format", "markdown")
            text, said = asked.process.communicate(timeout=120)
            ended = datetime.now(UTC)
            assert asked.process.returncode == 1, said
            router, host = noted(star.router), noted(star["MSS"])
        star.guard("MSS")  # without what notes
    return Document(text, [*rows(text)], router, host, began, ended)


def within(port: int, *ports: str) -> bool:
    return any(first <= port <= last for first, last in (map(int, each.split("-")) for each in ports))


def judged(document: Document, ports: str) -> list[Row]:
    """At these ports. On a machine that is busy an attempt may count for nothing, as a fault of its own."""
    return [row for row in document.rows if within(row.port, ports) and row.seen != "local-fault"]


def test_of_what_is_dropped_the_far_end_saw_nothing(document: Document) -> None:
    print(document.text)
    shut = judged(document, DROPPED)
    assert len(shut) >= 4
    assert {(row.seen, row.far) for row in shut} == {("filtered", FAR[FarEnd.NOTHING])}


def test_of_what_only_the_answers_are_dropped_the_far_end_saw_the_syn(document: Document) -> None:
    shut = judged(document, ONE_WAY)
    assert len(shut) >= 4
    assert {(row.seen, row.far) for row in shut} == {("filtered", FAR[FarEnd.HALF_OPEN])}


def test_what_passes_was_accepted_there(document: Document) -> None:
    passed = [row for row in judged(document, "20000-20255") if not within(row.port, DROPPED, ONE_WAY)]
    assert passed
    assert {(row.seen, row.far) for row in passed} == {("open", FAR[FarEnd.ACCEPTED])}


def test_the_source_ports_are_those_on_the_wire(document: Document) -> None:
    assert {row.syn[0] for row in document.rows} == {SEAT}
    assert {row.syn for row in document.rows} <= document.router
    assert len({row.syn for row in document.rows}) == len(document.rows)


def test_what_arrived_and_what_did_not_is_what_the_far_host_s_own_filter_saw(document: Document) -> None:
    arrived = {row.syn for row in document.rows if row.far != FAR[FarEnd.NOTHING]}
    assert arrived
    assert {row.syn for row in document.rows} & document.host == arrived


def test_the_times_are_those_of_the_attempts(document: Document) -> None:
    """Written with milliseconds, rounded down."""
    assert all(document.began - timedelta(milliseconds=1) <= row.at <= document.ended for row in document.rows)
    assert [row.at for row in document.rows] == sorted(row.at for row in document.rows)


def test_both_clocks_are_told(document: Document) -> None:
    """One machine has one clock."""
    assert "- The clocks of BTS01 and MSS agree within 2 s." in document.text.splitlines()


def test_the_rules_to_ask_for_are_the_cuts_and_which_way_they_lead(document: Document) -> None:
    (summary,) = [line for line in document.text.splitlines() if line.startswith("| MSS |")]
    assert f"{SEAT} → {MASTER}, TCP {DROPPED}; answers {MASTER}, TCP {ONE_WAY} → {SEAT}" in summary
    assert f"| {DROPPED} | 50 | blocked | 20039 passes | 20090 passes |" in document.text
    assert f"| {ONE_WAY} | 50 | blocked | 20149 passes | 20200 passes |" in document.text
