"""Ports where somebody listened are remembered for 30 days, whatever the clock does meanwhile."""

import json
import time

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.rendezvous.ownports import LONGEST_STEP, MEMORY, OwnPorts, since_boot

NOW = 1_700_000_000.0
YEAR = 365 * 86_400.0


def watch(ports: OwnPorts, seconds: float, begin: float = NOW) -> float:
    """So long, nobody listening; when it ends."""
    for step in range(1, int(seconds / LONGEST_STEP) + 1):
        ports.note([], begin + step * LONGEST_STEP)
    return begin + seconds


@pytest.fixture
def ports() -> OwnPorts:
    made = OwnPorts()
    made.note([135, 50000], NOW)
    return made


def test_port_where_somebody_listened_is_remembered_for_thirty_days(ports: OwnPorts) -> None:
    assert not OwnPorts().seen(135, NOW)
    assert not ports.seen(136, NOW)
    end = watch(ports, MEMORY - LONGEST_STEP)
    assert ports.seen(135, end)
    ports.note([50000], end)
    assert ports.seen(135, end + LONGEST_STEP - 1)
    assert not ports.seen(135, end + LONGEST_STEP)
    assert ports.seen(50000, end + LONGEST_STEP)
    ports.note([], end + LONGEST_STEP)
    assert "135" not in json.dumps(ports.state())


times = st.floats(-1e12, 1e12) | st.sampled_from([0.0, NOW, NOW - YEAR, NOW + YEAR])


@given(st.lists(times, max_size=50), times, st.booleans())
def test_no_clock_makes_it_forget_sooner(clock: list[float], now: float, restarted: bool) -> None:
    ports = OwnPorts()
    ports.note([135], NOW)
    for moment in clock:
        ports.note([], moment)
        if restarted:
            state = json.loads(json.dumps(ports.state()))
            ports = OwnPorts()
            ports.restore(state, moment)
    assert ports.seen(135, now)


def test_clock_that_was_far_ahead_or_behind_for_a_while_makes_it_forget_no_later(ports: OwnPorts) -> None:
    ports.note([], NOW + YEAR)
    ports.note([], NOW - YEAR)
    end = watch(ports, MEMORY, NOW - YEAR)
    assert not ports.seen(135, end)


def test_what_is_seen_outlives_a_restart_and_time_off_does_not_count(ports: OwnPorts) -> None:
    end = watch(ports, MEMORY / 2)
    later = OwnPorts()
    later.restore(json.loads(json.dumps(ports.state())), end + YEAR)
    assert later.seen(135, end + YEAR)
    end = watch(later, MEMORY / 2 - LONGEST_STEP, end + YEAR)
    assert later.seen(135, end)
    assert not later.seen(135, watch(later, LONGEST_STEP, end))


@given(st.dictionaries(st.integers(1, 65535), st.floats(0, 1e6), max_size=5), st.floats(0, 1e6))
def test_state_is_understood_again(noted: dict[int, float], more: float) -> None:
    ports = OwnPorts()
    now = NOW
    for port, passed in noted.items():
        now += passed
        ports.note([port], now)
    ports.note([], now + more)
    again = OwnPorts()
    again.restore(json.loads(json.dumps(ports.state())), now)
    assert all(again.seen(port, now) for port in noted)
    assert again.state() == ports.state()


def test_state_of_all_ports_is_small_enough_for_a_file() -> None:
    ports = OwnPorts()
    ports.restore({"watched": 10**9, "ports": {}}, NOW)
    ports.note(range(1, 65536), NOW)
    assert len(json.dumps(ports.state())) < 2 << 20


@pytest.mark.parametrize(
    "state",
    [
        {},
        {"watched": 5},
        {"ports": {}},
        {"watched": "5", "ports": {}},
        {"watched": True, "ports": {}},
        {"watched": -1, "ports": {}},
        {"watched": 1e400, "ports": {}},
        {"watched": 10**400, "ports": {}},
        {"watched": float("nan"), "ports": {}},
        {"watched": 5, "ports": [135]},
        {"watched": 5, "ports": {"135": None}},
        {"watched": 5, "ports": {"135": -1}},
        {"watched": 5, "ports": {"135": 6}},
        {"watched": 5, "ports": {"0": 5}},
        {"watched": 5, "ports": {"65536": 5}},
        {"watched": 5, "ports": {"epmap": 5}},
        {"watched": 5, "ports": {"9" * 5000: 5}},
    ],
    ids=lambda state: str(state)[:60],
)
def test_damaged_state_is_refused_and_changes_nothing(ports: OwnPorts, state: dict[str, object]) -> None:
    before = ports.state()
    with pytest.raises(ValueError, match=r"."):
        ports.restore(state, NOW)
    assert ports.state() == before


def test_time_since_the_host_started_is_never_negative(monkeypatch: pytest.MonkeyPatch) -> None:
    found = since_boot(time.time())
    assert found is not None
    assert found > 0
    monkeypatch.setattr(psutil, "boot_time", lambda: NOW)
    assert since_boot(NOW + 5) == 5
    assert since_boot(NOW - 5) == 0


@pytest.mark.parametrize("error", [psutil.AccessDenied(), OSError(), RuntimeError("no btime")])
def test_host_that_does_not_tell_when_it_started(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def refuse() -> float:
        raise error

    monkeypatch.setattr(psutil, "boot_time", refuse)
    assert since_boot(NOW) is None
