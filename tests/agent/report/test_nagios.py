"""The line of a monitoring plugin, read as monitoring systems read it."""

import re
from collections.abc import Sequence
from dataclasses import replace

import pytest

from agent.found.exit import Plugin
from agent.ground.path import Check, Direction
from agent.ground.ports import PortSet
from agent.judge.coverage import Coverage, RangeState
from agent.judge.result import Result
from agent.judge.verdict import Cause, Verdict
from agent.report.document import Run
from agent.report.nagios import plugin, unknown
from agent.sso.state import SsoState, Why
from probes.state import State
from tests.agent.seen import PEER, ROUTER, STARTED, at, judgement, outcome, path, result, run
from tests.agent.sso.standing import standing

V, C = Verdict, Cause
# One value as the Monitoring Plugins development guidelines have it.
VALUE = re.compile(r"'((?:[^'=]|'')+)'=(-?[0-9.]+)(s|%)?;([0-9.]*);([0-9.]*);([0-9.]*);([0-9.]*)(?: |$)")


def line(*results: Result, strict: bool = False, **changed: object) -> str:
    return plugin(replace(run(*results), **changed), strict=strict)[0]  # type: ignore[arg-type]


def parsed(text: str) -> tuple[str, str, dict[str, str]]:
    """State, text and performance data, as label and value with its unit."""
    assert len(text.splitlines()) == 1
    found = re.fullmatch(r"SSOREACH (OK|WARNING|CRITICAL|UNKNOWN) - ([^|]+) \| ([^|]+)", text)
    assert found, text
    values = [(each[1], each[2] + (each[3] or "")) for each in VALUE.finditer(found[3])]
    assert VALUE.sub("", found[3]) == ""
    assert len(dict(values)) == len(values)
    return found[1], found[2], dict(values)


def of(check: Check, verdict: Verdict, cause: Cause | None = None, peer: str = "MSS") -> Result:
    return result(verdict, cause, of=path(check, peer=peer))


def opened(check: Check, seconds: float, peer: str = "MSS") -> Result:
    seen = at(PEER, judgement(V.REACHABLE), outcome(State.OPEN, seconds=seconds), outcome(State.FILTERED, seconds=3.0))
    return result(V.REACHABLE, of=path(check, peer=peer), addresses=[seen])


GOOD = of(Check.SQL, V.REACHABLE, peer="SQL01")
ENDPOINT = of(Check.RPC_ENDPOINT, V.REACHABLE)
UNKNOWN_RANGE = of(Check.RPC_RANGE, V.INCONCLUSIVE, C.NO_KNOWN_LISTENER)


def partly(ports: str = "57344-65535") -> Result:
    found = of(Check.RPC_RANGE, V.PARTLY_BLOCKED, C.SILENT_DROP)
    return replace(found, judgement=replace(found.judgement, blocked=PortSet.parse(ports)))


@pytest.mark.parametrize(
    ("results", "usual", "strict"),
    [
        ([GOOD], "OK", "OK"),
        ([], "UNKNOWN", "UNKNOWN"),
        ([GOOD, partly()], "WARNING", "WARNING"),
        *(([GOOD, of(Check.EPM, verdict)], "CRITICAL", "CRITICAL") for verdict in (V.BLOCKED, V.UNREACHABLE)),
        *(([GOOD, of(Check.EPM, verdict)], "CRITICAL", "CRITICAL") for verdict in (V.SERVICE_DOWN, V.UNRESOLVED)),
        *(([GOOD, of(Check.EPM, verdict)], "UNKNOWN", "UNKNOWN") for verdict in (V.INCONCLUSIVE, V.PENDING)),
        ([partly(), of(Check.EPM, V.INCONCLUSIVE)], "WARNING", "WARNING"),
        ([partly(), of(Check.EPM, V.BLOCKED)], "CRITICAL", "CRITICAL"),
        ([ENDPOINT, UNKNOWN_RANGE], "OK", "UNKNOWN"),
        ([GOOD, UNKNOWN_RANGE], "UNKNOWN", "UNKNOWN"),
    ],
)
def test_the_word_and_the_exit_code_agree(results: Sequence[Result], usual: str, strict: str) -> None:
    for is_strict, word in ((False, usual), (True, strict)):
        text, code = plugin(run(*results), strict=is_strict)
        assert parsed(text)[0] == code.name == word


def test_the_codes_are_those_of_the_guidelines() -> None:
    assert {code.name: int(code) for code in Plugin} == {"OK": 0, "WARNING": 1, "CRITICAL": 2, "UNKNOWN": 3}


@pytest.mark.parametrize(
    ("why", "state", "word", "says"),
    [
        (Why.OPEN, SsoState.NORMAL, "OK", None),
        (Why.STOPPED, SsoState.SERVICE_STOPPED, "CRITICAL", "the SSO service does not run"),
        (Why.LOST, SsoState.CACHE_LOST, "CRITICAL", "SSO has lost its cached secret"),
        (Why.SAME, SsoState.ON_CACHE, "OK", "SSO runs on its cached secret: restart nothing"),
        (Why.ABSENT, SsoState.UNKNOWN, "OK", None),
    ],
)
def test_the_state_of_sso_counts_where_the_service_is_of_no_use(
    why: Why, state: SsoState, word: str, says: str | None
) -> None:
    """On its cache its bad path says so: this state alone adds the words."""
    stands = standing(why=why)
    assert stands.state is state
    found, text, _ = parsed(line(GOOD, sso=stands))
    assert found == word
    assert (says in text) if says else "SSO" not in text


def test_it_names_the_path_the_interval_and_the_cause() -> None:
    _, text, _ = parsed(line(GOOD, partly()))
    assert text == (
        "1 of 2 paths of BTS01 reachable; MSS secondary RPC ports partly-blocked by silent-drop: TCP 57344-65535"
    )


def test_who_refuses_is_named() -> None:
    refused = of(Check.EPM, V.BLOCKED, C.ICMP_REJECT)
    refused = replace(refused, judgement=replace(refused.judgement, rejected_by=ROUTER))
    assert f"MSS RPC endpoint mapper blocked by icmp-reject, refused by {ROUTER}" in line(refused)


def test_a_suspect_interval_is_called_one() -> None:
    found = replace(UNKNOWN_RANGE, judgement=replace(UNKNOWN_RANGE.judgement, suspect=PortSet.parse("60000-60099")))
    word, text, _ = parsed(line(ENDPOINT, found))
    assert (word, text.endswith("by no-known-listener: suspect TCP 60000-60099")) == ("UNKNOWN", True)


def test_what_is_told_by_a_peer_is_called_so() -> None:
    told = of(Check.EPM, V.BLOCKED, C.SILENT_DROP)
    told = replace(told, path=replace(told.path, direction=Direction.INBOUND))
    assert "; from MSS RPC endpoint mapper blocked by silent-drop" in line(told)


def test_the_worst_comes_first_and_what_is_only_partly_blocked_behind_what_is_critical() -> None:
    results = [
        of(Check.EPM, V.INCONCLUSIVE, C.QUERY_REFUSED, "A"),
        partly(),
        of(Check.SQL, V.UNREACHABLE, C.NO_ANSWER, "B"),
        of(Check.EPM, V.BLOCKED, C.SILENT_DROP, "C"),
    ]
    assert [part.split()[0] for part in parsed(line(*results))[1].split("; ")] == ["0", "C", "B", "MSS", "A"]


def test_a_range_that_counts_for_nothing_is_mentioned() -> None:
    assert parsed(line(ENDPOINT, UNKNOWN_RANGE))[1].endswith(
        "; 1 not judged, as nobody is known to listen there: secondary RPC ports"
    )


def test_what_is_known_when_it_is_stopped_is_unknown_whatever_it_is() -> None:
    text, code = plugin(run(GOOD, of(Check.EPM, V.BLOCKED)), strict=False, interrupted=True)
    assert (parsed(text)[0], code) == ("UNKNOWN", Plugin.UNKNOWN)
    assert "stopped before everything was asked" in text


def test_performance_data_has_counts_seconds_coverage_and_connect_times() -> None:
    known = opened(Check.RPC_RANGE, 0.004)
    covered = Coverage({RangeState.OPEN: 25, RangeState.UNTESTED: 75, RangeState.EXEMPT: 3})
    known = replace(known, judgement=replace(known.judgement, coverage=covered))
    _, _, values = parsed(line(opened(Check.SQL, 0.0125), opened(Check.SQL, 0.25, "SQL02"), known, partly()))
    assert values == {
        "paths": "4",
        **{str(verdict): {"reachable": "3", "partly-blocked": "1"}.get(verdict, "0") for verdict in Verdict},
        "duration": "1.250s",
        "coverage": "25.00%",
        "slowest sql": "0.250000s",
        "slowest rpc-range": "0.004000s",
        "sql MSS": "0.012500s",
        "sql SQL02": "0.250000s",
        "rpc-range MSS": "0.004000s",
    }


def test_labels_that_would_be_alike_get_numbers() -> None:
    names = ["a" * 100, "a" * 101, "x=y", "x|y", "x'y"]
    labels = [*parsed(line(*(opened(Check.SQL, 0.1, name) for name in names)))[2]][-5:]
    assert labels == ["sql " + "a" * 59 + "…", "sql " + "a" * 59 + "… 2", "sql x_y", "sql x_y 2", "sql x_y 3"]


def big(count: int, verdict: Verdict, seconds: float | None = 0.0123) -> Run:
    """So many peers with all checks."""
    results = [
        replace(
            opened(check, seconds, f"CONTOSO-BIZTALK-{number:03}") if seconds else of(check, V.UNREACHABLE),
            judgement=judgement(verdict, C.SILENT_DROP),
        )
        for number in range(count)
        for check in Check
    ]
    return run(*results)


@pytest.mark.parametrize("verdict", [V.REACHABLE, V.BLOCKED, V.PARTLY_BLOCKED, V.INCONCLUSIVE])
@pytest.mark.parametrize("count", [1, 50, 200, 1000])
def test_the_line_is_bounded_however_many_peers_there_are(verdict: Verdict, count: int) -> None:
    text, _ = plugin(big(count, verdict), strict=True)
    assert len(text.encode()) + 1 < 4096
    _, told, values = parsed(text)
    bad = 0 if verdict is V.REACHABLE else 4 * count
    more = re.search(r"; and (\d+) more$", told)
    assert told.count(";") - bool(more) + (int(more[1]) if more else 0) == bad
    assert values["paths"] == str(4 * count)


def test_names_in_another_script_count_by_their_bytes() -> None:
    long = [of(Check.EPM, V.BLOCKED, C.SILENT_DROP, "主机" * 60 + str(number)) for number in range(100)]
    assert len(line(*long).encode()) < 4096


def test_which_labels_there_are_does_not_depend_on_what_was_found() -> None:
    slow, quick = (plugin(big(200, V.REACHABLE, seconds), strict=False)[0] for seconds in (999.9, 0.001))
    assert [*parsed(slow)[2]] == [*parsed(quick)[2]]
    assert len(parsed(slow)[2]) > 40


def test_a_mistake_is_one_line_and_bounded() -> None:
    text = unknown("a.yaml:3: hosts[0].role: 'king' | is none\na.yaml:9: " + "x" * 10_000)
    assert text.startswith("SSOREACH UNKNOWN - a.yaml:3: hosts[0].role: _king_ _ is none; a.yaml:9: xxx")
    assert len(text) < 1000
    assert "\n" not in text


def test_a_clock_that_went_backwards_makes_no_negative_time() -> None:
    seen = at(PEER, judgement(V.REACHABLE), outcome(State.OPEN, seconds=-5.0))
    odd = result(V.REACHABLE, of=path(Check.SQL), addresses=[seen], started=STARTED)
    assert parsed(line(odd))[2]["sql MSS"] == "0.000000s"
