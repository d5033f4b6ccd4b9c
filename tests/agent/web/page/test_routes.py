"""The pages, asked for with real requests: what comes back, what it loads, and what hostile text becomes in it."""

import asyncio
import gzip
import hashlib
import itertools
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from importlib.resources import files
from urllib.parse import urljoin

import pytest

from agent.dynamic.chart import Chart
from agent.ground.path import Check, Direction, Path
from agent.judge.verdict import Verdict
from agent.web.page.routes import POLICY
from tests.agent.serving import FOREIGN, Reply, get, raw, serving

from .everything import HOSTILE, OUT, Is, World, crowd, everything
from .reading import Reading

PATHS = (
    "/paths/outbound/rpc-range/MSS",
    "/paths/outbound/sql/SQL02",
    "/paths/outbound/sql/SQL03",
    "/paths/inbound/rpc-range/NODE1",
    "/paths/inbound/rpc-range/MSSDR",
)
ALL = ("/", *PATHS)


@pytest.fixture
async def port() -> AsyncIterator[int]:
    async with serving(everything().sources()) as port:
        yield port


def test_the_policy_lets_in_nothing_but_what_the_agent_itself_serves() -> None:
    directives = dict(each.split(maxsplit=1) for each in POLICY.split(";"))
    assert directives == {
        **dict.fromkeys(("default-src", "base-uri", "form-action", "frame-ancestors"), "'none'"),
        **dict.fromkeys(("style-src", "script-src", "connect-src", "img-src"), "'self'"),
    }


@pytest.mark.parametrize("target", ALL)
async def test_every_page_is_sound_html(port: int, target: str) -> None:
    reply = await get(port, target)
    assert reply.status == 200
    read = Reading(reply.text)
    assert read.unclosed == []
    ids = read.values("id")
    assert len(ids) == len(set(ids))
    assert not any(re.search(r"\s", each) for each in ids)
    told = {
        each for attribute in ("aria-labelledby", "for") for value in read.values(attribute) for each in value.split()
    }
    assert told <= set(ids)
    assert [each.attributes["lang"] for each in read.elements if each.name == "html"] == ["en"]


@pytest.mark.parametrize("target", ALL)
async def test_headings_go_down_one_step_at_a_time(port: int, target: str) -> None:
    names = [each.name for each in Reading((await get(port, target)).text).elements]
    levels = [int(name[1]) for name in names if re.fullmatch("h[1-6]", name)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


@pytest.mark.parametrize("target", ALL)
async def test_a_page_loads_nothing_from_elsewhere_and_runs_nothing_inline(port: int, target: str) -> None:
    reply = await get(port, target)
    assert reply.headers["content-security-policy"] == POLICY
    read = Reading(reply.text)
    for name in ("src", "href"):
        assert all(re.match(r"/(?!/)|#", value) for value in read.values(name)), name
    for each in read.elements:
        assert "style" not in each.attributes
        assert each.name not in ("style", "base", "iframe", "object")
        assert not any(name.startswith("on") for name in each.attributes)
        assert each.name != "script" or each.attributes["src"].startswith("/static/")


async def test_what_a_page_loads_is_kept_for_ever_and_named_by_its_content(port: int) -> None:
    read = Reading((await get(port, "/")).text)
    loads = [value for name in ("src", "href") for value in read.values(name) if value.startswith("/static/")]
    assert len(loads) == 3
    for load in loads:
        reply = await get(port, load)
        assert reply.status == 200
        assert reply.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert hashlib.sha256(reply.body).hexdigest()[:16] in load
    assert {(await get(port, load)).headers["content-type"] for load in loads} == {
        "text/css; charset=utf-8", "text/javascript; charset=utf-8", "image/svg+xml; charset=utf-8",
    }  # fmt: skip


@pytest.mark.parametrize("target", ["/static/page.css", "/static/", "/static/..%2frender.py", "/static/../pages.py"])
async def test_nothing_else_is_served_from_there(port: int, target: str) -> None:
    assert (await get(port, target)).status == 404


def test_the_stylesheet_and_the_script_name_no_address() -> None:
    for name in ("page.css", "page.js"):
        text = (files("agent.web.page") / "static" / name).read_text("utf-8")
        assert not re.search(r"https?:|//[a-z]|@import|url\(", text)


@pytest.mark.parametrize(
    "target",
    [
        "/paths/outbound/sql/NOBODY",
        "/paths/inbound/sql/SQL01",
        "/paths/outbound/sql/sql01",
        "/paths/sideways/sql/SQL01",
        "/paths/outbound/ping/SQL01",
        "/paths/outbound/sql/%3Cscript%3E",
        "/paths/outbound/sql/%00",
        "/paths/outbound/sql/" + "A" * 3000,
    ],
)
async def test_what_is_not_probed_has_a_page_that_says_so(port: int, target: str) -> None:
    reply = await get(port, target)
    assert reply.status == 404
    assert reply.headers["content-security-policy"] == POLICY
    assert "This agent does not probe it, or not any more" in reply.text
    assert "NOBODY" not in reply.text
    assert "<script>" not in reply.text


async def test_every_path_has_a_page_that_the_first_one_links_to(port: int) -> None:
    links = {value for value in Reading((await get(port, "/")).text).values("href") if value.startswith("/paths/")}
    assert len(links) == len(everything().known)
    for link in links:
        assert (await get(port, urljoin("/", link))).status == 200


async def test_a_peer_with_an_odd_name_has_a_page_all_the_same() -> None:
    world = everything()
    at = world.find("SQL01", Check.SQL)
    odd = 'A/b c%25?#ü"<b>'
    found = world.known[at]
    world.known[at] = replace(found, result=replace(found.result, path=replace(found.path, peer=odd)))
    async with serving(world.sources()) as port:
        links = Reading((await get(port, "/")).text).values("href")
        (link,) = [value for value in links if value.startswith("/paths/outbound/sql/A")]
        reply = await get(port, link)
    assert reply.status == 200
    assert odd in Reading(reply.text).text


async def packed(port: int, accepts: str) -> Reply:
    return await raw(port, f"GET / HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: {accepts}\r\n\r\n".encode())


async def test_who_can_unpack_it_gets_it_packed(port: int) -> None:
    small, large = await packed(port, "gzip, deflate, br"), await packed(port, "identity")
    assert small.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in large.headers
    assert small.headers["vary"] == large.headers["vary"] == "Accept-Encoding"
    assert gzip.decompress(small.body) == large.body
    assert len(small.body) < len(large.body) / 5


@pytest.mark.parametrize("target", [*ALL, "/static/page.css", "/paths/outbound/sql/NOBODY"])
async def test_the_pages_are_not_for_others(target: str) -> None:
    async with serving(everything().sources(), remote=FOREIGN) as port:
        reply = await get(port, target)
    assert reply.status == 403
    assert "SQL01" not in reply.text


# What hostile text becomes.


@pytest.fixture
async def spoilt() -> AsyncIterator[int]:
    async with serving(everything(hostile=HOSTILE).sources()) as port:
        yield port


@pytest.mark.parametrize("target", ALL)
async def test_hostile_text_is_text_and_short(spoilt: int, target: str) -> None:
    reply = await get(spoilt, target)
    assert reply.status == 200
    read = Reading(reply.text)
    assert read.unclosed == []
    assert [each.attributes for each in read.elements if each.name == "script"] == [
        {"src": read.values("src")[0], "defer": ""}
    ]
    assert not any(sign in reply.text for sign in "\u202e\u2066\x00\x1b\ud800")
    assert all(len(value) <= 1_000 for each in read.elements for name, value in each.attributes.items() if name != "d")
    assert max(len(run) for run in re.findall("W+", reply.text)) < 1_000
    if target == "/":
        assert "<script>alert" in read.text  # it is shown as what it is


@pytest.mark.parametrize("which", ["peer", "zone"])
async def test_hostile_names_do_not_leave_their_attributes(which: str) -> None:
    """The configuration refuses such names. If it did not, they would still be text."""
    world = everything()
    name = "\"'><script>x</script><svg/onload=x>"
    if which == "peer":
        at = world.find("MSS", Check.RPC_RANGE)
        found = world.known[at]
        world.known[at] = replace(found, result=replace(found.result, path=replace(found.path, peer=name)))
        world.charts[name] = world.charts["MSS"]
    else:
        hosts = [each.model_copy(update={"zone": name}) for each in world.setup.config.hosts]
        world.setup = replace(world.setup, config=world.setup.config.model_copy(update={"hosts": tuple(hosts)}))
    async with serving(world.sources()) as port:
        read = Reading((await get(port, "/")).text)
    assert read.unclosed == []
    assert len([each for each in read.elements if each.name == "script"]) == 1
    assert not any("onload" in each.attributes for each in read.elements)
    assert name in read.text


# Many readers, many peers.


async def test_a_page_is_made_once_for_all_who_ask_at_the_same_time() -> None:
    world, reads = everything(), 0
    sources = world.sources()

    def known() -> object:
        nonlocal reads
        reads += 1
        return world.known

    async with serving(replace(sources, known=known)) as port:  # type: ignore[arg-type]
        replies = await asyncio.gather(*(get(port, target) for target in ALL * 4))
    assert {reply.status for reply in replies} == {200}
    assert reads <= 3  # at most one a second


async def test_a_range_is_read_once_for_all_who_ask_for_its_page_within_a_second() -> None:
    sources, reads = everything().sources(), 0

    def charts(peer: str) -> Sequence[Chart]:
        nonlocal reads
        reads += 1
        return sources.charts(peer)

    page = f"/paths/outbound/rpc-range/{next(each.path.peer for each in sources.known() if is_range(each.path))}"
    async with serving(replace(sources, charts=charts)) as port:
        replies = await asyncio.gather(*[get(port, page) for _ in range(20)])
    assert {reply.status for reply in replies} == {200}
    assert 1 <= reads < 10


def is_range(path: Path) -> bool:
    return path.check is Check.RPC_RANGE and path.direction is Direction.OUTBOUND


async def test_a_thousand_peers_come_in_a_page_of_bounded_size() -> None:
    world: World = crowd(1_000, bad=700)
    async with serving(world.sources()) as port:
        reply = await packed(port, "gzip")
    assert len(reply.body) < 300_000
    body = gzip.decompress(reply.body)
    assert len(body) < 4_000_000
    read = Reading(body.decode())
    assert len({value for value in read.values("href") if value.startswith("/paths/")}) == 6_000
    assert "paths are shown in short" in read.text


async def test_a_path_that_goes_away_while_its_page_is_open_is_gone() -> None:
    world = everything()
    async with serving(world.sources()) as port:
        assert (await get(port, "/paths/outbound/sql/SQL01")).status == 200
        del world.known[world.find("SQL01", Check.SQL, OUT)]
        await asyncio.sleep(1.1)
        assert (await get(port, "/paths/outbound/sql/SQL01")).status == 404


async def test_the_page_of_a_path_has_all_that_is_known_of_it(port: int) -> None:
    text = Reading((await get(port, "/paths/outbound/rpc-range/MSS")).text).text
    for said in (
        "TCP 57344-61439 of 203.0.113.10 is dropped in silence",
        "Ask the firewall team to pass TCP 57344-61439",
        "2026-01-01T09:59:48.000Z",
        "192.0.2.11:50233",
        "203.0.113.10:49156",
        "filtered",
        "connect 3.0 s",
        "Secondary RPC ports used to retrieve the secret key",
        "Port by port: ",
    ):
        assert said in text
    told = Reading((await get(port, "/paths/inbound/rpc-range/NODE1")).text).text
    assert "60000-65535" in told
    assert "NODE1: its own page has them" in told


async def test_what_the_far_end_saw_stands_beside_each_attempt(port: int) -> None:
    def cells(text: str) -> list[list[str]]:
        return [re.findall(r"<td[^>]*>([^<]*)</td>", row) for row in re.findall(r"<tr.*?</tr>", text, re.DOTALL)]

    held = (await get(port, "/paths/outbound/rpc-range/MSS")).text
    alone = (await get(port, "/paths/outbound/rpc-range/MSS2")).text
    assert {row[6] for row in cells(held) if len(row) == 8 and row[2] == "filtered"} == {"nothing"}
    assert {row[6] for row in cells(alone) if len(row) == 8 and row[2] == "filtered"} == {"-"}


async def test_a_path_that_was_never_asked_has_a_page(port: int) -> None:
    assert "none yet" in Reading((await get(port, "/paths/inbound/rpc-range/MSSDR")).text).text


async def test_an_empty_site_has_a_page() -> None:
    world = everything()
    world.known, world.findings, world.standing = [], [], None
    async with serving(world.sources()) as port:
        reply = await get(port, "/")
    assert reply.status == 200
    assert "Nothing is probed from this host." in reply.text


async def test_without_scripts_the_page_comes_again_by_itself(port: int) -> None:
    assert '<noscript><meta http-equiv="refresh" content="30"></noscript>' in (await get(port, "/")).text


async def test_an_ipv6_address_is_told_from_its_port() -> None:
    world = everything()
    at = world.find("SQL02", Check.SQL)
    found = world.known[at]
    tried = tuple(
        each._replace(outcome=each.outcome._replace(target=each.outcome.target._replace(address="2001:db8::1")))
        for each in found.attempts
    )
    world.known[at] = replace(found, attempts=tried)
    async with serving(world.sources()) as port:
        assert "[2001:db8::1]:1433" in (await get(port, "/paths/outbound/sql/SQL02")).text


def test_a_verdict_of_the_fixture_can_be_changed() -> None:
    world = everything()
    world.becomes("SQL01", Check.SQL, Is(Verdict.UNREACHABLE))
    assert world.known[world.find("SQL01", Check.SQL)].result.verdict is Verdict.UNREACHABLE
