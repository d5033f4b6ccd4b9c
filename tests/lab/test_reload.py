"""A new configuration for agents that run: real processes, signals, peers, and everything that they send counted."""

import json
import signal
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from .agents import KEY, PORT, Agent, Plan, range_of, running
from .fetch import Metrics
from .mapping import serving
from .namespace import Namespace
from .rules import drop
from .star import Star, address

assert sys.platform == "linux"  # the type checker then leaves this file out elsewhere

pytestmark = [pytest.mark.lab, pytest.mark.timeout(480)]

INTERVAL = 10  # seconds, the shortest that there may be
PLAN = Plan(interval=f"{INTERVAL}s", samples=2)
NEW_KEY = "the lab's next key, which everybody may know, too"
HERE, BTS01, BTS02 = address("MSS"), address("BTS01"), address("BTS02")
ALONE = {"MSS": (HERE,), "BTS01": (BTS01,)}
LOADED, REFUSED = "the configuration was loaded anew", "the configuration was not loaded anew"

# Every connection that is begun, once, however often its SYN is repeated.
COUNTING = """
table inet counting {
  set begun { type ipv4_addr . inet_service . ipv4_addr . inet_service; size 65535; flags dynamic; }
  chain count { type filter hook prerouting priority -300
    tcp flags & (syn | ack) == syn add @begun { ip saddr . tcp sport . ip daddr . tcp dport }
  }
}
"""
SCRAPE = f"""
import json, sys, time, urllib.request
while True:
    with urllib.request.urlopen("http://127.0.0.1:{PORT}/metrics", timeout=5) as answer:
        print(json.dumps([answer.status, answer.read().decode()]), flush=True)
    time.sleep(0.05)
"""


class Reloaded:
    """An agent whose file a test rewrites."""

    def __init__(self, agent: Agent, folder: Path) -> None:
        self.agent = agent
        self.file = folder / "ssoreach.yaml"
        self._folder = folder
        self._count = 0

    def writes(self, plan: Plan) -> None:
        """No two of them say the same: otherwise there would be nothing to bring into force."""
        self._count += 1
        day = f"2026-01-{1 + self._count % 28:02}"
        plan.write(self._folder)
        self.file.write_text(f"{self.file.read_text('utf-8')}sso: {{backup_confirmed: {day}}}\n", "utf-8")

    def hears(self) -> None:
        self.agent._process.send_signal(signal.SIGHUP)

    def takes(self, plan: Plan) -> None:
        """Until it is in force."""
        before = self.agent.log.count(LOADED)
        self.writes(plan)
        self.hears()
        until(lambda: self.agent.log.count(LOADED) > before, self.agent)

    def refuses(self, text: str) -> None:
        before = self.agent.log.count(REFUSED)
        self.file.write_text(text, "utf-8")
        self.hears()
        until(lambda: self.agent.log.count(REFUSED) > before, self.agent)


def until(wanted: Callable[[], bool], agent: Agent, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not wanted():
        assert time.monotonic() < deadline, agent.log
        time.sleep(0.02)


@contextmanager
def reloaded(star: Star, host: str, folder: Path, plan: Plan) -> Iterator[Reloaded]:
    plan.write(folder / host)
    with running(star, host, folder / host / "ssoreach.yaml") as agent:
        yield Reloaded(agent, folder / host)
        assert "Traceback" not in agent.log
        assert agent.stop() == 0, agent.log


def peers(metrics: Metrics) -> set[str]:
    return {labels["peer"] for labels, _ in metrics.rows("path_verdict")}


def verdict(metrics: Metrics, peer: str, check: str = "epm", direction: str = "outbound") -> str:
    rows = metrics.rows("path_verdict", peer=peer, check=check, direction=direction)
    return next((labels["verdict"] for labels, value in rows if value == 1), "")


@contextmanager
def mappers(star: Star) -> Iterator[None]:
    with serving(star["BTS01"], BTS01), serving(star["BTS02"], BTS02), serving(star["MSS"], HERE):
        yield


def test_a_peer_that_comes_is_asked_soon_and_one_that_goes_is_gone_at_once(star: Star, tmp_path: Path) -> None:
    alone = replace(PLAN, addresses=ALONE, interval="60s")
    both = replace(PLAN, interval="60s")
    with mappers(star), reloaded(star, "MSS", tmp_path, alone) as it:
        it.agent.until(lambda metrics: verdict(metrics, "BTS01") == "reachable")
        before = it.agent.metrics()
        assert peers(before) == {"BTS01"}
        it.takes(both)
        began = time.monotonic()
        it.agent.until(lambda metrics: verdict(metrics, "BTS02") == "reachable")
        assert time.monotonic() - began < 20  # of an interval of a minute
        it.takes(alone)
        after = it.agent.until(lambda metrics: peers(metrics) == {"BTS01"}, 5)
    asked = [of.value("attempts_total", peer="BTS01", check="epm", state="open") for of in (before, after)]
    assert asked == [1, 1]
    assert not after.rows("peer_agent_up", peer="BTS02")
    seconds = [of.total("path_unreachable_seconds_total", peer="BTS01") for of in (before, after)]
    assert seconds[0] <= seconds[1]


def test_a_bad_file_keeps_the_old_one_running_until_it_is_mended(star: Star, tmp_path: Path) -> None:
    plan = replace(PLAN, addresses=ALONE)
    with mappers(star), reloaded(star, "MSS", tmp_path, plan) as it:
        before = it.agent.until(lambda metrics: verdict(metrics, "BTS01") == "reachable")
        good = it.file.read_text("utf-8")
        for bad, said in (
            (good.replace("interval: 10s", "interval: 1s"), "shorter than 10s"),
            (good + "\t- {", "not YAML"),
            (good.replace("site: lab", "site: other"), "a change takes a restart"),
            ("", "empty"),
        ):
            it.refuses(bad)
            assert said in it.agent.log
            shown = it.agent.until(lambda metrics: metrics.value("config_last_reload_successful") == 0)
            for name in ("config_last_reload_success_timestamp_seconds", "config_info"):
                assert shown.rows(name) == before.rows(name)
            assert verdict(shown, "BTS01") == "reachable"
        it.takes(replace(plan, samples=1))
        mended = it.agent.until(lambda metrics: metrics.value("config_last_reload_successful") == 1)
        assert mended.rows("config_info") != before.rows("config_info")
        stamps = [of.value("config_last_reload_success_timestamp_seconds") or 0 for of in (before, mended)]
        assert stamps[0] < stamps[1]


def test_it_is_asked_for_over_http_where_that_is_allowed(star: Star, tmp_path: Path) -> None:
    alone = replace(PLAN, addresses=ALONE)
    post = f"""
import sys, urllib.request, urllib.error
try:
    answer = urllib.request.urlopen("http://127.0.0.1:{PORT}/-/reload", data=b"", timeout=60)
except urllib.error.HTTPError as error:
    answer = error
print(answer.status, answer.read().decode())
"""

    def posted() -> str:
        return star["MSS"].python("-I", "-c", post).stdout

    with mappers(star), reloaded(star, "MSS", tmp_path, alone) as it:
        it.writes(PLAN)
        assert not posted().startswith("200")
        assert peers(it.agent.metrics()) == {"BTS01"}
        good = f"{it.file.read_text('utf-8')}web: {{reload_endpoint: true}}\n"
        it.file.write_text(good, "utf-8")
        it.hears()
        it.agent.until(lambda metrics: peers(metrics) == {"BTS01", "BTS02"})
        it.file.write_text(good.replace("role:", "rolle:"), "utf-8")
        answer = posted()
        assert answer.startswith("500")
        assert "rolle" in answer
        it.agent.until(lambda metrics: metrics.value("config_last_reload_successful") == 0, 5)
        it.file.write_text(good, "utf-8")
        assert posted().startswith("200")
        it.agent.until(lambda metrics: metrics.value("config_last_reload_successful") == 1)


def begun(router: Namespace, source: str) -> Counter[tuple[str, int]]:
    """How many connections `source` has begun to each address and port."""
    listed = json.loads(router.run("nft", "-j", "list", "set", "inet", "counting", "begun", check=True).stdout)
    (found,) = [each["set"] for each in listed["nftables"] if "set" in each]
    doors = [each.get("elem", {}).get("val", each)["concat"] for each in found.get("elem", [])]
    return Counter((to, port) for of, _, to, port in doors if of == source)


def test_nothing_is_probed_twice_however_often_a_configuration_comes(star: Star, tmp_path: Path) -> None:
    """Twenty of them in each interval. A mapper is asked once a round, so there are so many connections as rounds."""
    seconds, plan = 3 * INTERVAL, replace(PLAN, addresses=ALONE)

    def seen(samples: tuple[int, ...]) -> tuple[int, int]:
        """Connections to the mapper, and to the range, while configurations come that have so many samples in turn."""
        before, began, count = begun(star.router, HERE), time.monotonic(), 0
        while (spent := time.monotonic() - began) < seconds:
            if samples:
                it.takes(replace(plan, samples=samples[count % len(samples)]))
            count += 1
            time.sleep(max(0.0, began + count * INTERVAL / 20 - time.monotonic()))
        asked = begun(star.router, HERE) - before
        print(samples, count, spent, asked)
        assert spent < seconds + INTERVAL
        return asked[BTS01, 135], sum(many for (_, port), many in asked.items() if port >= 20_000)

    with mappers(star), reloaded(star, "MSS", tmp_path, plan) as it:
        star.router.nft(COUNTING)
        try:
            without, the_same, others = seen(()), seen((2,)), seen((1, 2))
        finally:
            star.router.nft("delete table inet counting\n")
    for mapper, ranged in (without, the_same, others):
        assert 2 <= mapper <= seconds // INTERVAL + 1
        assert 1 <= ranged <= (seconds // INTERVAL + 1) * (PLAN.samples + 2)  # the range's ends


def quiet(document: list[dict[str, object]]) -> list[tuple[object, ...]]:
    """What would be wrong to say of a site in which all is well."""
    return [
        (path["source"], path["peer"], path["check"], path["direction"], path["verdict"], path["cause"])
        for path in document
        if path["check"] in ("epm", "rpc-range") and (path["verdict"], path["cause"]) != ("reachable", None)
    ]


def test_reloads_at_both_ends_in_the_middle_of_rounds_accuse_nobody(star: Star, tmp_path: Path) -> None:
    plan, wrong = replace(PLAN, addresses=ALONE), list[object]()
    with (
        mappers(star),
        reloaded(star, "MSS", tmp_path, plan) as there,
        reloaded(star, "BTS01", tmp_path, plan) as here,
    ):
        both = here.agent, there.agent
        for agent in both:
            agent.until(lambda metrics: metrics.value("config_last_reload_successful") == 1)
            until(lambda agent=agent: quiet(agent.paths()) == [], agent, 60)  # type: ignore[misc]
        for number in range(16):
            one = (here, there)[number % 2]
            one.takes(replace(plan, samples=1 + number // 2 % 2) if number >= 8 else plan)
            stop = time.monotonic() + 2.3
            while time.monotonic() < stop:
                for agent in both:
                    wrong += [(number, agent.host, *each) for each in quiet(agent.paths())]
                    wrong += [
                        (number, agent.host, labels) for labels, up in agent.metrics().rows("peer_agent_up") if up != 1
                    ]
        for agent, peer in ((both[0], "MSS"), (both[1], "BTS01")):
            metrics = agent.until(lambda metrics, peer=peer: metrics.value("peer_agent_up", peer=peer) == 1, 15)  # type: ignore[misc]
            assert metrics.value("rendezvous_dropped_total", reason="mac") == 0
    print(wrong)
    assert wrong == []


def test_what_is_shut_stays_so_and_no_more_of_it(star: Star, tmp_path: Path) -> None:
    plan, shut, seen = replace(PLAN, addresses=ALONE), "20100-20199", set[tuple[object, ...]]()
    with (
        mappers(star),
        star.between(drop(HERE, BTS01, shut)),
        reloaded(star, "BTS01", tmp_path, plan) as there,
        reloaded(star, "MSS", tmp_path, plan) as here,
    ):
        until(lambda: range_of({"paths": here.agent.paths()}, "BTS01")["blocked"] == [shut], here.agent, 200)
        for number in range(10):
            (here, there)[number % 2].takes(replace(plan, samples=1 + number // 2 % 2))
            stop = time.monotonic() + 3
            while time.monotonic() < stop:
                path = range_of({"paths": here.agent.paths()}, "BTS01")
                seen.add((path["verdict"], path["cause"], *path["blocked"]))
        until(lambda: range_of({"paths": here.agent.paths()}, "BTS01")["blocked"] == [shut], here.agent, 60)
    known = "partly-blocked", "silent-drop", shut
    assert known in seen
    assert seen <= {known, ("inconclusive", "silent-drop")}  # a round whose leases were all cut off accuses of nothing


def test_a_key_is_rolled_without_a_restart(star: Star, tmp_path: Path) -> None:
    plan = replace(PLAN, addresses=ALONE)
    with reloaded(star, "MSS", tmp_path, plan) as there, reloaded(star, "BTS01", tmp_path, plan) as here:

        def is_up() -> bool:
            up = [(here.agent, "MSS"), (there.agent, "BTS01")]
            return all(agent.metrics().value("peer_agent_up", peer=peer) == 1 for agent, peer in up)

        until(is_up, here.agent)
        for keys in ((KEY, NEW_KEY), (NEW_KEY, KEY), (NEW_KEY,)):
            for agent in (here, there):
                agent.takes(replace(plan, keys=keys))
                until(is_up, agent.agent, 3 * INTERVAL)
        for agent in (here, there):
            assert agent.agent.metrics().value("rendezvous_dropped_total", reason="mac") == 0
            until(lambda: agent.agent.metrics().total("rendezvous_key_used_total") > 0, agent.agent, 3 * INTERVAL)  # noqa: B023


def test_an_agent_that_was_killed_starts_from_the_last_good_file_and_says_so(star: Star, tmp_path: Path) -> None:
    plan = replace(PLAN, addresses=ALONE)
    file = plan.write(tmp_path / "MSS")
    with mappers(star):
        with running(star, "MSS", file) as agent:
            before = agent.metrics()
            agent.kill()
        good = file.read_text("utf-8")
        for bad in (good.replace("role:", "rolle:"), f"{good}\t- {{", ""):
            file.write_text(bad or good.replace("hosts:", "hosts: ["), "utf-8")
            with running(star, "MSS", file) as agent:
                shown = agent.until(lambda metrics: verdict(metrics, "BTS01") == "reachable")
                assert "error started from the last good configuration" in agent.log
                assert shown.value("config_last_reload_successful") == 0
                assert shown.rows("config_info") == before.rows("config_info")
                assert shown.value("config_last_reload_success_timestamp_seconds") == pytest.approx(
                    before.value("config_last_reload_success_timestamp_seconds"), abs=60
                )
                file.write_text(good, "utf-8")
                agent._process.send_signal(signal.SIGHUP)
                agent.until(lambda metrics: metrics.value("config_last_reload_successful") == 1)
                agent.kill()


def steady(name: str) -> bool:
    """Not so times, which there are only when there are, and what says which configuration it is."""
    return "timestamp" not in name and name != "ssoreach_config_info"


def test_every_scrape_meanwhile_has_the_old_site_or_the_new_one(star: Star, tmp_path: Path) -> None:
    alone, both = replace(PLAN, addresses=ALONE), PLAN
    with mappers(star), reloaded(star, "MSS", tmp_path, both) as it:
        it.agent.until(lambda metrics: verdict(metrics, "BTS02") == "reachable")
        with (tmp_path / "scrapes").open("w", encoding="utf-8") as out:
            scraping = star["MSS"].popen("python3", "-I", "-c", SCRAPE, stdout=out)
            for number in range(20):
                it.takes((alone, both)[number % 2])
                time.sleep(0.6)
            scraping.terminate()
            scraping.wait(10)
    scrapes = [json.loads(line) for line in (tmp_path / "scrapes").read_text("utf-8").splitlines()]
    assert len(scrapes) > 50
    assert {status for status, _ in scrapes} == {200}
    shapes, totals = set[frozenset[object]](), defaultdict[object, float](float)
    for _, body in scrapes:
        rows = [(name, tuple(sorted(labels.items())), value) for name, labels, value in Metrics(body)._samples]
        shapes.add(frozenset((name, labels) for name, labels, _ in rows if steady(name)))
        for name, labels, value in rows:
            if name.endswith("_total") and ("peer", "BTS02") not in labels:
                assert value >= totals[name, labels], (name, labels)
                totals[name, labels] = value
    assert len(shapes) == 2
    assert sum(totals.values()) > 0


def test_signals_at_any_time_end_nothing(star: Star, tmp_path: Path) -> None:
    """Hundreds of them from the start on, and while it ends."""
    plan = replace(PLAN, addresses=ALONE)
    with mappers(star), reloaded(star, "MSS", tmp_path, plan) as it:
        descriptors = it.agent.descriptors
        for number in range(300):
            if number % 10 == 0:
                it.writes(replace(plan, samples=1 + number // 10 % 2))
            it.hears()
            time.sleep(0.01)
        until(lambda: it.agent.log.count(LOADED) >= 100, it.agent, 60)
        it.agent.until(lambda metrics: verdict(metrics, "BTS01") == "reachable")
        it.takes(plan)
        assert it.agent.descriptors <= descriptors + 15
        for _ in range(5):
            it.hears()
