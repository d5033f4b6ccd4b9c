"""The pages in Debian's chromium, as readers see them: with axe-core, in light and dark, on a desk and on a phone."""

from itertools import product
from typing import Any

import pytest

from agent.ground.path import Check
from agent.judge.verdict import Cause, Verdict
from tests.agent.serving import serving

from .everything import BLOCKED, HOSTILE, Is, World, crowd, everything
from .looking import look

pytestmark = pytest.mark.lab  # needs chromium, node and what `.ci/setup --browser` puts into tests/browser

PATH = "/paths/outbound/rpc-range/MSS"
DESK, PHONE = 1280, 360
SHUT = Is(Verdict.BLOCKED, Cause.SILENT_DROP, "Nothing comes back from SQL01.", "Ask the firewall team.")
ROW = '[id="need-0/paths/outbound/sql/SQL01"]'
MORE = f'details{ROW[:-2]}/more"]'
OPENED = {"run": "document.querySelectorAll('details').forEach((each) => { each.open = true; })"}


def everywhere(url: str, **more: Any) -> list[dict[str, Any]]:
    """Both pages, in light and dark, on a desk and on a phone."""
    looks = product(("/", PATH), ("light", "dark"), (DESK, PHONE))
    return [{"url": url + target, "theme": theme, "width": width, **more} for target, theme, width in looks]


async def test_the_pages_are_sound_for_every_reader() -> None:
    """No console error, no request to anywhere else, nothing that axe-core finds, no scrolling sideways."""
    async with serving(everything().sources()) as port:
        home = f"http://127.0.0.1:{port}"
        for seen in await look(*everywhere(home, axe=True)):
            assert seen["status"] == 200
            assert seen["errors"] == []
            assert {request[: len(home) + 1] for request in seen["requests"]} == {home + "/"}
            assert seen["violations"] == []
            assert seen["checked"] > 20
            assert seen["overflow"] <= 0
            assert BLOCKED in seen["text"]


async def test_hostile_text_does_nothing_and_has_its_place() -> None:
    async with serving(everything(hostile=HOSTILE).sources()) as port:
        home = f"http://127.0.0.1:{port}"
        looks = everywhere(home, axe=True, steps=[OPENED, {"read": {"scripts": "document.scripts.length"}}])
        for seen in await look(*looks[1::3]):
            assert seen["errors"] == []
            assert {request[: len(home) + 1] for request in seen["requests"]} == {home + "/"}
            assert seen["read"] == {"scripts": 1}
            assert seen["violations"] == []
            assert seen["overflow"] <= 0


async def test_what_is_opened_is_sound_as_well() -> None:
    async with serving(everything().sources()) as port:
        for seen in await look(*everywhere(f"http://127.0.0.1:{port}", axe=True, steps=[OPENED])[::3]):
            assert seen["violations"] == []
            assert seen["overflow"] <= 0
            assert BLOCKED in seen["text"]


def fails(world: World) -> None:
    world.becomes("SQL01", Check.SQL, SHUT)


STATE = {
    "verdict": f"document.querySelector('{ROW} .chip').textContent",
    "same": f"window.kept === document.querySelector('{ROW}')",
    "open": f"document.querySelector('{MORE}').open",
    "filter": "document.getElementById('filter').value",
    "shown": "document.querySelectorAll('.row:not([hidden])').length",
    "focus": "document.activeElement.getAttribute('href')",
    "scrolled": "window.scrollY",
    "live": "document.getElementById('live').textContent",
}


async def test_the_page_becomes_new_and_the_reader_keeps_the_place() -> None:
    """What is opened, the filter, the focus and the place stay; a new verdict is seen and read out."""
    steps = [
        {"click": f"{MORE} > summary"},
        {"fill": ["#filter", "sql data"]},
        {"focus": f"{ROW} a"},
        {"scroll": 200},
        {"run": f"window.kept = document.querySelector('{ROW}'), 0"},
        {"read": {f"{name} before": what for name, what in STATE.items()}},
        {"refresh": True},
        {"read": STATE},
    ]
    world = everything()
    world.then = fails
    async with serving(world.sources()) as port:
        (seen,) = await look({"url": f"http://127.0.0.1:{port}/", "height": 400, "steps": steps})
    assert seen["errors"] == []
    read = seen["read"]
    assert (read["verdict before"], read["verdict"]) == ("reachable", "blocked")
    assert read["live before"] == ""
    assert read["live"] == "BTS01 to SQL01, SQL Server (1433): now blocked."
    assert read["same"]
    assert read["open"]
    assert (read["filter"], read["shown"]) == ("sql data", 2)
    assert read["focus"] == "/paths/outbound/sql/SQL01"
    assert read["scrolled"] == read["scrolled before"] == 200


async def test_a_page_of_one_path_becomes_new_as_well() -> None:
    steps = [
        {"click": "details.runs > summary"},
        {"refresh": True},
        {"read": {"open": "document.querySelector('details.runs').open", "live": STATE["live"]}},
    ]
    world = everything()
    world.then = lambda world: world.becomes("MSS", Check.RPC_RANGE, SHUT)
    async with serving(world.sources()) as port:
        (seen,) = await look({"url": f"http://127.0.0.1:{port}{PATH}", "steps": steps})
    assert seen["errors"] == []
    assert seen["read"] == {"open": True, "live": "BTS01 to MSS, Secondary RPC ports: now blocked."}


async def test_an_agent_that_does_not_answer_is_told_of_until_it_does() -> None:
    lost = "document.getElementById('lost')"
    steps = [
        {"offline": True},
        {"run": "window.dispatchEvent(new Event('online')), 0"},
        {"wait": f"!{lost}.hidden"},
        {"read": {"said": f"{lost}.textContent"}},
        {"offline": False},
        {"refresh": True},
        {"read": {"hidden": f"{lost}.hidden"}},
    ]
    world = everything()
    world.then = fails
    async with serving(world.sources()) as port:
        (seen,) = await look({"url": f"http://127.0.0.1:{port}/", "steps": steps})
    assert seen["read"]["said"].startswith("The agent does not answer since ")
    assert seen["read"]["hidden"]


async def test_without_scripts_everything_can_be_read_and_opened() -> None:
    steps = [
        {"click": f"{MORE} > summary"},
        {
            "read": {
                "open": f"document.querySelector('{MORE}').open",
                "tools": "document.getElementById('tools').hidden",
            }
        },
        {"read": {"refresh": "document.querySelector('meta[http-equiv]').content"}},
    ]
    async with serving(everything().sources()) as port:
        (seen,) = await look({"url": f"http://127.0.0.1:{port}/", "scripts": False, "steps": steps})
    assert seen["errors"] == []
    assert BLOCKED in seen["text"]
    assert seen["read"] == {"open": True, "tools": True, "refresh": "30"}
    assert not any(request.endswith(".js") for request in seen["requests"])


async def test_the_first_key_leads_past_everything_and_the_focus_is_seen() -> None:
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    steps = [
        {"press": "Tab"},
        {"read": {"first": "document.activeElement.className", "outline": outline}},
        {"press": "Enter"},
        {"press": "Tab"},
        {"read": {"next": "document.activeElement.closest('main') !== null"}},
    ]
    async with serving(everything().sources()) as port:
        (seen,) = await look({"url": f"http://127.0.0.1:{port}/", "steps": steps})
    assert seen["read"] == {"first": "skip", "outline": "solid", "next": True}


async def test_only_what_does_not_work_can_be_shown() -> None:
    shown = "[...new Set([...document.querySelectorAll('.row:not([hidden]) .chip')].map((chip) => chip.textContent))]"
    steps = [{"click": "#only"}, {"read": {"shown": shown, "found": "document.getElementById('found').textContent"}}]
    async with serving(everything().sources()) as port:
        (seen,) = await look({"url": f"http://127.0.0.1:{port}/", "steps": steps})
    bad = {"blocked", "partly blocked", "unreachable", "service down", "unresolved"}
    assert set(seen["read"]["shown"]) == bad
    assert seen["read"]["found"] == "6 of 19 rows"


async def test_a_filter_opens_what_it_finds_for_as_long_as_it_is_looked_for() -> None:
    count = "document.querySelectorAll('details.group[open]:not([hidden])').length"
    shown = "[...document.querySelectorAll('.row:not([hidden])')].filter((row) => row.checkVisibility()).length"
    steps = [
        {"read": {"open before": count, "shown before": shown}},
        {"fill": ["#filter", "peer0017"]},
        {"read": {"open": count, "shown": shown}},
        {"fill": ["#filter", ""]},
        {"read": {"open after": count, "shown after": shown}},
    ]
    async with serving(crowd(30).sources()) as port:
        (seen,) = await look({"url": f"http://127.0.0.1:{port}/", "steps": steps})
    read = seen["read"]
    assert (read["open before"], read["shown before"]) == (read["open after"], read["shown after"]) == (0, 0)
    assert (read["open"], read["shown"]) == (5, 6)


async def test_a_thousand_peers_can_be_read_and_become_new() -> None:
    world = crowd(1_000, bad=3)
    world.then = lambda world: world.becomes("PEER0500", Check.SQL, SHUT)
    steps = [
        {"refresh": True},
        {"fill": ["#filter", "peer0500"]},
        {"read": {"live": STATE["live"], "shown": STATE["shown"]}},
    ]
    async with serving(world.sources()) as port:
        looks = [{"url": f"http://127.0.0.1:{port}/", "steps": steps, "width": width} for width in (DESK, PHONE)]
        (seen, _) = await look(*looks)
    assert seen["errors"] == []
    assert seen["overflow"] <= 0
    assert seen["read"] == {"live": "BTS01 to PEER0500, SQL Server (1433): now blocked.", "shown": 6}


async def test_a_row_that_fails_while_it_is_read_comes_up_with_what_was_opened_of_it() -> None:
    """It stood among many that work, and stands above them then."""
    row = '[id="need-0/paths/outbound/sql/PEER0007"]'
    more = f'details{row[:-2]}/more"]'
    steps = [
        {"click": "details.group > summary"},
        {"click": f"{more} > summary"},
        {"focus": f"{row} a"},
        {"refresh": True},
        {
            "read": {
                "open": f"document.querySelector('{more}').open",
                "focus": STATE["focus"],
                "first": "document.querySelector('.row .chip').textContent",
                "apart": f"document.querySelector('{row}').closest('details.rest') === null",
                "rest": "document.querySelector('details.rest').open",
            }
        },
    ]
    world = crowd(24)
    world.then = lambda world: world.becomes("PEER0007", Check.SQL, SHUT)
    async with serving(world.sources()) as port:
        (seen,) = await look({"url": f"http://127.0.0.1:{port}/", "steps": steps})
    assert seen["errors"] == []
    focus = "/paths/outbound/sql/PEER0007"
    assert seen["read"] == {"open": True, "focus": focus, "first": "blocked", "apart": True, "rest": False}
