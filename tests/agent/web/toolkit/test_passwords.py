"""Passwords: what is right, what is remembered, what waits; and that who guesses costs nobody else anything."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from agent.web.toolkit import passwords as passwords_module
from agent.web.toolkit.passwords import LONGEST, MOST, MOST_EACH, REMEMBERED, Passwords
from tests.agent.serving import FOREIGN, get, serving
from tests.agent.web.toolkit.papers import hashed, login, toolkit, until, users

USERS = {"ann": hashed("a"), "bob": hashed("b")}
THERE = "192.0.2.1"


class Checks:
    """Every check that is made, in order; none ends before `open` is set."""

    def __init__(self) -> None:
        self.made: list[tuple[str, str]] = []
        self.open = Event()
        self.open.set()

    def __call__(self, password: str, stored: str) -> bool:
        self.made.append((password, stored))
        self.open.wait(30)
        return stored == USERS.get({"a": "ann", "b": "bob"}.get(password, ""))


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> Iterator[Checks]:
    found = Checks()
    monkeypatch.setattr(passwords_module, "matches", found)
    yield found
    found.open.set()


async def test_only_the_right_password_of_the_user_is_right() -> None:
    book = Passwords()
    asked = [("ann", "a"), ("ann", "b"), ("bob", "b"), ("bob", ""), ("eve", "a"), ("", ""), ("Ann", "a")]
    answers = [await book.right(USERS, user, password, THERE) for user, password in asked]
    assert answers == [True, False, True, False, False, False, False]
    again = [await book.right(USERS, user, password, THERE) for user, password in asked]
    assert again == answers


@pytest.mark.parametrize(
    "password", ["é" * 36, "é" * 100, "x" * 72, "x" * 73, "x" * 5000, "a\x00b", "\udcff\udcfe", "🔑", "a:b", " a "]
)
def test_no_password_is_too_odd_to_be_checked(password: str) -> None:
    stored = hashed("a")
    assert not passwords_module.matches(password, stored)


def test_what_lies_behind_the_72nd_byte_counts_for_nothing_as_for_those_who_write_the_hash() -> None:
    stored = hashed("x" * LONGEST)
    assert passwords_module.matches("x" * (LONGEST + 1), stored)
    assert not passwords_module.matches("x" * (LONGEST - 1), stored)


async def test_answers_are_remembered_both_ways(checks: Checks) -> None:
    book = Passwords()
    for _ in range(3):
        assert await book.right(USERS, "ann", "a", THERE) is True
        assert await book.right(USERS, "ann", "wrong", THERE) is False
        assert await book.right(USERS, "eve", "a", THERE) is False
    assert len(checks.made) == 3


async def test_a_user_who_is_taken_out_or_changed_is_forgotten_at_once(checks: Checks) -> None:
    book = Passwords()
    assert await book.right(USERS, "ann", "a", THERE) is True
    assert await book.right({"bob": USERS["bob"]}, "ann", "a", THERE) is False
    assert await book.right({**USERS, "ann": USERS["bob"]}, "ann", "a", THERE) is False
    assert await book.right({**USERS, "ann": USERS["bob"]}, "ann", "b", THERE) is True


async def test_a_user_who_gets_another_name_is_not_known_by_the_old_one(checks: Checks) -> None:
    """Nothing but the name has changed: the hash, which stands in for an unknown name's too, is the same."""
    book, renamed = Passwords(), {"eve": USERS["ann"]}
    assert await book.right({"ann": USERS["ann"]}, "ann", "a", THERE) is True
    assert await book.right(renamed, "ann", "a", THERE) is False
    assert await book.right(renamed, "eve", "a", THERE) is True
    assert await book.right({"ann": USERS["ann"]}, "eve", "a", THERE) is False


async def test_wrong_passwords_do_not_push_out_right_ones_and_are_bounded(checks: Checks) -> None:
    book = Passwords()
    assert await book.right(USERS, "ann", "a", THERE) is True
    for number in range(REMEMBERED + 10):
        assert await book.right(USERS, "ann", f"wrong {number}", THERE) is False
    made = len(checks.made)
    assert await book.right(USERS, "ann", "a", THERE) is True
    assert await book.right(USERS, "ann", f"wrong {REMEMBERED}", THERE) is False
    assert len(checks.made) == made
    assert await book.right(USERS, "ann", "wrong 0", THERE) is False
    assert len(checks.made) == made + 1


async def test_an_unknown_user_costs_one_check_of_the_same_cost(checks: Checks) -> None:
    book = Passwords()
    for number in range(20):
        assert await book.right(USERS, f"nobody {number}", "a", THERE) is False
    assert len(checks.made) == 20
    assert {stored for _, stored in checks.made} <= set(USERS.values())


async def test_an_unknown_user_is_always_compared_with_the_same_one(checks: Checks) -> None:
    book = Passwords()
    for number in range(20):
        await book.right(USERS, "nobody", f"guess {number}", THERE)
    assert len({stored for _, stored in checks.made}) == 1


async def test_the_same_question_is_asked_once_for_all_who_ask_it(checks: Checks) -> None:
    book = Passwords()
    asked = [book.right(USERS, "ann", "a", f"192.0.2.{number}") for number in range(100)]
    assert await asyncio.gather(*asked) == [True] * 100
    assert len(checks.made) == 1


async def test_one_check_at_a_time_and_only_so_many_wait(checks: Checks) -> None:
    book = Passwords()
    checks.open.clear()
    waiting = [
        asyncio.ensure_future(book.right(USERS, "ann", f"wrong {number}", f"192.0.2.{number}"))
        for number in range(MOST)
    ]
    await until(lambda: len(checks.made) == 1)
    assert await book.right(USERS, "ann", "one more", "198.51.100.1") is None
    assert len(checks.made) == 1
    checks.open.set()
    assert await asyncio.gather(*waiting) == [False] * MOST
    assert await book.right(USERS, "ann", "one more", "198.51.100.1") is False


async def test_who_guesses_shuts_out_nobody_else(checks: Checks) -> None:
    book = Passwords()
    checks.open.clear()
    guesses = [asyncio.ensure_future(book.right(USERS, "ann", f"guess {number}", THERE)) for number in range(20)]
    other = asyncio.ensure_future(book.right(USERS, "ann", "a", "192.0.2.2"))
    await until(lambda: len(checks.made) == 1)
    checks.open.set()
    assert (await asyncio.gather(*guesses)).count(None) == 20 - MOST_EACH
    assert await other is True


async def test_who_goes_away_takes_nothing_from_the_others(checks: Checks) -> None:
    book = Passwords()
    checks.open.clear()
    leaver, stayer = (asyncio.ensure_future(book.right(USERS, "ann", "a", THERE)) for _ in range(2))
    await until(lambda: len(checks.made) == 1)
    leaver.cancel()
    checks.open.set()
    assert await stayer is True


async def test_nothing_remembers_a_password(checks: Checks) -> None:
    book = Passwords()
    await book.right(USERS, "ann", "a very secret one", THERE)
    kept = repr(vars(book))
    assert "secret" not in kept
    assert "ann" not in kept


# Over real connections.


async def test_a_flood_of_wrong_passwords_stops_neither_the_loop_nor_who_is_known(
    tmp_path: Path, checks: Checks
) -> None:
    """All of this while one check stands still and ends only when the test lets it."""
    async with serving(toolkit=toolkit(tmp_path, users(ann="a")), remote=FOREIGN) as port:
        known = login("ann", "a")
        assert (await get(port, headers=known)).status == 200
        checks.open.clear()
        guesses = [get(port, headers=login("ann", f"wrong {number}")) for number in range(20)]
        flood = [asyncio.ensure_future(guess) for guess in guesses]
        await until(lambda: sum(task.done() for task in flood) == 20 - MOST_EACH)
        refused = [task.result() for task in flood if task.done()]
        assert {reply.status for reply in refused} == {503}
        assert refused[0].headers["retry-after"] == "1"
        assert [(await get(port, page, headers=known)).status for page in ("/", "/metrics")] == [200, 200]
        assert len(checks.made) == 2  # hers, and the one that stands still
        checks.open.set()
        assert [(await task).status for task in flood].count(401) == MOST_EACH


async def test_with_real_hashes_many_at_once_are_answered(tmp_path: Path) -> None:
    async with serving(toolkit=toolkit(tmp_path, users(ann="a")), remote=FOREIGN) as port:
        right = [get(port, "/metrics", headers=login("ann", "a")) for _ in range(20)]
        assert {reply.status for reply in await asyncio.gather(*right)} == {200}
        wrong = [get(port, "/metrics", headers=login("ann", "b" * size)) for size in (1, 72, 73, 4000)]
        assert {reply.status for reply in await asyncio.gather(*wrong)} == {401}


@pytest.mark.parametrize(
    "header",
    [
        *("", "Basic", "Basic ", "Basic !", "Basic YQ", "Basic YQ==", "Digest YTph", "Basic YTph YTph"),
        *("Bearer YTph", "basic", "\udcff", "Basic \udcff", "Basic " + "A" * 7000),
    ],
)
async def test_a_header_that_is_no_login_is_refused(tmp_path: Path, header: str) -> None:
    async with serving(toolkit=toolkit(tmp_path, users(ann="a")), remote=FOREIGN) as port:
        assert (await get(port, headers={"Authorization": header})).status == 401
        assert (await get(port, headers=login("ann", "a"))).status == 200
