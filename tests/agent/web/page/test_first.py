"""The first page that is asked for loads what makes pages, in a thread; the agent has gone without it until then."""

import asyncio
import subprocess
import sys

import pytest

from tests.agent.serving import get, serving

from .everything import everything

PAGES = ("/", "/paths/outbound/rpc-range/MSS", "/paths/outbound/sql/SQL02", "/paths/outbound/sql/NOBODY")


def test_an_agent_that_is_only_scraped_does_without() -> None:
    code = "import sys, agent.app; print({'jinja2', 'rich'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


async def test_the_first_ones_may_come_together() -> None:
    async with serving(everything().sources()) as port:
        replies = await asyncio.gather(*(get(port, target) for target in (*PAGES, *PAGES)))
        assert [reply.status for reply in replies] == [200, 200, 200, 404] * 2
        assert all(b"</html>" in reply.body for reply in replies)


async def test_what_cannot_be_loaded_costs_the_pages_and_for_so_long_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Out of descriptors, for instance, or while an upgrade changes the files."""
    async with serving(everything().sources()) as port:
        with monkeypatch.context() as broken:
            broken.setitem(sys.modules, "agent.web.page.render", None)
            for target in PAGES:
                assert (await get(port, target)).status == 500
            assert (await get(port, "/metrics")).status == 200
            assert (await get(port, "/-/ready")).status == 200
        for target in PAGES:
            assert (await get(port, target)).status == (404 if "NOBODY" in target else 200)
