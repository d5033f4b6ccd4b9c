"""So many peers that their samples are more than one process may send: fewer of each, or rounds would be left out."""

import pytest

from agent.asking import RATE
from agent.site.setup import Setup
from agent.store.kept import Kept
from agent.survey.manners import BESIDE_RANGE, ENDS, Manners, samples_of_each
from agent.term.surveyed import Surveyed
from tests.agent.serving import setup
from tests.held import HeldClock

ROW = "  - {{name: BTS{number:04}, role: processing, address: 127.1.{net}.{host}}}\n"
SITE = """\
site: crowd
schedule: {interval: 60s}
hosts:
  - {name: MSS, role: master-secret, address: 127.0.0.21}
  - {name: SQL01, role: sso-database, address: 127.0.0.31}
"""


@pytest.mark.parametrize(
    ("peers", "samples"), [(0, 16), (1, 16), (200, 16), (400, 16), (600, 10), (1000, 4), (5000, 1)]
)
def test_there_are_as_many_samples_as_leave_in_a_round(peers: int, samples: int) -> None:
    assert samples_of_each(16, peers, 60.0, RATE) == samples


@pytest.mark.parametrize("interval", [10.0, 60.0, 300.0])
def test_whatever_is_planned_leaves_within_the_round(interval: float) -> None:
    for peers in range(1, int(RATE * interval / 10)):
        samples = samples_of_each(16, peers, interval, RATE)
        assert peers * (samples + ENDS + BESIDE_RANGE) <= RATE * interval


@pytest.mark.parametrize(("peers", "samples"), [(20, 16), (1000, 4)])
def test_rounds_follow_it(peers: int, samples: int) -> None:
    seen: list[Manners] = []

    def new(site: Setup, manners: Manners, meets_agents: bool) -> list[object]:
        seen.append(manners)
        return []

    rows = "".join(ROW.format(number=each, net=each // 250, host=each % 250 + 1) for each in range(peers))
    Surveyed(new, Kept(None), HeldClock()).of(setup(SITE + rows, "MSS"), meets_agents=False)  # type: ignore[arg-type]
    assert [each.samples for each in seen] == [samples]
