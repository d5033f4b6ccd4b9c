"""Headers that the file sets, and a limit of requests."""

from pathlib import Path

import pytest

from agent.web.pages import HEADERS
from agent.web.toolkit.rates import Bucket
from tests.agent.serving import FOREIGN, get, serving
from tests.agent.web.toolkit.papers import login, toolkit, users

HEADERS_OF_FILE = """\
http_server_config:
  headers:
    Content-Security-Policy: "frame-ancestors 'none'"
    X-Frame-Options: sameorigin
    X-Content-Type-Options: ""
    X-XSS-Protection: "0"
    Strict-Transport-Security: max-age=31536000
"""


@pytest.mark.parametrize(
    ("target", "host", "status"),
    [
        ("/", "localhost", 200),
        ("/metrics", "localhost", 200),
        ("/nothing", "localhost", 404),
        ("/", "evil.example", 421),
    ],
)
async def test_every_answer_has_the_headers_of_the_file(tmp_path: Path, target: str, host: str, status: int) -> None:
    async with serving(toolkit=toolkit(tmp_path, HEADERS_OF_FILE)) as port:
        reply = await get(port, target, host=host)
    assert reply.status == status
    assert reply.headers["content-security-policy"] == "frame-ancestors 'none'"
    assert reply.headers["x-frame-options"] == "sameorigin"
    assert reply.headers["strict-transport-security"] == "max-age=31536000"
    assert reply.headers["x-xss-protection"] == "0"
    assert "x-content-type-options" not in reply.headers  # written empty
    assert reply.headers["cache-control"] == HEADERS["Cache-Control"]


async def test_what_the_file_does_not_name_stays_as_it_is(tmp_path: Path) -> None:
    async with serving(toolkit=toolkit(tmp_path, "http_server_config: {headers: {X-Frame-Options: deny}}\n")) as port:
        reply = await get(port)
    assert {name: reply.headers.get(name.lower()) for name in HEADERS} == HEADERS
    assert reply.headers["x-frame-options"] == "deny"


async def test_a_request_without_a_password_has_them_too(tmp_path: Path) -> None:
    async with serving(toolkit=toolkit(tmp_path, HEADERS_OF_FILE + users(ann="a")), remote=FOREIGN) as port:
        reply = await get(port)
    assert reply.status == 401
    assert reply.headers["x-frame-options"] == "sameorigin"


async def test_more_requests_than_the_file_allows_are_told_so(tmp_path: Path) -> None:
    async with serving(toolkit=toolkit(tmp_path, "rate_limit: {interval: 1h, burst: 2}\n")) as port:
        assert [(await get(port)).status for _ in range(4)] == [200, 200, 429, 429]


async def test_a_flood_beyond_the_limit_costs_no_check_of_a_password(tmp_path: Path) -> None:
    text = "rate_limit: {interval: 1h, burst: 1}\n" + users(ann="a")
    async with serving(toolkit=toolkit(tmp_path, text), remote=FOREIGN) as port:
        assert [(await get(port, headers=login("ann", "a"))).status for _ in range(2)] == [200, 429]


def test_the_bucket_fills_up_with_time_and_not_over_its_brim() -> None:
    bucket = Bucket(interval=2.0, burst=3, now=100.0)
    assert [bucket.take(100.0) for _ in range(4)] == [True, True, True, False]
    assert not bucket.take(101.9)
    assert bucket.take(102.0)
    assert not bucket.take(103.0)
    assert [bucket.take(1000.0) for _ in range(4)] == [True, True, True, False]


def test_without_room_nothing_is_let_in() -> None:
    assert not Bucket(interval=1.0, burst=0, now=0.0).take(1000.0)
