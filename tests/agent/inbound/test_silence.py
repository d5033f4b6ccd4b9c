"""How long stands what a peer found, and what is said then."""

import pytest

from agent.inbound.silence import silent, silent_after
from agent.judge.verdict import Cause, Verdict
from tests.agent.inbound.saying import inbound
from tests.agent.seen import STARTED, result


@pytest.mark.parametrize(
    ("interval", "seconds"), [(10.0, 300.0), (60.0, 300.0), (100.0, 300.0), (101.0, 303.0), (3600.0, 10_800.0)]
)
def test_three_rounds_and_no_less_than_five_minutes(interval: float, seconds: float) -> None:
    assert silent_after(interval) == seconds


def test_silence_accuses_nobody_and_says_what_it_may_be() -> None:
    shut = result(Verdict.BLOCKED, Cause.SILENT_DROP, of=inbound(), seconds=0.0)
    found = silent(shut, 900.0)
    assert (found.path, found.started) == (shut.path, STARTED)
    judged = found.judgement
    assert (judged.verdict, judged.cause) == (Verdict.INCONCLUSIVE, Cause.AGENT_SILENT)
    for part in ("BTS01 has said nothing new for 15 min", "its agent is stopped", "does not arrive", "another node"):
        assert part in judged.detail
    for part in ("agent of BTS01 runs", "key of this site", "UDP"):
        assert part in judged.remedy
