"""To whom an agent tells what it found out."""

import asyncio

import pytest

from agent.config.load import parse
from agent.ends.ends import Ends
from agent.found.ledger import Ledger
from agent.ground.clock import SystemClock
from agent.ground.path import Path
from agent.inbound.numbers import CHECKS
from agent.judge.verdict import Cause, Verdict
from agent.site.plan import inbound
from agent.site.setup import set_up
from agent.site.topology import site_of
from agent.site.whoami import Machine, whoami
from probes.wire.rendezvous.frame import Kind
from probes.wire.rendezvous.keys import Keys
from probes.wire.rendezvous.states import PathState
from tests.agent.seen import result

SITE = """\
site: contoso
rendezvous: {listen: "127.0.0.1:0"}
hosts:
  - {name: MSS, role: master-secret, address: 127.0.0.1}
  - {name: BTS01, role: processing, address: 127.0.0.2}
"""


class Told:
    """Stands in for the rendezvous: who was told what."""

    def __init__(self) -> None:
        self.told: list[tuple[str, int]] = []

    async def ask(self, peer: str, address: str, kind: Kind, body: bytes) -> None:
        assert kind is Kind.TELL
        self.told.append((peer, PathState.decode(body).check))


async def telling(path: Path, ends: Ends, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    heard = Told()
    monkeypatch.setattr(ends._both.service, "ask", heard.ask)
    ends.tell(result(Verdict.BLOCKED, Cause.SILENT_DROP, of=path))
    await asyncio.gather(*ends._telling)
    return heard.told


async def test_a_peer_is_told_of_our_paths_and_of_none_that_peers_told_us(monkeypatch: pytest.MonkeyPatch) -> None:
    config = parse(SITE, "test")
    setup = set_up(config, whoami(site_of(config), Machine((), ()), "MSS"))
    theirs = inbound(config, site_of(config), setup.source)
    ledger = Ledger((*setup.paths, *theirs), SystemClock())
    ends = Ends(setup, (Keys.derive(bytes(32)),), theirs, ledger, ledger.record, SystemClock(), lambda _: None)
    ours = setup.paths[0]
    assert ours.peer == theirs[0].peer == "BTS01"
    assert await telling(ours, ends, monkeypatch) == []  # its agent does not answer
    ends._both.service.contacts["BTS01"].answers["127.0.0.2"] = True
    assert await telling(ours, ends, monkeypatch) == [("BTS01", CHECKS[ours.check])]
    assert await telling(theirs[0], ends, monkeypatch) == []
