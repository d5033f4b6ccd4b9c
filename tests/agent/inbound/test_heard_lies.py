"""What a newer version, another configuration or a liar with the key may tell: bounded, never more than was said."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.ground.path import Check
from agent.ground.ports import PortSet
from agent.inbound.heard import OLDEST, result_of
from agent.inbound.numbers import VERDICTS
from agent.judge.verdict import Cause, Judgement, Proof, Verdict
from agent.report.document import dumps
from agent.report.document import path as as_json
from probes.wire.rendezvous.states import PathState
from tests.agent.inbound.saying import HERE, NOW, PASSES, PEER, SHUT, SIZE, inbound, state, states

V, C = Verdict, Cause


def heard(said: PathState, check: Check = Check.EPM, ports: str = "") -> Judgement:
    return result_of(said, inbound(check, ports=ports), HERE, NOW).judgement


@given(states, st.sampled_from(Check), st.sampled_from([NOW, 0.0]))
def test_whatever_decodes_comes_to_a_result(said: PathState, check: Check, now: float) -> None:
    of = inbound(check)
    found = result_of(PathState.decode(said.encode()), of, HERE, now)
    judged = found.judgement
    assert (judged.cause is None) == (judged.verdict in (V.REACHABLE, V.PENDING))
    assert judged.verdict is V.INCONCLUSIVE or judged.verdict is V.PENDING or said.verdict == VERDICTS[judged.verdict]
    assert now - OLDEST <= found.started <= now or found.started == 0.0
    for ports, told in ((judged.blocked, said.blocked), (judged.passes, said.passes), (judged.suspect, said.suspect)):
        ends = {port for interval in ports.intervals for port in interval}
        assert all(port in of.ports and port in PortSet(told) for port in ends)
        assert check is Check.RPC_RANGE or not ports
    assert judged.tested + judged.largest_untested <= SIZE
    assert judged.coverage is None or judged.coverage.size == SIZE
    shown = json.loads(dumps(as_json(found, HERE)))
    assert (shown["source"], shown["peer"], shown["detail"]) == (PEER, HERE, judged.detail)


@given(states.map(lambda said: replace(said, rejected_by="<b>evil</b>%x")), st.sampled_from(Check))
def test_no_text_of_the_peer_s_is_shown(said: PathState, check: Check) -> None:
    judged = heard(said, check)
    assert judged.rejected_by is None
    assert "evil" not in judged.detail + judged.remedy


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:DB8:0:0::1", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("fe80::1%<script>", "fe80::1"),
        ("firewall.contoso.test", None),
        ("192.0.2.1:135", None),
        ("", None),
    ],
)
def test_only_an_address_is_taken_for_one(told: str, shown: str | None) -> None:
    assert heard(state(V.BLOCKED, C.ICMP_REJECT, rejected_by=told)).rejected_by == shown


def test_nobody_refuses_what_is_reachable() -> None:
    assert heard(state(rejected_by="192.0.2.1")).rejected_by is None


@pytest.mark.parametrize("said", [{"verdict": 9}, {"verdict": 0}, {"verdict": 3, "cause": 99}, {"cause": 200}])
def test_what_a_newer_version_says_is_not_guessed_at(said: dict[str, int]) -> None:
    judged = heard(replace(state(), **said))  # type: ignore[arg-type]
    assert (judged.verdict, judged.cause, judged.evidence) == (V.INCONCLUSIVE, C.AGENT_SILENT, Proof.NONE)
    assert "this version does not know" in judged.detail
    assert "Update this agent" in judged.remedy


def test_evidence_of_a_kind_that_is_not_known_is_none() -> None:
    judged = heard(replace(state(), evidence=77))
    assert (judged.verdict, judged.evidence) == (V.REACHABLE, Proof.NONE)


BELOW = PortSet(((20_000, 20_999),))


@pytest.mark.parametrize(
    ("said", "check"),
    [
        (state(V.REACHABLE, C.SILENT_DROP), Check.EPM),
        (state(V.BLOCKED, None), Check.EPM),
        (state(V.INCONCLUSIVE, None), Check.EPM),
        (state(V.PARTLY_BLOCKED, C.SILENT_DROP, blocked=SHUT), Check.EPM),
        (state(V.BLOCKED, C.SILENT_DROP), Check.RPC_RANGE),
        (state(V.PARTLY_BLOCKED, C.SILENT_DROP, passes=PASSES), Check.RPC_RANGE),
        (state(V.BLOCKED, C.SILENT_DROP, blocked=BELOW), Check.RPC_RANGE),
        (state(V.REACHABLE, None, passes=BELOW), Check.RPC_RANGE),
        (state(V.REACHABLE, None, passes=PASSES, blocked=SHUT), Check.RPC_RANGE),
    ],
)
def test_what_contradicts_itself_or_the_path_accuses_nobody(said: PathState, check: Check) -> None:
    judged = heard(said, check)
    assert (judged.verdict, judged.cause) == (V.INCONCLUSIVE, C.AGENT_SILENT)
    assert (judged.blocked, judged.passes, judged.suspect) == (PortSet(), PortSet(), PortSet())
    assert "contradicts itself" in judged.detail
    assert "Compare the configurations of BTS01 and MSS" in judged.remedy


def test_intervals_are_cut_to_the_range_of_this_host() -> None:
    """Its file may say other dynamic ports than the peer's."""
    said = state(V.PARTLY_BLOCKED, C.SILENT_DROP, Check.RPC_RANGE, blocked=SHUT, passes=PASSES)
    judged = heard(said, Check.RPC_RANGE, "5000-5020,57000-57400")
    assert (str(judged.blocked), str(judged.passes)) == ("57344-57400", "57000-57343")


@pytest.mark.parametrize(
    ("tested", "largest", "kept"),
    [
        (66, 1023, (66, 1023)),
        (99_999, 5, (SIZE, 0)),
        (SIZE - 1, 5, (SIZE - 1, 1)),
        (0, 99_999, (0, SIZE)),
        (0, 0, (0, 0)),
    ],
)
def test_no_more_is_tested_than_there_is(tested: int, largest: int, kept: tuple[int, int]) -> None:
    said = state(V.INCONCLUSIVE, C.LOSSY_PATH, Check.RPC_RANGE, tested=tested, largest_untested=largest)
    judged = heard(said, Check.RPC_RANGE)
    assert (judged.tested, judged.largest_untested) == kept


def test_a_range_of_which_little_was_tested_is_never_said_to_be_tested_whole() -> None:
    said = state(V.REACHABLE, None, Check.RPC_RANGE, passes=PASSES, tested=5, largest_untested=0)
    assert "5 of 16,384 ports tested." in heard(said, Check.RPC_RANGE).detail


def test_a_port_s_state_has_no_intervals() -> None:
    judged = heard(state(V.BLOCKED, C.SILENT_DROP, blocked=SHUT, tested=66))
    assert (judged.verdict, judged.blocked, judged.coverage) == (V.BLOCKED, PortSet(), None)
    assert "57344" not in judged.detail


def test_what_is_said_to_be_older_than_a_year_is_a_year_old() -> None:
    assert result_of(state(age=0xFFFF_FFFE), inbound(), HERE, NOW).started == NOW - OLDEST
    assert result_of(state(age=3600), inbound(), HERE, 10.0).started == 0.0


def test_what_was_found_at_no_time_was_not_found() -> None:
    found = result_of(state(V.BLOCKED, C.SILENT_DROP, age=None), inbound(), HERE, NOW)
    assert found.verdict is V.PENDING


def test_nothing_is_confirmed_where_nothing_is_shut() -> None:
    said = replace(state(V.REACHABLE, None, Check.RPC_RANGE, passes=PASSES), confirmed=True)
    assert not heard(said, Check.RPC_RANGE).confirmed
