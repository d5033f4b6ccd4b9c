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
from .grade import FALSE, Grade
from .stage import play
from .tally import Tally

pytestmark = [pytest.mark.lab, pytest.mark.timeout(300)]

SEED = int(os.environ.get("SSOREACH_SEED", "0")) or 1 + secrets.randbelow(10**6)
AT_ONCE = 4
BEGINS, ENDS = 25.0, 65.0  # seconds: after the first no site is begun, after the other none is waited for


def played() -> list[Played]:
    """As many sites as there is time for."""
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


def test_nothing_that_is_published_of_random_sites_is_false(settled: None) -> None:
    """One test, as its sites are asked once for all that is looked at."""
    print(f"SSOREACH_SEED={SEED}")
    tally, sites = Tally(), played()
    for each in sites:
        tally.add(each)
    print(f"{tally.sites} sites, {tally.judged} verdicts judged, {tally.graded(Grade.OWN)} left open by this machine")
    assert not tally.failures
    assert not [str(judged) for judged in tally.wrong if judged.grade in FALSE]
    assert not [str(judged) for judged in tally.wrong], "less was said than could be known"
    assert len(sites) >= AT_ONCE
    assert tally.judged > 0
