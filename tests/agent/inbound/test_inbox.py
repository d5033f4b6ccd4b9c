"""Who told what: of peers that are planned, of names that are ours, and the worse of two of them."""

from dataclasses import replace

import pytest

from agent.ground.path import Check
from agent.inbound.inbox import HELD_UP, Inbox
from agent.judge.verdict import Cause, Verdict
from tests.agent.inbound.saying import NOW, inbound, state

V, C = Verdict, Cause
SHUT = state(V.BLOCKED, C.SILENT_DROP)
OPEN = state(V.REACHABLE)


def inbox() -> Inbox:
    paths = [inbound(Check.EPM), inbound(Check.RPC_RANGE), inbound(Check.EPM, peer="BTS02")]
    return Inbox(paths, ["NODE1", "MSS", "SQLC"], 300.0)


def test_what_is_told_is_a_result_of_the_path_that_it_is_about() -> None:
    found = inbox().hear("BTS01", "MSS", SHUT, NOW)
    assert found
    assert (found.path, found.verdict, found.started) == (inbound(Check.EPM), V.BLOCKED, NOW - 12)


def test_names_are_spelt_as_we_spell_them() -> None:
    found = inbox().hear("bts01", "mSs", SHUT, NOW)
    assert found
    assert found.path.peer == "BTS01"
    assert "mSs" not in found.judgement.detail
    assert "--peer MSS`" in found.judgement.remedy


@pytest.mark.parametrize(
    ("sender", "receiver", "said"),
    [
        ("BTS03", "MSS", SHUT),
        ("BTS01", "ELSEWHERE", SHUT),
        ("BTS01", "MSS", state(V.BLOCKED, C.SILENT_DROP, Check.SQL)),
        ("BTS02", "MSS", state(V.INCONCLUSIVE, C.LOSSY_PATH, Check.RPC_RANGE)),
        ("BTS01", "MSS", replace(SHUT, check=0)),
        ("BTS01", "MSS", replace(SHUT, check=5)),
        ("BTS01", "MSS", replace(SHUT, age=None)),
    ],
)
def test_what_is_not_planned_or_not_found_yet_is_nothing(sender: str, receiver: str, said: object) -> None:
    assert inbox().hear(sender, receiver, said, NOW) is None  # type: ignore[arg-type]


def test_of_two_of_our_names_the_worse_one_counts() -> None:
    kept = inbox()
    verdicts = [
        found.verdict
        for receiver, said in [("MSS", OPEN), ("SQLC", SHUT), ("MSS", OPEN), ("SQLC", OPEN)]
        if (found := kept.hear("BTS01", receiver, said, NOW))
    ]
    assert verdicts == [V.REACHABLE, V.BLOCKED, V.BLOCKED, V.REACHABLE]


@pytest.mark.parametrize(
    ("names", "asked", "named"),
    [(["NODE1", "MSS", "SQLC"], "NODE1", "MSS"), (["MSS"], "mss", "MSS"), (["NODE1", "MSS"], "MSS", "MSS")],
)
def test_a_node_is_named_as_the_host_that_peers_can_ask(names: list[str], asked: str, named: str) -> None:
    found = Inbox([inbound(Check.EPM)], names, 300.0).hear("BTS01", asked, SHUT, NOW)
    assert found
    assert f"--peer {named}`" in found.judgement.remedy


def test_a_name_is_the_same_one_however_it_is_spelt() -> None:
    kept = inbox()
    kept.hear("BTS01", "MSS", SHUT, NOW)
    found = kept.hear("bts01", "mss", OPEN, NOW)
    assert found
    assert found.verdict is V.REACHABLE


def test_a_name_of_which_nothing_new_is_told_counts_no_more() -> None:
    """A cluster that moved to another node is told of there."""
    kept = inbox()
    kept.hear("BTS01", "SQLC", SHUT, NOW)
    still, gone = (kept.hear("BTS01", "MSS", OPEN, NOW + later) for later in (287.0, 288.0))
    assert still
    assert gone
    assert (still.verdict, gone.verdict) == (V.BLOCKED, V.REACHABLE)


def test_what_is_told_too_late_is_told_all_the_same() -> None:
    found = inbox().hear("BTS01", "MSS", replace(SHUT, age=9_999), NOW)
    assert found
    assert found.started == NOW - 9_999


def test_checks_and_peers_do_not_mix() -> None:
    kept = inbox()
    kept.hear("BTS01", "MSS", SHUT, NOW)
    other = kept.hear("BTS02", "MSS", OPEN, NOW)
    ranged = kept.hear("BTS01", "MSS", state(V.INCONCLUSIVE, C.LOSSY_PATH, Check.RPC_RANGE), NOW)
    assert other
    assert ranged
    assert (other.verdict, ranged.verdict) == (V.REACHABLE, V.INCONCLUSIVE)


def test_what_was_held_up_on_the_way_is_not_news() -> None:
    """Somebody who can delay a datagram must not bring back a verdict that does not hold any more."""
    kept = inbox()
    at = round(NOW * 1000)
    assert kept.hear("BTS01", "MSS", replace(SHUT, said=at), NOW)
    assert kept.hear("BTS01", "MSS", replace(OPEN, said=at - 1), NOW + 295) is None
    assert kept.hear("BTS01", "MSS", replace(OPEN, said=at), NOW + 295)  # said again, as its answer got lost
    assert kept.hear("BTS02", "MSS", replace(OPEN, said=at - 1), NOW)  # each has a clock of his own


def test_a_clock_that_was_set_back_silences_nobody_for_long() -> None:
    kept = inbox()
    at = round(NOW * 1000)
    assert kept.hear("BTS01", "MSS", replace(SHUT, said=at), NOW)
    assert kept.hear("BTS01", "MSS", replace(OPEN, said=at - HELD_UP), NOW)
