"""Loading anew, by itself: one at a time, whatever the disk does, and a bad file says so and changes nothing."""

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from agent.config.load import parse
from agent.site.setup import Setup, set_up
from agent.site.topology import site_of
from agent.term.reload import Loaded, Loading, Reloads, UnusableError, what_takes_a_restart
from tests.held import HeldClock

SITE = """\
site: contoso
hosts:
  - {name: BTS01, role: processing, address: 192.0.2.11}
  - {name: BTS02, role: processing, address: 192.0.2.12}
  - {name: MSS, role: master-secret, address: 192.0.2.31}
  - {name: SQL01, role: sso-database, address: 192.0.2.41}
"""


def setup_of(text: str = SITE, host: str = "BTS01") -> Setup:
    config = parse(text, "test", Path("/etc/ssoreach"))
    return set_up(config, next(each for each in site_of(config).sources() if each.name == host))


class Origin:
    """What is loaded next, or raised; and what was taken."""

    def __init__(self) -> None:
        self.next: list[Loaded | Exception] = []
        self.taken: list[Loaded] = []
        self.goes_on = threading.Event()
        self.goes_on.set()
        self.cannot_take: Exception | None = None

    def load(self) -> Loaded:
        found = self.next.pop(0)
        assert self.goes_on.wait(30)
        if isinstance(found, Exception):
            raise found
        return found

    def took(self, loaded: Loaded) -> None:
        self.taken.append(loaded)
        if self.cannot_take is not None:
            raise self.cannot_take


class Bench:
    """Reloads of an agent that only notes what it was switched to."""

    def __init__(self) -> None:
        self.clock = HeldClock()
        self.origin = Origin()
        self.loading = Loading(1.0)
        self.switched: list[Loaded] = []
        self.switch: Callable[[Loaded], Awaitable[None]] = self._note
        self.reloads = Reloads(self.origin, lambda loaded: self.switch(loaded), self.loading, self.clock)

    async def _note(self, loaded: Loaded) -> None:
        self.switched.append(loaded)

    @property
    def state(self) -> tuple[bool, float]:
        return self.loading.good, self.loading.at


GOOD = Loaded(setup_of(), None)


@pytest.fixture
def bench() -> Bench:
    return Bench()


def lines(caplog: pytest.LogCaptureFixture) -> list[tuple[int, str, dict[str, object]]]:
    return [(each.levelno, each.getMessage(), getattr(each, "fields", {})) for each in caplog.records]


async def test_a_good_one_is_in_force_kept_and_said(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    bench.origin.next = [GOOD]
    with caplog.at_level(logging.INFO, "ssoreach"):
        assert await bench.reloads.reload() == []
    assert (bench.switched, bench.origin.taken) == ([GOOD], [GOOD])
    assert bench.state == (True, bench.clock.time())
    assert lines(caplog) == [(logging.INFO, "the configuration was loaded anew", {"sha256": GOOD.setup.config.sha256})]


async def test_a_bad_one_is_said_line_by_line_and_changes_nothing(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    bench.origin.next = [UnusableError(["line 3: no", "line 4: neither"]), GOOD]
    with caplog.at_level(logging.INFO, "ssoreach"):
        assert [*await bench.reloads.reload()] == ["line 3: no", "line 4: neither"]
    assert (bench.switched, bench.origin.taken, bench.state) == ([], [], (False, 1.0))
    assert lines(caplog) == [
        (logging.ERROR, "the configuration was not loaded anew", {"mistake": mistake})
        for mistake in ("line 3: no", "line 4: neither")
    ]
    assert await bench.reloads.reload() == []
    assert bench.state == (True, bench.clock.time())


async def test_one_that_cannot_come_into_force_is_not_kept(bench: Bench) -> None:
    async def refuse(loaded: Loaded) -> None:
        raise UnusableError(["site: a change takes a restart"])

    bench.origin.next, bench.switch = [GOOD], refuse
    assert [*await bench.reloads.reload()] == ["site: a change takes a restart"]
    assert (bench.origin.taken, bench.state) == ([], (False, 1.0))


async def test_a_fault_of_ours_is_told_as_one_and_the_next_one_may_do(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    bench.origin.next = [ZeroDivisionError("secret text"), GOOD]
    (told,) = await bench.reloads.reload()
    assert told == "a fault of this agent: ZeroDivisionError"
    assert "secret text" not in told
    assert any(record.exc_info for record in caplog.records)
    assert await bench.reloads.reload() == []


async def test_a_disk_that_hangs_is_not_waited_for(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.term.reload.LONGEST", 0.05)
    bench.origin.goes_on.clear()
    bench.origin.next = [Loaded(setup_of(), None, text="late"), GOOD]
    (told,) = await bench.reloads.reload()
    assert "the disk did not answer" in told
    assert bench.state == (False, 1.0)
    monkeypatch.setattr("agent.term.reload.LONGEST", 30.0)
    bench.origin.goes_on.set()  # what was given up comes in the end, and is nobody's any more
    assert await bench.reloads.reload() == []
    assert bench.switched == bench.origin.taken == [GOOD]


@pytest.mark.parametrize("error", [OSError("no space"), RuntimeError("can't start new thread"), TimeoutError()])
async def test_one_that_cannot_be_kept_is_in_force_all_the_same(
    bench: Bench, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    bench.origin.next, bench.origin.cannot_take = [GOOD], error
    assert await bench.reloads.reload() == []
    assert bench.state == (True, bench.clock.time())
    assert [(level, text) for level, text, _ in lines(caplog)][:1] == [
        (logging.WARNING, "the last good configuration cannot be kept")
    ]


async def test_two_at_once_come_one_after_the_other(bench: Bench) -> None:
    order, going = list[str](), asyncio.Event()

    async def slow(loaded: Loaded) -> None:
        order.append(f"begin {loaded.text}")
        await going.wait()
        order.append(f"end {loaded.text}")

    bench.switch = slow
    bench.origin.next = [Loaded(GOOD.setup, None, text=text) for text in ("1", "2", "3")]
    tasks = [asyncio.create_task(bench.reloads.reload()) for _ in range(3)]
    async with asyncio.timeout(30):
        while not order:  # noqa: ASYNC110 - a thread has read it
            await asyncio.sleep(0.001)
    going.set()
    await asyncio.gather(*tasks)
    assert order == ["begin 1", "end 1", "begin 2", "end 2", "begin 3", "end 3"]


async def test_the_newest_file_decides_what_is_shown(bench: Bench) -> None:
    bench.origin.next = [GOOD, UnusableError(["no"]), GOOD, UnusableError(["no"])]
    shown = []
    for _ in range(4):
        await bench.reloads.reload()
        shown.append(bench.loading.good)
    assert shown == [True, False, True, False]


@pytest.mark.parametrize(
    ("text", "host", "said"),
    [
        (SITE, "BTS01", []),
        (SITE.replace("contoso", "fabrikam"), "BTS01", ["site: "]),
        (f"state_dir: elsewhere\n{SITE}", "BTS01", ["state_dir: "]),
        (SITE, "BTS02", ["this machine is BTS01, and BTS02 in the new file"]),
        (f"state_dir: x\n{SITE}".replace("contoso", "y"), "BTS02", ["site: ", "state_dir: ", "this machine is"]),
        (f"schedule: {{interval: 10s}}\nsso: {{service: OTHER}}\nlog: {{level: debug}}\n{SITE}", "BTS01", []),
        (f"web: {{listen: '127.0.0.1:1'}}\nrendezvous: {{listen: '127.0.0.1:2'}}\n{SITE}", "BTS01", []),
    ],
)
def test_what_a_running_agent_cannot_change(text: str, host: str, said: list[str]) -> None:
    found = [*what_takes_a_restart(setup_of(), setup_of(text, host))]
    assert len(found) == len(said)
    assert all(line.startswith(begins) for line, begins in zip(found, said, strict=True))
