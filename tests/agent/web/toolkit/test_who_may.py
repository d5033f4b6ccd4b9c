"""Who may read what where the file asks who it is; every row of the table, with real requests."""

from pathlib import Path

import pytest

from agent.web.access import TABLE, Page, Who, page_of
from tests.agent.serving import FOREIGN, OPEN, PAGES, get, serving
from tests.agent.web.toolkit.papers import REQUIRED, bearer, client, issued, login, put, toolkit, users

TOKEN = "local-token"  # noqa: S105
HERE = "127.0.0.1"
HEALTH = ("/-/healthy", "/-/ready")
API = "/api/v1/paths"


async def statuses(port: int, *targets: str, **more: object) -> set[int]:
    return {(await get(port, target, **more)).status for target in targets}  # type: ignore[arg-type]


@pytest.mark.parametrize("remote", [HERE, FOREIGN])
async def test_with_users_everything_wants_a_password(tmp_path: Path, remote: str) -> None:
    async with serving(toolkit=toolkit(tmp_path, users(ann="a")), remote=remote, open_pages=True) as port:
        wanted = (*PAGES, "/metrics", "/sd", "/nothing", *(HEALTH if remote == FOREIGN else ()))
        assert await statuses(port, *wanted) == {401}
        reply = await get(port, "/metrics")
        assert reply.headers["www-authenticate"] == 'Basic realm="ssoreach", charset="UTF-8"'
        assert "SQL01" not in reply.text
        assert await statuses(port, *PAGES, *OPEN, headers=login("ann", "a")) == {200}
        assert await statuses(port, "/nothing", headers=login("ann", "a")) == {404}


async def test_this_machine_reads_health_without_a_password(tmp_path: Path) -> None:
    async with serving(toolkit=toolkit(tmp_path, users(ann="a"))) as port:
        assert await statuses(port, *HEALTH) == {200}
        assert await statuses(port, *HEALTH, headers=login("ann", "wrong")) == {200}
        assert await statuses(port, *HEALTH, method="POST") == {401}


@pytest.mark.parametrize(
    ("remote", "given", "target", "status"),
    [
        (HERE, bearer(TOKEN), API, 200),
        (HERE, {"Authorization": f"bearer  {TOKEN}"}, API, 200),
        (HERE, bearer(TOKEN), "/metrics", 401),
        (HERE, bearer(TOKEN), "/", 401),
        (HERE, bearer(TOKEN), "/api/../", 401),
        (HERE, bearer(TOKEN), "/api/..%2fmetrics", 401),
        (HERE, bearer(TOKEN + "x"), API, 401),
        (HERE, bearer(TOKEN[:-1]), API, 401),
        (HERE, bearer(""), API, 401),
        (HERE, {"Authorization": "Bearer"}, API, 401),
        (HERE, {"Authorization": f"Basic {TOKEN}"}, API, 401),
        (HERE, {"Authorization": "Bearer \udcff\udcfe"}, API, 401),
        (FOREIGN, bearer(TOKEN), API, 401),
    ],
)
async def test_the_token_opens_the_api_to_this_machine_and_nothing_else(
    tmp_path: Path, remote: str, given: dict[str, str], target: str, status: int
) -> None:
    async with serving(toolkit=toolkit(tmp_path, users(ann="a")), remote=remote, token=TOKEN) as port:
        reply = await get(port, target, headers=given)
        assert reply.status == status or (".." in target and reply.status == 404)
        assert reply.status == 200 or "SQL01" not in reply.text


@pytest.mark.parametrize("given", [bearer(""), bearer("None"), {}])
async def test_without_a_token_none_opens_anything(tmp_path: Path, given: dict[str, str]) -> None:
    async with serving(toolkit=toolkit(tmp_path, users(ann="a"))) as port:
        assert await statuses(port, API, headers=given) == {401}


async def test_a_foreign_host_name_comes_before_everything_else(tmp_path: Path) -> None:
    async with serving(toolkit=toolkit(tmp_path, users(ann="a")), token=TOKEN) as port:
        for given in (login("ann", "a"), bearer(TOKEN), {}):
            assert await statuses(port, *PAGES, *OPEN, host="attacker.example", headers=given) == {421}


# Client certificates.


@pytest.mark.parametrize("remote", [HERE, FOREIGN])
async def test_a_certificate_that_is_required_is_asked_of_everybody(tmp_path: Path, remote: str) -> None:
    async with serving(toolkit=toolkit(tmp_path, put(tmp_path) + REQUIRED), remote=remote, token=TOKEN) as port:
        assert await statuses(port, *PAGES, "/metrics", tls=client()) == {401}
        reply = await get(port, "/metrics", tls=client())
        assert "www-authenticate" not in reply.headers
        assert await statuses(port, *HEALTH, tls=client()) == {200 if remote == HERE else 401}
        assert await statuses(port, API, tls=client(), headers=bearer(TOKEN)) == {200 if remote == HERE else 401}
        assert await statuses(port, *PAGES, *OPEN, tls=client(issued("prometheus"))) == {200}


async def test_with_both_a_password_and_a_certificate_are_needed(tmp_path: Path) -> None:
    text = put(tmp_path) + REQUIRED + users(ann="a")
    async with serving(toolkit=toolkit(tmp_path, text), remote=FOREIGN) as port:
        shown, right, wrong = client(issued("prometheus")), login("ann", "a"), login("ann", "b")
        assert await statuses(port, "/metrics", tls=client(), headers=right) == {401}
        assert await statuses(port, "/metrics", tls=shown) == {401}
        assert await statuses(port, "/metrics", tls=shown, headers=wrong) == {401}
        assert await statuses(port, "/metrics", tls=shown, headers=right) == {200}


@pytest.mark.parametrize(
    ("name", "status"),
    [("prometheus", 200), ("10.1.2.3", 200), ("2001:db8::7", 200), ("sso@contoso.test", 200), ("other", 401)],
)
async def test_only_the_names_allowed_are_let_in(tmp_path: Path, name: str, status: int) -> None:
    allowed = "  client_allowed_sans: [prometheus, 10.1.2.3, '2001:db8::7', sso@contoso.test]\n"
    async with serving(toolkit=toolkit(tmp_path, put(tmp_path) + REQUIRED + allowed), remote=FOREIGN) as port:
        assert await statuses(port, "/", tls=client(issued(name))) == {status}


async def test_a_certificate_that_expired_since_the_handshake_of_its_session_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OpenSSL looks at its days when it verifies it, and not when the client takes up that session again."""
    async with serving(toolkit=toolkit(tmp_path, put(tmp_path) + REQUIRED), remote=FOREIGN) as port:
        shown = client(issued("prometheus"))
        assert await statuses(port, "/metrics", tls=shown) == {200}
        monkeypatch.setattr("agent.web.toolkit.guard.time.time", lambda: 1e12)
        assert await statuses(port, "/metrics", tls=shown) == {401}


async def test_where_a_certificate_is_not_required_one_that_is_shown_opens_the_pages(tmp_path: Path) -> None:
    text = put(tmp_path) + "  client_auth_type: VerifyClientCertIfGiven\n  client_ca_file: ca.crt\n"
    async with serving(toolkit=toolkit(tmp_path, text), remote=FOREIGN) as port:
        assert await statuses(port, *OPEN, tls=client()) == {200}
        assert await statuses(port, *PAGES, tls=client()) == {403}
        assert await statuses(port, *PAGES, tls=client(issued("prometheus"))) == {200}


async def test_tls_alone_changes_nothing_about_who_may_read(tmp_path: Path) -> None:
    given = toolkit(tmp_path, put(tmp_path))
    async with serving(toolkit=given, remote=FOREIGN) as port:
        assert await statuses(port, *OPEN, tls=client()) == {200}
        assert await statuses(port, *PAGES, tls=client()) == {403}
    async with serving(toolkit=given) as port:
        assert await statuses(port, *PAGES, *OPEN, tls=client()) == {200}


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PROPFIND"])
async def test_others_may_read_and_nothing_else(method: str) -> None:
    async with serving(remote=FOREIGN, open_pages=True) as port:
        assert await statuses(port, *PAGES, *OPEN, method=method) == {403}


# The table itself.


def test_the_table_has_a_row_for_every_page() -> None:
    assert set(TABLE) == set(Page)


def test_where_somebody_has_to_show_who_they_are_nothing_is_open_to_all() -> None:
    for plain, protected in TABLE.values():
        assert not protected & {Who.ANYONE, Who.OPENED}
        assert Who.SHOWN in protected
        assert plain


@pytest.mark.parametrize(
    ("method", "path", "page"),
    [
        ("GET", "/-/healthy", Page.HEALTH),
        ("HEAD", "/metrics", Page.METRICS),
        ("GET", "/-/reload", Page.REST),
        ("POST", "/-/reload", Page.RELOAD),
        ("POST", "/-/reload/", Page.OTHERWISE),
        ("GET", "/metrics/", Page.REST),
        ("GET", "/Metrics", Page.REST),
        ("GET", "/api", Page.REST),
        ("GET", "/api/", Page.API),
        ("GET", "/", Page.REST),
        ("get", "/metrics", Page.OTHERWISE),
    ],
)
def test_a_page_goes_by_its_own_name_only(method: str, path: str, page: Page) -> None:
    assert page_of(method, path) is page
