"""The HTTP side, asked with real requests: who may read what, which Host names are ours, and what comes back."""

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from agent.judge.verdict import Cause, Verdict
from agent.report.document import Run
from agent.web.handler import BROKEN, REFUSED
from agent.web.page.routes import POLICY
from agent.web.pages import HEADERS
from tests.agent.seen import result
from tests.agent.seen import run as a_run
from tests.agent.serving import FOREIGN, OPEN, PAGES, RUN, get, raw, serving, sources

# Who may read what.


@pytest.mark.parametrize("remote", ["127.0.0.1", "127.5.6.7", "::1", "::ffff:127.0.0.1"])
async def test_this_machine_may_read_everything(remote: str) -> None:
    async with serving(remote=remote) as port:
        assert [(await get(port, page)).status for page in (*PAGES, *OPEN)] == [200] * 5


@pytest.mark.parametrize("remote", [FOREIGN, "2001:db8::7", "::ffff:198.51.100.7", "fe80::7%eth0", "", "localhost"])
async def test_others_may_read_metrics_and_health_only(remote: str) -> None:
    async with serving(remote=remote) as port:
        assert [(await get(port, page)).status for page in PAGES] == [403] * 2
        assert [(await get(port, page)).status for page in OPEN] == [200] * 3


async def test_open_pages_opens_everything_to_everybody() -> None:
    async with serving(remote=FOREIGN, open_pages=True) as port:
        assert [(await get(port, page)).status for page in (*PAGES, *OPEN)] == [200] * 5


async def test_a_refusal_says_how_to_open_it_and_nothing_else() -> None:
    async with serving(remote=FOREIGN) as port:
        reply = await get(port, "/api/v1/paths")
    assert "web.open_pages" in reply.text
    assert "SQL01" not in reply.text


@pytest.mark.parametrize(
    "target",
    [
        "/-/../api/v1/paths",
        "/-/%2e%2e/api/v1/paths",
        "/-/..%2fapi/v1/paths",
        "/metrics/../api/v1/paths",
        "/metrics/..//api/v1/paths",
        "//api/v1/paths",
        "/./api/v1/paths",
        "/api/v1/paths/",
        "/api/v1/paths/.",
        "/API/v1/paths",
        "/sd/../",
        "/-/..",
        "/metrics?/../api/v1/paths",
        "http://localhost/api/v1/paths",
        "/api/v1/paths?x=/metrics",
        "/api/v1/paths#/metrics",
        "/api%2fv1%2fpaths",
        "/metrics;/../api/v1/paths",
    ],
)
async def test_no_spelling_of_a_path_gets_around_the_rule(target: str) -> None:
    async with serving(remote=FOREIGN) as port:
        reply = await get(port, target)
    assert reply.status in (200, 400, 403, 404)
    assert "SQL01" not in reply.text
    assert "SQL Server" not in reply.text


# Which Host names are ours.


@pytest.mark.parametrize(
    "host",
    [
        *("localhost", "LOCALHOST", "localhost:10135", "localhost."),
        *("BTS01", "bts01", "bts01:80", "bts01.contoso.test", "BTS01.Contoso.Test:10135", "bts01.contoso.test."),
        *("127.0.0.1", "127.0.0.1:10135", "192.0.2.77", "[::1]", "[::1]:10135", "[2001:db8::1]:80"),
    ],
)
async def test_our_names_and_every_address_are_answered(host: str) -> None:
    async with serving() as port:
        assert (await get(port, host=host)).status == 200


@pytest.mark.parametrize(
    "host",
    [
        *("attacker.example", "attacker.example:10135", "localhost.attacker.example", "bts01.attacker.example"),
        *(
            "127.0.0.1.attacker.example",
            "127.0.0.1%.attacker.example",
            "[attacker.example]",
            "[]",
            "a:b:c",
            "bts02",
            "",
            ":10135",
            "localhost:1:2",
        ),
    ],
)
@pytest.mark.parametrize("page", [*PAGES, *OPEN])
async def test_a_foreign_host_name_is_refused_whoever_asks(host: str, page: str) -> None:
    """A page in a browser here, whose name was made to point here, must not be able to read us."""
    async with serving(open_pages=True) as port:
        reply = await get(port, page, host=host)
    assert reply.status in (400, 421)
    assert "SQL01" not in reply.text


async def test_no_host_name_at_all_is_refused() -> None:
    async with serving() as port:
        assert (await raw(port, b"GET /api/v1/paths HTTP/1.0\r\n\r\n")).status == 421
        assert (await get(port, "/api/v1/paths", host=None)).status in (400, 421)


async def test_two_host_names_do_not_help() -> None:
    async with serving() as port:
        request = b"GET / HTTP/1.1\r\nHost: attacker.example\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        assert (await raw(port, request)).status in (400, 421)


# What comes back.


@pytest.mark.parametrize(
    ("method", "target", "status"),
    [
        *(("GET", page, 200) for page in (*PAGES, *OPEN)),
        ("HEAD", "/metrics", 200),
        ("GET", "/nothing/here", 404),
        ("POST", "/metrics", 405),
        ("DELETE", "/", 405),
        ("PROPFIND", "/api/v1/paths", 405),
    ],
)
async def test_every_answer_has_the_headers(method: str, target: str, status: int) -> None:
    async with serving() as port:
        reply = await get(port, target, method=method)
    assert reply.status == status
    own = {"Content-Security-Policy": POLICY} if (method, target) == ("GET", "/") else {}
    assert {name: reply.headers.get(name.lower()) for name in HEADERS} == {**HEADERS, **own}


@pytest.mark.parametrize(
    ("host", "remote", "status"), [("attacker.example", "127.0.0.1", 421), ("bts01", FOREIGN, 403)]
)
async def test_refusals_have_the_headers_too(host: str, remote: str, status: int) -> None:
    async with serving(remote=remote) as port:
        reply = await get(port, "/", host=host)
    assert reply.status == status
    assert {name: reply.headers.get(name.lower()) for name in HEADERS} == HEADERS


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"<script>alert(1)</script>\r\n\r\n",
        b"GET http://[<script> HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    ],
)
async def test_what_is_no_request_gets_the_headers_and_none_of_its_own_words(request_bytes: bytes) -> None:
    async with serving() as port:
        reply = await raw(port, request_bytes)
    assert (reply.status, reply.text) == (400, REFUSED)
    assert {name: reply.headers.get(name.lower()) for name in HEADERS} == HEADERS


async def test_a_fault_of_ours_gets_the_headers_and_says_nothing_of_it() -> None:
    def broken() -> Run:
        raise RuntimeError("secret")

    async with serving(replace(sources(), run=broken)) as port:
        reply = await get(port, "/api/v1/paths")
    assert (reply.status, reply.text) == (500, BROKEN)
    assert {name: reply.headers.get(name.lower()) for name in HEADERS} == HEADERS


async def test_no_answer_tells_what_we_are_made_of() -> None:
    async with serving() as port:
        replies = [await get(port, target) for target in ("/", "/nothing", "/metrics")]
    assert {reply.headers["server"] for reply in replies} == {"ssoreach"}


async def test_the_metrics_are_what_prometheus_asks_for() -> None:
    async with serving() as port:
        reply = await get(port)
    assert reply.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    names = {family.name for family in text_string_to_metric_families(reply.text)}
    assert {"ssoreach_path_verdict", "ssoreach_build_info"} <= names


async def test_the_api_has_the_documented_keys() -> None:
    async with serving() as port:
        reply = await get(port, "/api/v1/paths")
    assert reply.headers["content-type"] == "application/json; charset=utf-8"
    found = json.loads(reply.body)
    assert list(found) == [
        *("schema", "site", "host", "started", "seconds", "verdict", "paths", "findings", "sso"),
    ]
    assert (found["schema"], found["verdict"]) == (1, "blocked")
    assert [each["peer"] for each in found["paths"]] == ["MSS", "SQL01"]


async def test_the_page_for_people_is_html() -> None:
    async with serving() as port:
        reply = await get(port, "/")
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    assert "SQL Server (1433)" in reply.text


async def test_hostile_text_reaches_no_reader_as_it_is() -> None:
    hostile = result(
        Verdict.UNREACHABLE, Cause.NO_ANSWER, detail="\x1b[2J<script>alert(1)</script>\u202e\ud800\r\nX: y"
    )
    async with serving(sources(a_run(hostile))) as port:
        for page in PAGES:
            reply = await get(port, page)
            assert reply.status == 200
            assert "x" not in reply.headers
            assert not any(character in reply.text for character in "\x1b\u202e\r")
            assert page != "/" or "<script>" not in reply.text
            assert reply.headers["x-content-type-options"] == "nosniff"


async def test_healthy_does_not_depend_on_anything() -> None:
    def fail() -> Any:
        raise ZeroDivisionError

    async with serving(replace(sources(), metrics=fail, run=fail, ready=fail, known=fail)) as port:
        assert (await get(port, "/-/healthy")).status == 200


@pytest.mark.parametrize(("ready", "status"), [(True, 200), (False, 503)])
async def test_ready_says_whether_the_agent_does_its_work(ready: bool, status: int) -> None:
    async with serving(sources(ready=lambda: ready)) as port:
        assert (await get(port, "/-/ready")).status == status


async def test_ready_does_not_turn_red_because_of_a_peer() -> None:
    everything_shut = a_run(result(Verdict.BLOCKED, Cause.SILENT_DROP))
    async with serving(sources(everything_shut)) as port:
        assert (await get(port, "/-/ready")).status == 200


async def test_the_run_is_read_when_somebody_asks_and_once_for_all_of_them() -> None:
    runs = iter([RUN, replace(RUN, site="another")])
    async with serving(replace(sources(), run=lambda: next(runs))) as port:
        answers = await asyncio.gather(*(get(port, "/api/v1/paths") for _ in range(10)))
    assert {json.loads(answer.body)["site"] for answer in answers} == {"contoso"}
