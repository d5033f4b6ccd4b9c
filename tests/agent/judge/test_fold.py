"""Several addresses to one verdict, and all verdicts to one."""

import itertools

import pytest

from agent.judge.coverage import Coverage, RangeState
from agent.judge.fold import BAD, NEAREST, WORST, nearest, worst
from agent.judge.verdict import Cause, Judgement, Verdict

V = Verdict
LOCAL = Judgement(V.INCONCLUSIVE, Cause.LOCAL_FAULT)


def test_both_orders_know_every_verdict() -> None:
    assert set(NEAREST) == set(WORST) == set(Verdict)
    assert len(NEAREST) == len(WORST) == len(Verdict)


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ([V.REACHABLE, V.BLOCKED], V.REACHABLE),
        ([V.UNREACHABLE, V.REACHABLE], V.REACHABLE),
        ([V.UNREACHABLE, V.BLOCKED], V.BLOCKED),
        ([V.UNREACHABLE, V.SERVICE_DOWN], V.SERVICE_DOWN),
        ([V.BLOCKED, V.SERVICE_DOWN], V.SERVICE_DOWN),
        ([V.PARTLY_BLOCKED, V.BLOCKED], V.PARTLY_BLOCKED),
        ([V.UNREACHABLE, V.INCONCLUSIVE], V.INCONCLUSIVE),
        ([V.UNRESOLVED, V.UNREACHABLE], V.UNREACHABLE),
        ([V.UNRESOLVED], V.UNRESOLVED),
    ],
)
def test_the_address_nearest_to_success_speaks_for_the_path(verdicts: list[Verdict], expected: Verdict) -> None:
    for order in itertools.permutations(verdicts):
        assert nearest([Judgement(verdict) for verdict in order]).verdict is expected


@pytest.mark.parametrize("verdict", [each for each in Verdict if each is not V.PENDING])
def test_an_address_that_could_not_be_tried_speaks_only_if_no_other_does(verdict: Verdict) -> None:
    other = Judgement(verdict, Cause.NO_ANSWER)
    assert nearest([LOCAL, other]) is other
    assert nearest([other, LOCAL]) is other
    assert nearest([LOCAL]) is LOCAL


@pytest.mark.parametrize(
    ("causes", "expected"),
    [
        ((Cause.NO_ANSWER, Cause.REFUSED), Cause.REFUSED),
        ((Cause.HOST_DOWN, Cause.NO_ANSWER), Cause.NO_ANSWER),
        ((Cause.REFUSED, Cause.CUT_OFF, Cause.HOST_DOWN), Cause.CUT_OFF),
    ],
)
def test_among_unreachable_addresses_the_one_that_answered_most_speaks(
    causes: tuple[Cause, ...], expected: Cause
) -> None:
    for order in itertools.permutations(causes):
        assert nearest([Judgement(V.UNREACHABLE, cause) for cause in order]).cause is expected


NOT_TOLD = Judgement(V.INCONCLUSIVE, Cause.NO_KNOWN_LISTENER)


@pytest.mark.parametrize("verdict", [V.REACHABLE, V.SERVICE_DOWN, V.INCONCLUSIVE, V.BLOCKED, V.UNREACHABLE])
def test_an_address_whose_port_nobody_told_does_not_hide_what_another_came_to(verdict: Verdict) -> None:
    """The offline address of a cluster has no mapper and no Browser to tell it, and that is normal."""
    for cause in (Cause.SILENT_DROP, Cause.HOST_DOWN):
        other = Judgement(verdict, cause)
        assert nearest([NOT_TOLD, other]) is other
        assert nearest([other, NOT_TOLD]) is other


@pytest.mark.parametrize("other", [Judgement(V.UNRESOLVED, Cause.NAME_RESOLUTION), LOCAL])
def test_but_it_was_nearer_than_one_without_an_address(other: Judgement) -> None:
    assert nearest([other, NOT_TOLD]) is NOT_TOLD


def test_a_sample_that_shows_nothing_was_tried_all_the_same() -> None:
    sampled = Judgement(V.INCONCLUSIVE, Cause.NO_KNOWN_LISTENER, coverage=Coverage({RangeState.OPEN: 16}))
    assert nearest([Judgement(V.BLOCKED, Cause.ICMP_REJECT), sampled]) is sampled


def test_the_first_of_equals_speaks() -> None:
    one, other = Judgement(V.BLOCKED, Cause.ICMP_REJECT), Judgement(V.BLOCKED, Cause.SILENT_DROP)
    assert nearest([one, other]) is one


def test_the_worst_of_all() -> None:
    assert worst(Verdict) is V.BLOCKED
    assert worst([V.REACHABLE, V.INCONCLUSIVE]) is V.INCONCLUSIVE
    assert worst([V.REACHABLE, V.PENDING]) is V.PENDING
    assert worst([V.INCONCLUSIVE, V.UNRESOLVED]) is V.UNRESOLVED
    assert worst([V.UNREACHABLE, V.PARTLY_BLOCKED]) is V.PARTLY_BLOCKED
    assert worst([V.REACHABLE]) is V.REACHABLE
    assert worst([]) is V.PENDING


def test_what_counts_as_bad() -> None:
    assert {V.BLOCKED, V.PARTLY_BLOCKED, V.UNREACHABLE, V.SERVICE_DOWN, V.UNRESOLVED} == BAD
