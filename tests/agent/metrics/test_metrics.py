"""The exposition: every series from the start, and nothing in it that may not be there."""

import asyncio
import math
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from agent.found.entry import BUCKETS
from agent.found.ledger import Ledger
from agent.ground.path import Check, Direction
from agent.ground.ports import PortSet
from agent.judge.coverage import Coverage, RangeState
from agent.judge.verdict import Cause, Judgement, Verdict
from agent.metrics import Process, Rendezvous, Snapshot, expose
from agent.metrics.this_process import this_process
from probes.state import State
from probes.wire.rendezvous.frame import Drop
from tests.agent.seen import PEER, STARTED, at, judgement, outcome, path, result
from tests.held import HeldClock

SQL, EPM, RPC = path(Check.SQL, peer="SQL01"), path(Check.EPM), path(Check.RPC_RANGE)
THIS = Process(1.5, 2_000_000, 3_000_000, STARTED, 12, 1024)

PATH = {"peer", "check", "direction"}
RANGE = {"peer", "direction"}
# Every series that has a value before anything was measured: name, labels, number of series for three paths.
FROM_THE_START = {
    "ssoreach_path_reachable": (PATH, 3),
    "ssoreach_path_verdict": (PATH | {"verdict"}, 3 * 8),
    "ssoreach_path_unreachable_seconds_total": (PATH, 3),
    "ssoreach_attempts_total": ({"peer", "check", "state"}, 3 * 11),
    "ssoreach_attempts_skipped_total": ({"reason"}, 2),
    "ssoreach_connect_duration_seconds_bucket": ({"peer", "check", "le"}, 3 * 16),
    "ssoreach_connect_duration_seconds_count": ({"peer", "check"}, 3),
    "ssoreach_connect_duration_seconds_sum": ({"peer", "check"}, 3),
    "ssoreach_rpc_range_ports": (RANGE | {"state"}, 5),
    "ssoreach_rpc_range_coverage_ratio": (RANGE, 1),
    "ssoreach_rpc_range_largest_untested_ports": (RANGE, 1),
    "ssoreach_rpc_range_blocked_intervals": (RANGE, 1),
    "ssoreach_rpc_range_suspect_ports": (RANGE, 1),
    "ssoreach_build_info": ({"version"}, 1),
    "ssoreach_config_info": ({"sha256"}, 1),
    "ssoreach_config_last_reload_successful": (set(), 1),
    "ssoreach_config_last_reload_success_timestamp_seconds": (set(), 1),
    "ssoreach_event_loop_lag_seconds": (set(), 1),
    "ssoreach_attempts_in_flight": (set(), 1),
    "process_cpu_seconds_total": (set(), 1),
    "process_resident_memory_bytes": (set(), 1),
    "process_virtual_memory_bytes": (set(), 1),
    "process_start_time_seconds": (set(), 1),
    "process_open_fds": (set(), 1),
    "process_max_fds": (set(), 1),
}
LATER = {"ssoreach_path_last_run_timestamp_seconds", "ssoreach_path_last_reachable_timestamp_seconds"}
NOT_AT_ZERO = {
    "ssoreach_rpc_range_ports",
    "ssoreach_rpc_range_largest_untested_ports",
    "ssoreach_path_verdict",
    "ssoreach_build_info",
    "ssoreach_config_info",
    "ssoreach_config_last_reload_successful",
    "ssoreach_config_last_reload_success_timestamp_seconds",
}


def ledger() -> Ledger:
    return Ledger([SQL, EPM, RPC], HeldClock())


def snapshot(of: Ledger) -> Snapshot:
    return Snapshot(of.snapshot(), "0.1.0", "ab" * 32, STARTED, 0.0, 0, dict(of.skipped), THIS)


def parsed(text: bytes) -> Iterator[Sample]:
    for family in text_string_to_metric_families(text.decode()):
        yield from family.samples


def samples(of: Ledger) -> list[Sample]:
    return list(parsed(expose(snapshot(of))))


def value(found: list[Sample], name: str, **labels: str) -> float:
    (only,) = [each for each in found if each.name == name and labels.items() <= each.labels.items()]
    return float(only.value)


def test_every_series_is_there_from_the_start() -> None:
    found = samples(ledger())
    series: dict[str, list[Sample]] = {}
    for each in found:
        series.setdefault(each.name, []).append(each)
    assert {name: (set(of[0].labels), len(of)) for name, of in series.items()} == FROM_THE_START


def test_whatever_counts_or_measures_starts_at_zero() -> None:
    for each in samples(ledger()):
        if each.name.startswith("ssoreach_") and each.name not in NOT_AT_ZERO:
            assert each.value == 0.0, each


def test_timestamps_are_absent_until_there_is_one() -> None:
    kept = ledger()
    assert not {each.name for each in samples(kept)} & LATER
    kept.record(result(Verdict.UNREACHABLE, Cause.NO_ANSWER, of=EPM, started=STARTED, seconds=3.0))
    found = samples(kept)
    assert value(found, "ssoreach_path_last_run_timestamp_seconds", check="epm") == STARTED + 3
    assert "ssoreach_path_last_reachable_timestamp_seconds" not in {each.name for each in found}
    kept.record(result(Verdict.REACHABLE, of=EPM, started=STARTED + 60, seconds=0.5))
    assert value(samples(kept), "ssoreach_path_last_reachable_timestamp_seconds") == STARTED + 60.5


@pytest.mark.parametrize("verdict", Verdict)
def test_exactly_one_verdict_is_one(verdict: Verdict) -> None:
    kept = ledger()
    if verdict is not Verdict.PENDING:
        kept.record(result(verdict, of=EPM))
    found = [s for s in samples(kept) if s.name == "ssoreach_path_verdict" and s.labels["check"] == "epm"]
    assert {each.labels["verdict"] for each in found} == {str(each) for each in Verdict}
    assert [each.labels["verdict"] for each in found if each.value] == [str(verdict)]
    assert sum(each.value for each in found) == 1
    assert value(samples(kept), "ssoreach_path_reachable", check="epm") == (verdict is Verdict.REACHABLE)


def test_counters_and_histograms() -> None:
    kept = ledger()
    seen = [outcome(State.OPEN, seconds=seconds) for seconds in (0.0004, 0.003, 0.003, 1.2, 30.0)]
    seen.append(outcome(State.FILTERED))
    kept.record(result(of=EPM, addresses=[at(PEER, judgement(Verdict.REACHABLE), *seen)]))
    found = samples(kept)
    assert value(found, "ssoreach_attempts_total", check="epm", state="open") == 5
    assert value(found, "ssoreach_attempts_total", check="epm", state="filtered") == 1
    assert value(found, "ssoreach_attempts_total", check="sql", state="open") == 0
    buckets = {
        float(each.labels["le"]): each.value
        for each in found
        if each.name == "ssoreach_connect_duration_seconds_bucket" and each.labels["check"] == "epm"
    }
    assert list(buckets) == [*BUCKETS, math.inf]
    assert list(buckets.values()) == sorted(buckets.values())
    assert (buckets[0.0005], buckets[0.0025], buckets[0.005], buckets[0.95], buckets[1.5]) == (1, 1, 3, 3, 4)
    assert buckets[10.0] == 4
    assert buckets[math.inf] == value(found, "ssoreach_connect_duration_seconds_count", check="epm") == 5
    assert value(found, "ssoreach_connect_duration_seconds_sum", check="epm") == pytest.approx(31.2064)


async def test_the_seconds_without_the_path_grow() -> None:
    clock = HeldClock()
    kept = Ledger([EPM], clock)
    kept.record(result(Verdict.BLOCKED, Cause.SILENT_DROP, of=EPM))
    await clock.advance(90.0)
    assert value(samples(kept), "ssoreach_path_unreachable_seconds_total") == 90.0


def test_rounds_that_were_left_out_are_counted_by_reason() -> None:
    kept = ledger()
    kept.skipped["overrun"] += 2
    assert value(samples(kept), "ssoreach_attempts_skipped_total", reason="overrun") == 2


def test_labels_are_configured_names_and_closed_lists() -> None:
    kept = ledger()
    seen = outcome(State.LOCAL_FAULT, address="198.51.100.77", detail="EVIL text\n# HELP x")
    kept.record(
        result(
            Verdict.BLOCKED,
            Cause.SILENT_DROP,
            of=EPM,
            detail="EVIL",
            addresses=[at(PEER, judgement(Verdict.BLOCKED), seen)],
        )
    )
    text = expose(snapshot(kept)).decode()
    assert "EVIL" not in text
    assert PEER not in text
    assert "198.51.100.77" not in text
    assert "49152" not in text
    closed = {
        "check": {str(each) for each in Check},
        "direction": {"outbound", "inbound"},
        "verdict": {str(each) for each in Verdict},
        "state": {str(each) for each in State},
        "peer": {"SQL01", "MSS"},
        "reason": {"fault", "overrun"},
    }
    for each in parsed(text.encode()):
        of_range = {"state": {str(state) for state in RangeState}} if "rpc_range" in each.name else {}
        for label, content in each.labels.items():
            assert content in {**closed, **of_range}.get(label, {content}), each
            assert label in {*closed, "le", "version", "sha256"}


def of_range(judged: Judgement) -> list[Sample]:
    kept = ledger()
    kept.record(replace(result(of=RPC), judgement=judged))
    return samples(kept)


def test_the_ports_of_a_range_sum_up_to_it() -> None:
    ports = {RangeState.OPEN: 40, RangeState.BLOCKED: 5, RangeState.INCONCLUSIVE: 1, RangeState.EXEMPT: 3}
    known = Coverage(ports | {RangeState.UNTESTED: 16_335}, 900, last_full_pass=STARTED)
    found = of_range(Judgement(Verdict.REACHABLE, coverage=known))
    shown = {each.labels["state"]: each.value for each in found if each.name == "ssoreach_rpc_range_ports"}
    assert shown == {"open": 40, "blocked": 5, "inconclusive": 1, "exempt": 3, "untested": 16_335}
    assert sum(shown.values()) == 16_384
    assert value(found, "ssoreach_rpc_range_coverage_ratio") == pytest.approx(46 / 16_381)
    assert value(found, "ssoreach_rpc_range_largest_untested_ports") == 900
    assert value(found, "ssoreach_rpc_range_last_full_pass_timestamp_seconds") == STARTED


def test_blocked_ports_are_values_and_have_none_until_there_are_some() -> None:
    names = {"ssoreach_rpc_range_first_blocked_port", "ssoreach_rpc_range_last_blocked_port"}
    assert not names & {each.name for each in of_range(Judgement(Verdict.REACHABLE))}
    blocked, suspect = PortSet.parse("50000-50009,60000"), PortSet.parse("61000-61099")
    found = of_range(Judgement(Verdict.PARTLY_BLOCKED, Cause.ICMP_REJECT, blocked=blocked, suspect=suspect))
    assert value(found, "ssoreach_rpc_range_first_blocked_port") == 50_000
    assert value(found, "ssoreach_rpc_range_last_blocked_port") == 60_000
    assert value(found, "ssoreach_rpc_range_blocked_intervals") == 2
    assert value(found, "ssoreach_rpc_range_suspect_ports") == 100


def test_a_name_that_needs_escaping_is_escaped() -> None:
    odd = path(Check.EPM, peer='we"ird\\na\nme')
    found = samples(Ledger([odd], HeldClock()))
    assert {each.labels["peer"] for each in found if "peer" in each.labels} == {'we"ird\\na\nme'}


def test_two_readings_do_not_interfere() -> None:
    kept = ledger()
    before = snapshot(kept)
    first = expose(before)
    kept.record(result(Verdict.REACHABLE, of=EPM))
    assert expose(snapshot(kept)) != first
    assert expose(before) == first


def test_a_registry_that_is_handed_in_is_left_as_it_was() -> None:
    registry = CollectorRegistry()
    once, twice = (expose(snapshot(ledger()), registry) for _ in range(2))
    assert once == twice
    assert list(registry.collect()) == []


async def test_it_can_be_made_in_threads_while_the_ledger_goes_on() -> None:
    kept = ledger()
    before = snapshot(kept)
    readings = [asyncio.create_task(asyncio.to_thread(expose, before)) for _ in range(8)]
    for _ in range(50):
        kept.record(result(Verdict.BLOCKED, Cause.SILENT_DROP, of=EPM))
        await asyncio.sleep(0)
    texts = set(await asyncio.gather(*readings))
    assert texts == {expose(before)}


def test_an_agent_with_nothing_to_probe_has_metrics_too() -> None:
    found = samples(Ledger([], HeldClock()))
    assert value(found, "ssoreach_build_info", version="0.1.0") == 1.0


def test_every_family_is_explained() -> None:
    text = expose(snapshot(ledger())).decode()
    explained = dict(re.findall(r"^# HELP (\S+) (.+)$", text, re.MULTILINE))
    typed = dict(re.findall(r"^# TYPE (\S+) (.+)$", text, re.MULTILINE))
    assert set(explained) == set(typed)
    assert all(sentence.endswith(".") for sentence in explained.values())
    assert {name for name, kind in typed.items() if kind == "counter"} == {n for n in typed if n.endswith("_total")}


def test_what_this_system_does_not_tell_of_the_process_is_left_out() -> None:
    bare = replace(snapshot(ledger()), process=replace(THIS, open_fds=None, max_fds=None))
    names = {each.name for each in parsed(expose(bare))}
    assert "process_cpu_seconds_total" in names
    assert not names & {"process_open_fds", "process_max_fds"}
    assert not any(each.name.startswith("process_") for each in parsed(expose(replace(bare, process=None))))


def test_this_process_in_numbers() -> None:
    found = this_process()
    assert found.cpu_seconds > 0
    assert 1_000_000 < found.resident_bytes < 100_000_000_000
    assert found.start_time > 1_600_000_000
    assert found.open_fds is None or found.open_fds > 2
    assert found.max_fds is None or found.max_fds > (found.open_fds or 0)


# What peers told.

IN_EPM, IN_RPC = (replace(each, direction=Direction.INBOUND) for each in (EPM, RPC))


def both_ways() -> tuple[Ledger, HeldClock]:
    clock = HeldClock()
    return Ledger([EPM, RPC, IN_EPM, IN_RPC], clock), clock


def test_both_directions_have_series_from_the_start_but_attempts_and_ports_are_only_ours() -> None:
    """A peer counts its own attempts; of its ports it tells intervals, and how many it tested."""
    kept, _ = both_ways()
    ways: dict[str, set[str]] = {}
    for each in samples(kept):
        if "direction" in each.labels:
            ways.setdefault(each.name, set()).add(each.labels["direction"])
    assert ways.pop("ssoreach_rpc_range_ports") == {"outbound"}
    assert all(each == {"outbound", "inbound"} for each in ways.values())
    assert len(ways) == 7
    found = samples(kept)
    assert sum(each.name == "ssoreach_attempts_total" for each in found) == 2 * len(State)
    assert value(found, "ssoreach_path_verdict", direction="inbound", check="epm", verdict="pending") == 1.0
    assert value(found, "ssoreach_rpc_range_largest_untested_ports", direction="inbound") == 16_384


def test_of_an_inbound_range_what_was_told_is_shown() -> None:
    kept, clock = both_ways()
    known = Coverage({RangeState.INCONCLUSIVE: 66, RangeState.UNTESTED: 16_318}, 1023)
    blocked = PortSet.parse("57344-65535")
    judged = Judgement(Verdict.PARTLY_BLOCKED, Cause.SILENT_DROP, blocked=blocked, coverage=known)
    kept.record(replace(result(of=IN_RPC, started=clock.time() - 5, seconds=0.0), judgement=judged))
    found = samples(kept)
    labels = {"peer": "MSS", "direction": "inbound"}
    assert value(found, "ssoreach_rpc_range_coverage_ratio", **labels) == pytest.approx(66 / 16_384)
    assert value(found, "ssoreach_rpc_range_largest_untested_ports", **labels) == 1023
    assert value(found, "ssoreach_rpc_range_blocked_intervals", **labels) == 1
    assert value(found, "ssoreach_rpc_range_first_blocked_port", **labels) == 57_344
    assert value(found, "ssoreach_rpc_range_last_blocked_port", **labels) == 65_535
    assert value(found, "ssoreach_path_last_run_timestamp_seconds", **labels) == clock.time() - 5


async def test_a_scrape_sees_at_once_that_a_peer_has_fallen_silent() -> None:
    kept, clock = both_ways()
    kept.record(result(Verdict.BLOCKED, Cause.SILENT_DROP, of=IN_EPM, started=clock.time(), seconds=0.0))
    told = clock.time()
    labels = {"direction": "inbound", "check": "epm"}
    await clock.advance(299.0)
    assert value(samples(kept), "ssoreach_path_verdict", verdict="blocked", **labels) == 1.0
    await clock.advance(1.0)
    found = samples(kept)
    assert value(found, "ssoreach_path_verdict", verdict="blocked", **labels) == 0.0
    assert value(found, "ssoreach_path_verdict", verdict="inconclusive", **labels) == 1.0
    assert value(found, "ssoreach_path_last_run_timestamp_seconds", **labels) == told
    assert value(found, "ssoreach_path_unreachable_seconds_total", **labels) == 300.0


# What agents say to one another.

FIRST = Rendezvous(agents={"MSS": False, "NODE1": False})
OF_RENDEZVOUS = {
    "ssoreach_peer_agent_up": ({"peer"}, 2),
    "ssoreach_rendezvous_dropped_total": ({"reason"}, 10),
    "ssoreach_rendezvous_key_used_total": ({"key"}, 2),
    "ssoreach_rendezvous_listeners": (set(), 1),
}


def of_rendezvous(seen: Rendezvous | None) -> list[Sample]:
    return list(parsed(expose(replace(snapshot(ledger()), rendezvous=seen))))


def test_with_a_key_every_series_of_the_rendezvous_is_there_from_the_start_at_zero() -> None:
    """But for the clocks of peers, which are not known yet."""
    usual = {each.name for each in of_rendezvous(None)}
    series: dict[str, list[Sample]] = {}
    for each in of_rendezvous(FIRST):
        if each.name not in usual:
            series.setdefault(each.name, []).append(each)
            assert each.value == 0.0
    assert {name: (set(of[0].labels), len(of)) for name, of in series.items()} == OF_RENDEZVOUS


def test_without_a_key_there_is_none() -> None:
    names = {each.name for each in of_rendezvous(None)}
    assert names == set(FROM_THE_START)


def test_what_agents_said_is_shown() -> None:
    seen = Rendezvous(
        {"MSS": True, "BTS02": False},
        {"MSS": -600.25},
        {Drop.MAC: 3, "EVIL": 9},
        {"current": 70, "previous": 2, "EVIL": 9},
        12,
    )
    found = of_rendezvous(seen)
    assert value(found, "ssoreach_peer_agent_up", peer="MSS") == 1.0
    assert value(found, "ssoreach_peer_agent_up", peer="BTS02") == 0.0
    offsets = [each for each in found if each.name == "ssoreach_peer_clock_offset_seconds"]
    assert [(each.labels, each.value) for each in offsets] == [({"peer": "MSS"}, -600.25)]
    assert value(found, "ssoreach_rendezvous_dropped_total", reason="mac") == 3
    assert value(found, "ssoreach_rendezvous_key_used_total", key="current") == 70
    assert value(found, "ssoreach_rendezvous_key_used_total", key="previous") == 2
    assert value(found, "ssoreach_rendezvous_listeners") == 12
    assert not [each for each in found if "EVIL" in each.labels.values()]


@pytest.mark.parametrize("reason", Drop)
def test_every_reason_for_a_drop_is_documented(reason: Drop) -> None:
    text = (Path(__file__).parents[3] / "docs" / "metrics.md").read_text(encoding="utf-8")
    assert f"`{reason}`" in text


@pytest.mark.lab
def test_promtool_has_nothing_to_say() -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed")
    kept = ledger()
    kept.record(result(Verdict.REACHABLE, of=EPM))
    kept.record(result(Verdict.BLOCKED, Cause.SILENT_DROP, of=SQL))
    whole = replace(snapshot(kept), rendezvous=Rendezvous({"MSS": True}, {"MSS": -0.25}))
    done = subprocess.run([promtool, "check", "metrics"], input=expose(whole), capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
