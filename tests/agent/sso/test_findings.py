"""What stands beside the paths, of SSO, and for whom."""

from datetime import date

import pytest

from agent.found.finding import Kind
from agent.ground.path import Check
from agent.judge.verdict import Cause, Verdict
from agent.site.topology import Host
from agent.sso.findings import Beside, sso_findings
from agent.sso.part import Place
from agent.sso.reach import Found, Newest
from agent.sso.state import Why
from tests.agent.seen import at, judgement, path, result
from tests.agent.sso.standing import NOW, host, part, standing

DAY = date(2025, 12, 30)
CHANGED = NOW - 3600
NAME, OLD, NEW = "mss.contoso.test", "192.0.2.31", "192.0.2.32"
CLUSTER = host("MSS", NAME, nodes=("NODE1", "NODE2"))


def stale() -> Newest:
    good, silent = judgement(Verdict.REACHABLE), judgement(Verdict.UNREACHABLE, Cause.NO_ANSWER)
    seen = [at(OLD, silent, name=NAME), at(NEW, good, name=NEW)]
    of = path(Check.RPC_ENDPOINT, addresses=(NAME, NEW))
    return {("MSS", Check.RPC_ENDPOINT): Found(result(of=of, addresses=seen), 100.0)}


def kinds(
    why: Why,
    beside: Beside,
    place: Place = Place.PROCESSING,
    masters: tuple[Host, ...] = (),
    clusters: tuple[Host, ...] = (),
) -> list[Kind]:
    of = part(place, masters=masters, clusters=clusters, secret_of=("MSS",))
    seen = standing(why, of, backup_confirmed=DAY if beside.secret_changed else None)
    return [found.kind for found in sso_findings(seen, beside, NOW)]


@pytest.mark.parametrize(
    ("beside", "expected"),
    [
        (Beside({}), [Kind.BACKUP_UNCONFIRMED]),
        (Beside({}, is_from_file=False), []),  # there is no place to confirm it
        (Beside({}, secret_changed=CHANGED), [Kind.BACKUP_OUTDATED]),
        (Beside(stale(), is_from_file=False), [Kind.DNS_STALE]),
        (Beside(stale()), [Kind.DNS_STALE, Kind.BACKUP_UNCONFIRMED]),
    ],
)
def test_a_processing_server_is_told_of_names_and_of_the_backup(beside: Beside, expected: list[Kind]) -> None:
    assert kinds(Why.OPEN, beside, masters=(host("MSS", NAME, NEW),)) == expected


def test_a_node_is_told_of_a_name_that_leads_elsewhere() -> None:
    beside = Beside({}, own=(NEW,), resolved={NAME: (OLD,)}, is_from_file=False)
    assert kinds(Why.ITSELF, beside, Place.MASTER, clusters=(CLUSTER,)) == [Kind.DNS_STALE]
    assert kinds(Why.PASSIVE, beside, Place.MASTER, clusters=(CLUSTER,)) == []


def test_a_host_without_a_part_is_told_nothing() -> None:
    assert kinds(Why.NO_PART, Beside(stale()), Place.NONE) == []
