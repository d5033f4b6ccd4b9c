"""A wrong verdict does not get past the comparison, and a right one is let through."""

import pytest

from .campaign import excused
from .case import SQL, Far, Fate, Shut
from .compare import compare
from .draw import draw
from .grade import Grade
from .lies import (
    FALSE_BLOCKED,
    HONEST,
    LIES,
    NONE,
    ONE_END,
    PASSES,
    RANGE,
    SQL_CHECK,
    UNFOUNDED,
    WHOLE,
    grades,
    lies,
    only,
    site,
    wrong,
)
from .teller import path_of, told


@pytest.mark.parametrize("name", LIES)
def test_what_is_not_so_is_caught(name: str) -> None:
    case, lie, grade = LIES[name]
    assert not wrong(grades(case))
    assert grade in {found for _, found in wrong(grades(case, lie))}


@pytest.mark.parametrize("name", HONEST)
def test_what_could_not_be_known_is_let_through(name: str) -> None:
    case, lie = HONEST[name]
    assert not wrong(grades(case, lie))


def test_what_nobody_can_tell_from_one_end_counts_for_nothing() -> None:
    case = site(Shut(20_040, 20_089, Fate.RESET), far=Far.NONE)
    passes = lies(RANGE, **PASSES, **NONE | {"passes": WHOLE}, **ONE_END, largest_untested=10)
    judged = grades(case, passes)
    assert Grade.KNOWN in {each.grade for each in judged if "rpc-range" in each.path}
    assert not wrong(judged)


def test_a_path_that_none_of_its_addresses_bears_out_is_caught() -> None:
    document = told(site())
    path_of(document, SQL_CHECK)["verdict"] = "blocked"
    assert wrong(compare(site(), document)) == {("sql", Grade.FALSE_BLOCKED)}


def test_a_path_is_reachable_if_one_of_its_addresses_is() -> None:
    document = told(site(only(SQL, Fate.DROP)))
    path_of(document, SQL_CHECK)["verdict"] = "reachable"
    assert ("sql", Grade.FALSE_REACHABLE) in wrong(compare(site(only(SQL, Fate.DROP)), document))


@pytest.mark.parametrize("number", range(60))
def test_who_sees_everything_is_never_wrong(number: int) -> None:
    """Of any case: nothing that is so is taken for wrong."""
    case = draw(8, number)
    judged = compare(case, told(case))
    assert judged
    assert not [str(each) for each in judged if each.grade in (Grade.FALSE_BLOCKED, Grade.FALSE_REACHABLE)]


def test_a_busy_machine_excuses_what_was_left_open_and_nothing_that_is_false() -> None:
    left_open = grades(*UNFOUNDED["an open port, said to be silent"])
    assert not wrong(excused(each, busy=True) for each in left_open)
    assert wrong(excused(each, busy=False) for each in left_open)
    false = grades(*FALSE_BLOCKED["open, said to be refused"])
    assert wrong(excused(each, busy=True) for each in false)
