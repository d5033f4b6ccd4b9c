"""The HTTP side: any bytes to the real server. It answers or closes, and goes on serving the next client."""

import re

from agent.local.local import CHALLENGE, PROOF
from agent.web.door import HEARD
from agent.web.pages import HEADERS
from tests.agent.serving import FOREIGN
from tests.fuzz import looped
from tests.fuzz.server import TOKEN, Site, site

STATUS = re.compile(rb"HTTP/(?:0\.9|1\.[01]|2\.0) ([0-9]{3}) [^\r\n]*\r\n")
SHOWN_TO_ALL = (b"# HELP ", b"healthy\n", b"ready\n", b'[{"targets": ')
OPEN = re.compile(rb"/metrics|/sd|/-/|%")  # "%6d" is a letter, too
TOLD_HERE = (b"healthy\n", b"ready\n", b"reloaded\n")
OUR_NAMES = re.compile(rb"(?i)localhost|bts01|[0-9]+(\.[0-9]+){3}|\[[0-9a-f:.]+\]")
NAMES = {
    *(name.lower() for name in HEADERS),
    *("content-type", "content-length", "date", "connection", "allow", "www-authenticate", "retry-after"),
    *("content-encoding", "vary", "transfer-encoding", "etag", PROOF.lower()),
}


def from_elsewhere(data: bytes) -> None:
    """A client of another machine, where nobody has to show who they are: it is shown what is for everybody."""
    served = site(users=False)
    reloads = served.reloads
    for status, body in _answers(served, data, FOREIGN):
        assert status >= 400 or body.startswith(SHOWN_TO_ALL) or _is_head(body, data), body[:200]
    assert served.reloads == reloads


def _is_head(body: bytes, data: bytes) -> bool:
    """Of a page for everybody."""
    return not body and b"HEAD" in data and OPEN.search(data) is not None


def from_here(data: bytes) -> None:
    """A client of this machine, which may see all of it, unless it calls us by a name that is not ours."""
    served = site(users=False)
    reloads = served.reloads
    for status, body in _answers(served, data, "127.0.0.1"):
        assert status >= 400 or OUR_NAMES.search(data), body[:200]
    assert served.reloads == reloads or (OUR_NAMES.search(data) and b"POST" in data)


def with_passwords(data: bytes) -> None:
    """Nobody gets in without the password, whatever they show."""
    served = site(users=True)
    reloads = served.reloads
    told = _answers(served, data, FOREIGN)
    if not _shows_password(data):
        assert all(status >= 400 for status, _ in told), told
        assert served.reloads == reloads


def with_passwords_here(data: bytes) -> None:
    """A client of this machine sees its health, may have it reload, and with the token reads the API."""
    for status, body in _answers(site(users=True), data, "127.0.0.1"):
        if not _shows_password(data) and TOKEN.encode() not in data:
            assert status >= 400 or body in TOLD_HERE or _is_head(body, data), body[:200]


def _shows_password(data: bytes) -> bool:
    return re.search(rb"(?i)authorization", data) is not None and LOGIN in data


LOGIN = b"cHJvbWV0aGV1czpjb3JyZWN0IGhvcnNl"  # prometheus:correct horse


def _answers(served: Site, data: bytes, address: str) -> list[tuple[int, bytes]]:
    told = looped.run(served.ask(data, address))
    after = looped.run(served.ask(HEALTHY, "127.0.0.1"))
    assert after.startswith(b"HTTP/1.1 200 "), "the next client was not served"
    assert after.endswith(b"healthy\n")
    assert served.door is not None
    assert not served.door._inside, "a place at the door is lost"
    assert not any(token.encode() in told for token in (TOKEN, served.local.token)), "a token is told"
    return [_understood(told, data)] if told else []


HEALTHY = b"GET /-/healthy HTTP/1.1\r\nHost: localhost\r\n\r\n"


def _understood(told: bytes, data: bytes) -> tuple[int, bytes]:
    """One whole answer, with the headers that every one has, none that a client brought, and no word on what serves."""
    assert len(told) < 4 * HEARD
    assert b"aiohttp" not in told
    head, split, body = told.partition(b"\r\n\r\n")
    begins = STATUS.match(head + b"\r\n")
    assert split, told[:200]
    assert begins, told[:200]
    status = int(begins[1])
    assert status < 500 or status in (501, 505), told[:200]
    lines = [line.partition(b": ") for line in head.split(b"\r\n")[1:]]
    headers = {name.decode().lower(): value.decode() for name, _, value in lines}
    assert len(headers) == len(lines), "a header twice"
    assert headers.keys() <= NAMES, headers
    assert headers["server"] == "ssoreach"
    assert {"x-content-type-options", "content-security-policy", "referrer-policy"} <= headers.keys()
    assert PROOF.lower() not in headers or CHALLENGED.search(data), "what nobody asked for is proven"
    if "content-length" in headers and (body or b"HEAD" not in data):
        assert len(body) == int(headers["content-length"])
    return status, body


CHALLENGED = re.compile(rb"(?i)" + CHALLENGE.encode() + rb":\s*[0-9a-f]{64}\s*[\r\n]")
TARGETS = (
    *("/", "/metrics", "/sd", "/api/v1/paths", "/api/v1/peers/MSS/range", "/-/healthy", "/-/ready", "/-/reload"),
    *("/paths/outbound/epm/MSS", "/static/page.css", "/api/v1/peers/%00/range", "//metrics", "/metrics?x=1", "*"),
)


def seeds() -> list[bytes]:
    """Of each page, in several ways."""
    login = b"Authorization: Basic " + LOGIN + b"\r\n"
    ways = [
        "GET {} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        "HEAD {} HTTP/1.0\r\n\r\n",
        "POST {} HTTP/1.1\r\nHost: 127.0.0.1:10135\r\nContent-Length: 3\r\n\r\nabc",
    ]
    plain = [way.format(target).encode() for target in TARGETS for way in ways[: 1 + (target[:2] == "/-")]]
    return [
        *plain,
        ways[2].format("/-/reload").encode(),
        b"POST /-/reload HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: [::1]:10135\r\nAccept-Encoding: gzip\r\nIf-None-Match: *\r\n\r\n",
        b"GET /metrics HTTP/1.1\r\nHost: bts01\r\nAuthorization: Bearer " + TOKEN.encode() + b"\r\n\r\n",
        b"GET /api/v1/paths HTTP/1.1\r\nHost: localhost\r\n" + login + b"\r\n",
        b"GET /api/v1/paths HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + TOKEN.encode() + b"\r\n\r\n",
        b"GET /-/healthy HTTP/1.1\r\nHost: localhost\r\n" + CHALLENGE.encode() + b": " + b"cd" * 32 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: evil.test\r\n\r\n",
        b"POST /-/reload HTTP/1.1\r\nHost: evil.test\r\n\r\n",
        b"HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n",
        HEALTHY + HEALTHY,
    ]
