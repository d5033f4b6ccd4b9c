"""How a running agent is, in a line."""

import pytest

from agent.hosting.systemd.pulse import line
from agent.judge.verdict import Verdict
from agent.sso.state import SsoState

GOOD, SHUT, AWAITED = Verdict.REACHABLE, Verdict.BLOCKED, Verdict.PENDING


@pytest.mark.parametrize(
    ("verdicts", "mistakes", "said"),
    [
        ([], [], "no paths are probed; SSO: normal"),
        ([GOOD] * 3, [], "all paths reachable: 3; SSO: normal"),
        ([GOOD, AWAITED, SHUT], [], "2 of 3 paths not shown to be reachable (1 blocked, 1 pending); SSO: normal"),
        (
            [GOOD],
            ["f:1: a", "f:2: b"],
            "all paths reachable: 1; SSO: normal; the new configuration is not in force: f:1: a",
        ),
    ],
)
def test_what_is_bad_comes_first(verdicts: list[Verdict], mistakes: list[str], said: str) -> None:
    assert line(verdicts, SsoState.NORMAL, mistakes) == said
