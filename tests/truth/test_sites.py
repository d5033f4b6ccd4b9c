"""A few random sites in real namespaces, others each time: nothing that is published of them is false.

The seed is printed; a case that fails is played again by `make truth ARGS="--only SEED/NUMBER --times 5"`. What a run
of this length cannot find, `make truth` looks for: docs/reliability.md.
"""

import itertools
import os
import secrets
import subprocess
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from .campaign import Played, campaign, drawn
from .case import Case
from .compare import Judged, compare
from .grade import FALSE, WRONG, Grade
from .stage import play
from .tally import Tally

pytestmark = [pytest.mark.lab, pytest.mark.timeout(300)]

SEED = int(os.environ.get("SSOREACH_SEED", "0")) or 1 + secrets.randbelow(10**6)
AT_ONCE = 4
BEGINS, ENDS = 25.0, 65.0  # seconds: after the first no site is begun, after the other none is waited for


@pytest.fixture(scope="module")
def played(settled: None) -> list[Played]:
    print(f"SSOREACH_SEED={SEED}")
    began = time.monotonic()

    def look(case: Case, folder: Path) -> Sequence[Judged]:
        """Nothing, of a site that takes too long here."""
        left = began + ENDS - time.monotonic()
        try:
            return compare(case, play(case, folder, left)) if left > 0 else []
        except subprocess.TimeoutExpired:
            return []

    # An agent keeps its own pace, and that takes minutes.
    cases = (replace(case, both=False, rounds=False) for case in drawn(SEED, itertools.count()))
    return [*campaign(cases, AT_ONCE, lambda: time.monotonic() > began + BEGINS, look)]


def test_no_site_goes_without_an_answer(played: list[Played]) -> None:
    assert len(played) >= AT_ONCE
    assert not [f"{each.case.name}: {each.failure}" for each in played if each.failure]
    assert any(each.judged for each in played)


def test_nothing_that_is_published_is_false(played: list[Played]) -> None:
    tally = Tally()
    for each in played:
        tally.add(each)
    print(f"SSOREACH_SEED={SEED}: {tally.sites} sites, {tally.judged} verdicts, {tally.graded(Grade.OWN)} left open")
    assert not [str(judged) for judged in tally.wrong if judged.grade in FALSE]
    assert tally.judged > 0


def test_what_is_left_open_could_not_be_known(played: list[Played]) -> None:
    assert not [str(judged) for each in played for judged in each.judged if judged.grade in WRONG - FALSE]
