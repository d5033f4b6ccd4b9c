"""The API's range of one peer: port by port, in both directions, and what is answered where there is none."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from agent.dynamic.chart import Chart
from agent.dynamic.observed import Observed
from agent.found.ledger import Ledger
from agent.ground.path import Check, Direction
from agent.ground.ports import PortSet
from agent.ground.text import timestamp
from agent.judge.coverage import Coverage, RangeState
from agent.judge.result import AddressResult, Result
from agent.judge.verdict import PENDING, Cause, Judgement, Proof, Verdict
from agent.report.ranges import MOST_INTERVALS, Ranged, ranged_document
from agent.web import api
from agent.web.sources import Sources
from tests.agent.seen import PEER, STARTED, at, path, result
from tests.agent.seen import run as a_run
from tests.agent.serving import Reply, get, serving, setup, sources
from tests.held import HeldClock

PORTS = PortSet.parse("20000-20099")
RANGE = path(Check.RPC_RANGE, str(PORTS))
JUDGED = Judgement(
    Verdict.PARTLY_BLOCKED,
    Cause.SILENT_DROP,
    "Seen.",
    "Do.",
    Proof.HELD,
    blocked=PortSet.parse("20050-20099"),
    passes=PortSet.parse("20000-20030"),
    confirmed=True,
    coverage=Coverage({RangeState.OPEN: 8, RangeState.BLOCKED: 3, RangeState.UNTESTED: 88, RangeState.EXEMPT: 1}, 29),
)
SEEN = {
    **dict.fromkeys([20000, 20001, 20002, 20010, 20020, 20030], Observed.OPEN),
    **dict.fromkeys([20050, 20080, 20099], Observed.SILENT),
    20040: Observed.SILENT,
    20041: Observed.SILENT,
}


def chart(address: str = PEER, ports: PortSet = PORTS, **more: Any) -> Chart:
    states = bytes(SEEN.get(port, Observed.UNTESTED) for port in ports)
    given = {"credible": True, "exempt": frozenset({20005}), "last_full_pass": STARTED, **more}
    return Chart(address, ports, states, **given)


def judged(*addresses: AddressResult, judgement: Judgement = JUDGED) -> Result:
    return Result(RANGE, judgement, addresses or (at(PEER, judgement),), STARTED, 1.0)


def told(verdict: Verdict = Verdict.BLOCKED, peer: str = "MSS") -> Result:
    """What the peer found, towards us."""
    inbound = replace(RANGE, source=peer, peer=peer, direction=Direction.INBOUND)
    seen = Judgement(verdict, Cause.ICMP_REJECT, "Told.", "Do.", Proof.REPLY, blocked=PORTS)
    return Result(inbound, seen, (), HeldClock().time(), 0.0)


def given(*results: Result, charts: Sequence[Chart] = ()) -> Sources:
    own = {"MSS": charts}
    return replace(sources(a_run(*results)), charts=lambda peer: own.get(peer, ()))


@asynccontextmanager
async def asked(*results: Result, charts: Sequence[Chart] = ()) -> AsyncIterator[int]:
    async with serving(given(*results, charts=charts)) as port:
        yield port


def body(reply: Reply) -> dict[str, Any]:
    assert reply.headers["content-type"] == "application/json; charset=utf-8"
    found: dict[str, Any] = json.loads(reply.body)
    return found


async def test_each_port_is_told_as_what_it_is_shown_as() -> None:
    async with asked(judged(), told(), charts=[chart()]) as port:
        reply = await get(port, "/api/v1/peers/MSS/range")
    found = body(reply)
    assert (reply.status, found["schema"], found["site"], found["host"], found["peer"]) == (
        200,
        1,
        "contoso",
        "BTS01",
        "MSS",
    )
    outbound = found["outbound"]
    assert (outbound["direction"], outbound["port"], outbound["verdict"]) == (
        "outbound",
        "20000-20099",
        "partly-blocked",
    )
    (one,) = outbound["addresses"]
    assert {key: one[key] for key in ("address", "verdict", "cause", "evidence", "confirmed", "cut_short")} == {
        "address": PEER,
        "verdict": "partly-blocked",
        "cause": "silent-drop",
        "evidence": "held",
        "confirmed": True,
        "cut_short": False,
    }
    assert one["open"] == ["20000-20002", "20010", "20020", "20030"]
    assert one["inconclusive"] == ["20040-20041"]
    assert one["untested"] == [
        "20003-20004",
        "20006-20009",
        "20011-20019",
        "20021-20029",
        "20031-20039",
        "20042-20049",
    ]
    assert (one["exempt"], one["blocked"], one["suspect"]) == (["20005"], ["20050-20099"], [])
    assert one["ports"] == {
        "open": 6,
        "blocked": 50,
        "suspect": 0,
        "inconclusive": 2,
        "untested": 41,
        "exempt": 1,
    }
    assert sum(one["ports"].values()) == len(PORTS)
    assert (one["tested"], one["tested_ratio"], one["largest_untested"]) == (11, round(11 / 99, 6), 29)
    assert one["last_full_pass"] == timestamp(STARTED)
    assert one["coverage"].startswith("11 of 99 ports tested (and 1 where services are registered)")


async def test_what_the_peer_told_is_told_in_intervals() -> None:
    async with asked(judged(), told(), charts=[chart()]) as port:
        inbound = body(await get(port, "/api/v1/peers/MSS/range"))["inbound"]
    assert (inbound["source"], inbound["peer"], inbound["direction"]) == ("MSS", "BTS01", "inbound")
    assert (inbound["verdict"], inbound["blocked"], inbound["addresses"]) == ("blocked", ["20000-20099"], [])
    assert inbound["coverage"] == ""


async def test_a_node_that_only_tells_has_no_outbound_range() -> None:
    text = "site: s\nhosts:\n  - {name: BTS01, role: processing, address: 192.0.2.11}\n"
    text += "  - {name: MSS, role: master-secret, nodes: [{name: NODE1, address: 192.0.2.31}]}\n"
    text += "  - {name: SQL01, role: sso-database}\n"
    known = setup(text)
    async with serving(replace(given(told(peer="NODE1")), setup=lambda: known)) as port:
        found = body(await get(port, "/api/v1/peers/node1/range"))
    assert (found["peer"], found["outbound"], found["inbound"]["verdict"]) == ("NODE1", None, "blocked")


@pytest.mark.parametrize("name", ["MSS", "mss", "Mss", "%4DSS"])
async def test_names_have_no_case(name: str) -> None:
    async with asked(judged()) as port:
        assert body(await get(port, f"/api/v1/peers/{name}/range"))["peer"] == "MSS"


async def test_a_head_has_no_body() -> None:
    async with asked(judged(), charts=[chart()]) as port:
        whole = await get(port, "/api/v1/peers/MSS/range")
        head = await get(port, "/api/v1/peers/MSS/range", method="HEAD")
    assert (head.status, head.body, head.headers["content-length"]) == (200, b"", str(len(whole.body)))


async def test_an_address_that_was_not_resolved_is_untested() -> None:
    nowhere = Judgement(Verdict.UNRESOLVED, Cause.NAME_RESOLUTION)
    async with asked(judged(at(None, nowhere), judgement=nowhere)) as port:
        (one,) = body(await get(port, "/api/v1/peers/MSS/range"))["outbound"]["addresses"]
    assert (one["address"], one["name"], one["untested"], one["open"]) == (
        None,
        "mss.contoso.test",
        ["20000-20099"],
        [],
    )
    assert (one["ports"]["untested"], one["largest_untested"], one["last_full_pass"]) == (100, 100, None)


async def test_before_the_first_round_what_an_earlier_agent_knew_is_told() -> None:
    pending = Result(RANGE, PENDING, (), 0.0, 0.0)
    async with asked(pending, charts=[chart()]) as port:
        outbound = body(await get(port, "/api/v1/peers/MSS/range"))["outbound"]
    (one,) = outbound["addresses"]
    assert (outbound["verdict"], one["verdict"], one["address"]) == ("pending", "pending", PEER)
    assert one["open"] == ["20000-20002", "20010", "20020", "20030"]
    assert one["coverage"].startswith("11 of 99 ports tested")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("NOBODY", "No host or node of the configuration is called so: NOBODY"),
        ("..", None),
        ("%00%1b%5b2J", ": \\x00\\x1b[2J"),
        ("%3Cscript%3Ealert(1)%3C/script%3E", None),
        ("%E2%80%AEtxt", ": \\u202etxt"),
        ("a" * 5000, "a…"),
        ("%FF%FE", None),
    ],
)
async def test_who_is_no_host_of_the_file_is_404_in_plain_words(name: str, said: str | None) -> None:
    async with asked(judged()) as port:
        reply = await get(port, f"/api/v1/peers/{name}/range")
    assert reply.status == 404
    assert len(reply.body) < 600
    assert reply.headers["x-content-type-options"] == "nosniff"
    if said is not None:
        found = body(reply)
        assert (found["schema"], said in found["error"]) == (1, True)
        assert found["error"].isprintable()


@pytest.mark.parametrize("name", ["SQL01", "BTS01"])
async def test_who_has_no_range_is_404_and_why(name: str) -> None:
    async with asked(judged(), result(of=path(Check.SQL, peer="SQL01"))) as port:
        reply = await get(port, f"/api/v1/peers/{name}/range")
    assert (reply.status, body(reply)["error"]) == (
        404,
        f"No dynamic range is asked from here to {name}, or from there.",
    )


async def test_others_may_not_read_it() -> None:
    async with serving(given(judged()), remote="198.51.100.7") as port:
        assert (await get(port, "/api/v1/peers/MSS/range")).status == 403


async def test_it_is_made_in_a_thread_once_for_all_who_ask_at_the_same_time(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []

    def counted(ranged: Ranged) -> dict[str, Any]:
        made.append(threading.get_ident())
        return ranged_document(ranged)

    monkeypatch.setattr(api, "ranged_document", counted)
    async with asked(judged(), charts=[chart()]) as port:
        replies = await asyncio.gather(*(get(port, "/api/v1/peers/MSS/range") for _ in range(20)))
    assert {reply.status for reply in replies} == {200}
    assert 1 <= len(made) < 20
    assert threading.get_ident() not in made


async def test_only_so_many_peers_are_kept_ready() -> None:
    ranges = api.Ranges(given(judged()))
    for number in range(api.MOST_PEERS + 5):
        await ranges.get(f"peer {number}")
    assert len(ranges._ready) == api.MOST_PEERS


def worst(count: int) -> list[Chart]:
    """Of a whole range of which every other port was asked, at so many addresses."""
    ports = PortSet.parse("1024-65535")
    states = bytes([Observed.OPEN, Observed.UNTESTED] * (len(ports) // 2))
    return [Chart(f"192.0.2.{number}", ports, states, credible=True) for number in range(1, count + 1)]


@pytest.mark.parametrize(("count", "cut_short"), [(1, False), (16, True)])
def test_the_document_is_bounded_and_says_where_it_ends_early(count: int, cut_short: bool) -> None:
    charts = worst(count)
    wide = path(Check.RPC_RANGE, "1024-65535")
    reach = Judgement(Verdict.INCONCLUSIVE, Cause.NO_KNOWN_LISTENER)
    ledger = Ledger([wide], HeldClock())
    ledger.record(Result(wide, reach, tuple(at(each.address, reach) for each in charts), STARTED, 1.0))
    (known,) = ledger.known()
    addresses = ranged_document(Ranged("contoso", "BTS01", "MSS", known, None, charts))["outbound"]["addresses"]
    assert {one["cut_short"] for one in addresses} == {cut_short}
    assert sum(len(one["open"]) + len(one["untested"]) for one in addresses) <= MOST_INTERVALS
    assert {one["ports"]["open"] for one in addresses} == {len(charts[0].ports) // 2}
    assert all(one["open"][0] == "1024" and one["untested"][0] == "1025" for one in addresses)
