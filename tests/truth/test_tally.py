"""Counts, the bound that zero false ones give, and the section of the document."""

from dataclasses import replace
from pathlib import Path

import pytest

from .campaign import Played
from .compare import Judged
from .draw import draw
from .grade import Grade, said
from .reliability import BEGIN, END, About, section, written
from .tally import Tally, bound

ABOUT = About("Linux, 2 cores", "2026-01-02", (5,), 600.0, 0.25)


def played(*grades: Grade, verdict: str = "reachable") -> Played:
    judged = [Judged("5/1", "MSS sql 203.0.113.2", "sql: open", said(verdict), grade, "because") for grade in grades]
    return Played(draw(5, 1), judged)


def tallied(*all_played: Played) -> Tally:
    tally = Tally()
    for each in all_played:
        tally.add(each)
    return tally


def test_what_cannot_be_wrong_is_not_counted() -> None:
    tally = tallied(played(Grade.RIGHT, Grade.HONEST, Grade.KNOWN, Grade.OWN, Grade.UNFOUNDED))
    assert (tally.judged, tally.false, len(tally.wrong)) == (3, 0, 1)
    assert tally.said("reachable") == 3


@pytest.mark.parametrize(("count", "wrong", "share"), [(300, 0, 0.01), (3000, 0, 0.001), (300, 1, None), (0, 0, None)])
def test_zero_in_so_many_bounds_what_is_left(count: int, wrong: int, share: float | None) -> None:
    assert bound(count, wrong) == share


def test_a_bound_is_said_only_where_nothing_was_false() -> None:
    clean = section(tallied(*[played(Grade.RIGHT, Grade.RIGHT)] * 150), ABOUT)
    assert "0 false `reachable`: with 95 % confidence, fewer than 2 % of such sites have one, and" in clean
    assert "fewer than 1 % of the 300 that say so are." in clean
    assert "0 false `blocked`: with 95 % confidence, fewer than 2 % of such sites have one." in clean
    spoilt = section(tallied(*[played(Grade.RIGHT)] * 300, played(Grade.FALSE_REACHABLE)), ABOUT)
    assert "1 false `reachable`." in spoilt
    assert "make truth ARGS='--only 5/1'" in spoilt


def test_sites_that_were_played_twice_are_told() -> None:
    twice = replace(played(Grade.RIGHT), again="the machine was too busy")
    assert "- 2 sites were played a second time: 2 as the machine was too busy." in section(
        tallied(twice, twice), ABOUT
    )


def test_sites_without_an_answer_are_told() -> None:
    tally = tallied(Played(draw(5, 1), failure="no answer: it broke off\n| and | why"))
    assert (tally.sites, len(tally.failures)) == (0, 1)
    assert "1 sites came to nothing: 5/1: no answer: it broke off." in section(tally, ABOUT)


def test_only_its_own_place_is_written(tmp_path: Path) -> None:
    path = tmp_path / "reliability.md"
    path.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", "utf-8")
    written(path, "new\n")
    assert path.read_text("utf-8") == f"before\n{BEGIN}\nnew\n{END}\nafter\n"


def test_a_document_without_a_place_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "reliability.md"
    path.write_text("before\n", "utf-8")
    with pytest.raises(ValueError, match="no place"):
        written(path, "new\n")
    assert path.read_text("utf-8") == "before\n"
