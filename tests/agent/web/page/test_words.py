"""What things are called on the page, and that nothing is left without a name or a look."""

from importlib.resources import files

import pytest

from agent.dynamic.chart import Shown
from agent.ground.roles import Role
from agent.judge.verdict import Cause, Verdict
from agent.sso.state import SsoState
from agent.web.page.bars import RANK
from agent.web.page.rows import URGENT
from agent.web.page.sso import LABELS, TONE
from agent.web.page.words import CAUSES, CHIPS, ROLES, SHOWN, plural

CSS = (files("agent.web.page") / "static" / "page.css").read_text("utf-8")


def test_everything_has_a_name() -> None:
    assert set(CHIPS) == set(Verdict) == set(URGENT)
    assert set(CAUSES) == set(Cause)
    assert set(SHOWN) == set(Shown) == set(RANK)
    assert set(ROLES) == set(Role)
    assert set(TONE) == set(SsoState)
    assert next(iter(LABELS)) == "avoid"


def test_no_two_verdicts_and_no_two_causes_share_a_name() -> None:
    assert len({chip.words for chip in CHIPS.values()}) == len(Verdict)
    assert len(set(CAUSES.values())) == len(Cause)


@pytest.mark.parametrize("verdict", list(Verdict))
def test_every_verdict_has_a_mark_beside_its_colour(verdict: Verdict) -> None:
    assert f".{CHIPS[verdict].kind}::before" in CSS


def test_no_two_verdicts_share_a_mark() -> None:
    marks = [line.partition('content: "')[2][0] for line in CSS.splitlines() if line.startswith(".is-")]
    assert len(set(marks)) == len(marks) == len(Verdict)


@pytest.mark.parametrize("shown", list(Shown))
def test_every_state_of_a_port_has_a_colour(shown: Shown) -> None:
    assert f".ground.{shown} " in CSS


@pytest.mark.parametrize(("count", "said"), [(0, "0 paths"), (1, "1 path"), (1_000, "1,000 paths")])
def test_numbers_have_their_words(count: int, said: str) -> None:
    assert plural(count, "path", "paths") == said
