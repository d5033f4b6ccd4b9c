"""What stands beside the paths."""

from uuid import UUID

import pytest

from agent.found.exit import exit_code
from agent.found.finding import Kind, clocks_differ, cloned, disagreeing, own_firewall_shut, stale_addresses, unresolved
from agent.judge.result import Result
from agent.judge.verdict import Cause, Verdict
from probes.outcome import Resolved
from tests.agent.seen import at, judgement, path, result

GOOD = judgement(Verdict.REACHABLE)
SILENT = judgement(Verdict.UNREACHABLE, Cause.NO_ANSWER)
UNTRIED = judgement(Verdict.INCONCLUSIVE, Cause.LOCAL_FAULT)
UNRESOLVED = judgement(Verdict.UNRESOLVED, Cause.NAME_RESOLUTION, "No such name.")
UNSURE = judgement(Verdict.INCONCLUSIVE, Cause.LOSSY_PATH)


def with_addresses(*judged: tuple[str | None, object]) -> Result:
    return result(addresses=[at(address, each) for address, each in judged])  # type: ignore[arg-type]


def test_addresses_that_disagree_are_named_with_what_they_came_to() -> None:
    (found,) = disagreeing([with_addresses(("192.0.2.21", GOOD), ("192.0.2.22", SILENT))])
    assert (found.peer, found.kind) == ("MSS", Kind.ADDRESSES_DISAGREE)
    assert "192.0.2.21 reachable, 192.0.2.22 unreachable" in found.detail
    assert "availability group" in found.remedy


def test_addresses_that_agree_are_not() -> None:
    assert disagreeing([with_addresses(("192.0.2.21", GOOD), ("192.0.2.22", GOOD)), with_addresses()]) == []


def test_an_address_that_could_not_be_tried_disagrees_with_nobody() -> None:
    """A host without IPv6 would have a note on every name that has an IPv6 address."""
    assert disagreeing([with_addresses(("192.0.2.21", GOOD), ("2001:db8::21", UNTRIED))]) == []


def test_any_other_inconclusive_one_does() -> None:
    assert len(disagreeing([with_addresses(("192.0.2.21", GOOD), ("192.0.2.22", UNSURE))])) == 1


def test_a_name_without_an_address_is_told_beside_what_works() -> None:
    """The verdict of the path hides it, and nobody would look there."""
    one = result(addresses=[at("192.0.2.21", GOOD), at(None, UNRESOLVED, name="mss2.contoso.test")])
    assert disagreeing([one]) == []
    (found,) = unresolved([one, one])
    assert (found.peer, found.kind) == ("MSS", Kind.NAME_UNRESOLVED)
    assert found.detail == "No such name."
    assert found.remedy.endswith(".")


def test_a_name_without_an_address_is_not_told_twice() -> None:
    """Where nothing works, it is the path's own sentence or one among others."""
    alone = result(Verdict.UNRESOLVED, Cause.NAME_RESOLUTION, addresses=[at(None, UNRESOLVED)])
    assert unresolved([alone]) == []


def test_each_path_has_its_own() -> None:
    pair = [at("192.0.2.21", GOOD), at("192.0.2.22", SILENT)]
    found = disagreeing([result(addresses=pair), result(of=path(peer="SQL01"), addresses=pair)])
    assert [each.peer for each in found] == ["MSS", "SQL01"]


def test_addresses_with_the_same_verdict_for_different_reasons_disagree() -> None:
    refused = judgement(Verdict.UNREACHABLE, Cause.REFUSED)
    assert len(disagreeing([with_addresses(("192.0.2.21", SILENT), ("192.0.2.22", refused))])) == 1


def test_a_finding_changes_no_exit_code() -> None:
    one = with_addresses(("192.0.2.21", GOOD), ("192.0.2.22", SILENT))
    assert disagreeing([one])
    assert exit_code([one], strict=True) == 0


def test_a_name_that_went_away_is_named_with_the_addresses_that_are_used() -> None:
    gone = Resolved("mss.contoso.test", (), 0.1, "the name service: Temporary failure in name resolution")
    found = stale_addresses("MSS", gone, ("192.0.2.21", "192.0.2.22"))
    assert (found.peer, found.kind) == ("MSS", Kind.NAME_STALE)
    for part in ("mss.contoso.test", "Temporary failure", "192.0.2.21, 192.0.2.22"):
        assert part in found.detail
    assert found.detail.endswith(".")
    assert found.remedy.endswith(".")


ONE, OTHER, THIRD = (UUID(int=number) for number in (1, 2, 3))


@pytest.mark.parametrize(
    ("identifiers", "pairs"),
    [
        ({}, []),
        ({"A": [ONE]}, []),
        ({"A": [ONE], "B": [OTHER], "C": []}, []),
        ({"A": [], "B": []}, []),  # nothing known of either is nothing in common
        ({"A": [ONE], "B": [ONE]}, [("A", "B")]),
        ({"A": [ONE, OTHER], "B": [THIRD], "C": [THIRD, ONE]}, [("A", "C"), ("B", "C")]),
        ({"A": [ONE], "B": [ONE], "C": [ONE]}, [("A", "B"), ("A", "C"), ("B", "C")]),
        ({"A": [ONE, OTHER], "B": [OTHER, ONE]}, [("A", "B")]),  # two in common are one finding
    ],
)
def test_machines_with_one_contact_identifier_are_told_in_pairs(
    identifiers: dict[str, list[UUID]], pairs: list[tuple[str, str]]
) -> None:
    found = cloned({peer: (own, [f"192.0.2.{number}"]) for number, (peer, own) in enumerate(identifiers.items())})
    assert [each.peer for each in found] == [one for one, _ in pairs]
    for each, (one, other) in zip(found, pairs, strict=True):
        assert each.kind is Kind.CLONED_MSDTC
        assert f"{one} and of {other}" in each.detail
        assert "msdtc -uninstall" in each.remedy


def test_identifiers_may_come_as_sets() -> None:
    assert len(cloned({"A": ({ONE}, {"192.0.2.1"}), "B": (frozenset({ONE}), set())})) == 1


def test_two_entries_for_one_machine_are_no_clones() -> None:
    """Two clusters on the same nodes, for instance: the address is where MSDTC was found."""
    assert cloned({"MSS": ({ONE}, {"192.0.2.1", "192.0.2.2"}), "SQL01": ({ONE}, {"192.0.2.2"})}) == []


@pytest.mark.parametrize(
    ("offset", "told"),
    [
        (0.0, None),
        (60.0, None),
        (-60.0, None),
        (61.0, "differ by 61 s: that of MSS is ahead"),
        (-600.4, "differ by 10 min: that of MSS is behind"),
        (-1.7e9, "that of MSS is behind"),
    ],
)
def test_clocks_that_are_more_than_a_minute_apart_are_told(offset: float, told: str | None) -> None:
    found = clocks_differ("BTS01", {"NEAR": 0.2, "MSS": offset})
    assert [each.peer for each in found] == (["MSS"] if told else [])
    for each in found:
        assert each.kind is Kind.CLOCK_DIFFERS
        assert each.detail.startswith("The clocks of BTS01 and MSS differ by ")
        assert told is not None
        assert told in each.detail
        assert "Nothing here depends on it, but Kerberos refuses from 5 min on." in each.detail


def test_a_firewall_of_our_own_is_told_with_what_to_type() -> None:
    found = own_firewall_shut("BTS01", r"C:\Program Files\o'x\python.exe", "TCP 49152-65535", "Type this.")
    assert (found.peer, found.kind, found.remedy) == ("BTS01", Kind.OWN_FIREWALL_SHUT, "Type this.")
    assert "The firewall of BTS01 does not admit this agent's program" in found.detail
    assert "to listen at TCP 49152-65535: what comes there is dropped here" in found.detail
