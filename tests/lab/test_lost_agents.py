"""Agents that are killed, deaf, strangers to each other, or wrong about the time: nobody is accused for it."""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from agent.ground.ports import PortSet

from .agents import KEY, Agent, Plan, once, range_of, running
from .fetch import Metrics
from .overheard import LEASE, Asked, holds
from .rules import drop, forgetful, speechless
from .star import Star, address
from .tapping import tapping
from .watching import Watch, watching

pytestmark = [pytest.mark.lab, pytest.mark.timeout(480)]

PLAN = Plan(samples=4)
RANGE = frozenset(range(20_000, 20_256))
OTHER_KEY = "another site's key, of enough letters to be one"
ME, IT = address("BTS01"), address("MSS")
GRACE = 3.0  # seconds that a machine may be busy with other things


def held(ports: frozenset[int]) -> bool:
    return bool(ports & RANGE)


def none_held(ports: frozenset[int]) -> bool:
    return not ports & RANGE


@pytest.fixture
def master(star: Star, tmp_path: Path) -> Iterator[Agent]:
    with running(star, "MSS", PLAN.write(tmp_path / "MSS")) as agent:
        yield agent


def test_an_agent_that_is_killed_in_the_middle_of_a_lease_leaves_no_listener_and_no_accusation(
    star: Star, master: Agent, tmp_path: Path
) -> None:
    with watching(star["MSS"], tmp_path / "seen") as watch, star.between(drop(ME, IT, "20000-20255")):
        asked = once(star, "BTS01", PLAN.write(tmp_path / "BTS01"))
        watch.until(held, 30)
        master.kill()
        watch.until(none_held, 5)
        path = asked.range()
    print(path)
    assert (path["verdict"], path["cause"]) == ("inconclusive", "agent-silent")
    assert path["blocked"] == []


def test_agents_notice_that_another_one_is_gone_and_that_it_is_back(star: Star, tmp_path: Path) -> None:
    plan = replace(PLAN, interval="10s", samples=1)
    files = {host: plan.write(tmp_path / host) for host in ("BTS01", "MSS")}

    def comes_to(verdict: str, up: int) -> None:
        wanted = verdict, up
        agent.until(lambda metrics: (_verdict(metrics), metrics.value("peer_agent_up", peer="MSS")) == wanted, 90)

    with running(star, "BTS01", files["BTS01"]) as agent:
        with running(star, "MSS", files["MSS"]) as master:
            comes_to("reachable", 1)
            assert range_of({"paths": agent.paths()}, "MSS")["evidence"] == "held"
            master.kill()
        comes_to("inconclusive", 0)
        path = range_of({"paths": agent.paths()}, "MSS")
        assert (path["cause"], path["evidence"]) == ("agent-silent", "none")
        assert (path["blocked"], path["suspect"]) == ([], [])
        with running(star, "MSS", files["MSS"]):
            comes_to("reachable", 1)


def _verdict(metrics: Metrics) -> str:
    rows = metrics.rows("path_verdict", peer="MSS", check="rpc-range", direction="outbound")
    return next((labels["verdict"] for labels, value in rows if value == 1), "")


def test_no_listener_exists_outside_of_a_lease(star: Star, tmp_path: Path) -> None:
    """Two agents, and one who asks in between; both TCP tables from before the first lease until after the last."""
    plan = replace(PLAN, interval="10s", samples=1)
    with (
        watching(star["MSS"], tmp_path / "there") as there,
        watching(star["BTS01"], tmp_path / "here") as here,
        tapping(star, "MSS") as tap,
    ):
        with running(star, "MSS", plan.write(tmp_path / "MSS")), running(star, "BTS01", plan.write(tmp_path / "BTS01")):
            there.until(held, 60)
            here.until(held, 60)
            path = once(star, "BTS01", plan.write(tmp_path / "BTS01")).range()
            there.until(held, 60)
            there.until(none_held, 60)
        there.until(none_held, 5)
        here.until(none_held, 5)
        asked = holds(tap.heard())
    assert path["evidence"] == "held"
    for watch, host in ((there, "MSS"), (here, "BTS01")):
        only_in_leases(watch, [each for each in asked if each.at == address(host)], address(host))


def only_in_leases(watch: Watch, asked: list[Asked], host: str) -> None:
    """Every listener that was seen was asked for, at the address where it was, and went when its lease was over."""
    seen = 0
    for sighting, until in itertools.pairwise(watch.sightings()):
        for where, port in sighting.listeners:
            if port in RANGE:
                seen += 1
                times = [each.seconds for each in asked if port in each.ports]
                assert where == host
                assert covered(sighting.seconds, until.seconds, times), f"{port} is nobody's"
    assert seen


def covered(begin: float, end: float, times: list[float]) -> bool:
    """Whether leases that were asked for at these times last from the beginning to the end."""
    for asked in sorted(times):
        if asked <= begin + GRACE:
            begin = max(begin, asked + LEASE + GRACE)
    return begin >= end


def test_a_told_agent_closes_what_it_holds(star: Star, master: Agent, tmp_path: Path) -> None:
    with watching(star["MSS"], tmp_path / "seen") as watch:
        asked = once(star, "BTS01", PLAN.write(tmp_path / "BTS01"))
        watch.until(held, 30)
        assert master.stop() == 0
        watch.until(lambda ports: not ports, 5)
        assert asked.range()["blocked"] == []
    assert "Traceback" not in master.log


def test_where_no_datagram_gets_through_nobody_is_accused(star: Star, master: Agent, tmp_path: Path) -> None:
    with star.between(speechless(ME, IT), drop(ME, IT, "20100-20199")):
        path = once(star, "BTS01", PLAN.write(tmp_path / "BTS01")).range()
    print(path)
    assert (path["verdict"], path["cause"]) == ("inconclusive", "agent-silent")
    assert path["blocked"] == []
    assert "10135" in path["detail"] + path["remedy"]


def test_who_has_another_key_is_not_answered_and_is_counted(star: Star, master: Agent, tmp_path: Path) -> None:
    with watching(star["MSS"], tmp_path / "seen") as watch:
        path = once(star, "BTS01", replace(PLAN, keys=(OTHER_KEY,)).write(tmp_path / "BTS01")).range()
    assert (path["verdict"], path["cause"]) == ("inconclusive", "agent-silent")
    assert (master.metrics().value("rendezvous_dropped_total", reason="mac") or 0) > 0
    assert not any(port in RANGE for each in watch.sightings() for _, port in each.listeners)


def test_while_a_key_is_changed_old_and_new_understand_each_other(star: Star, tmp_path: Path) -> None:
    """The master has the new key already, and the old one still; the other comes next. The counter tells when."""
    with running(star, "MSS", replace(PLAN, keys=(OTHER_KEY, KEY)).write(tmp_path / "MSS")) as master:
        old = once(star, "BTS01", PLAN.write(tmp_path / "BTS01")).range()
        before = master.metrics()
        new = once(star, "BTS01", replace(PLAN, keys=(OTHER_KEY, KEY)).write(tmp_path / "BTS01")).range()
        after = master.metrics()
    assert (old["verdict"], old["evidence"]) == (new["verdict"], new["evidence"]) == ("reachable", "held")
    (current, previous), (current_then, previous_then) = map(_used, (before, after))
    assert current == 0 < previous
    assert current_then > 0
    assert previous_then == previous


def _used(metrics: Metrics) -> list[float]:
    """How often the current key and the previous one were used."""
    return [metrics.total("rendezvous_key_used_total", key=key) for key in ("current", "previous")]


def test_clocks_that_are_ten_minutes_apart_do_not_matter_and_are_told(star: Star, tmp_path: Path) -> None:
    with (
        running(star, "MSS", PLAN.write(tmp_path / "MSS"), skew=600),
        running(star, "BTS01", PLAN.write(tmp_path / "BTS01")) as agent,
        star.between(drop(ME, IT, "20100-20255")),
    ):
        path = once(star, "BTS01", PLAN.write(tmp_path / "once")).range()
        metrics = agent.until(lambda metrics: metrics.value("peer_clock_offset_seconds", peer="MSS") is not None)
    assert (path["verdict"], path["cause"], path["blocked"]) == ("partly-blocked", "silent-drop", ["20100-20255"])
    offset = metrics.value("peer_clock_offset_seconds", peer="MSS")
    assert offset is not None
    assert abs(offset) == pytest.approx(600, abs=30)


def test_lost_datagrams_make_no_verdict_wrong(star: Star, master: Agent, tmp_path: Path) -> None:
    shut = range(20_100, 20_200)
    with star.between(forgetful(30), drop(ME, IT, "20100-20199")):
        path = once(star, "BTS01", PLAN.write(tmp_path / "BTS01")).range()
    print(path)
    assert path["verdict"] in ("partly-blocked", "inconclusive")
    assert path["suspect"] + path["blocked"] == ["20100-20199"]
    assert not any(port in shut for text in path["passes"] for port in PortSet.parse(text))
