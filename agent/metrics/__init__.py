"""The ledger as Prometheus reads it. Built anew at every scrape from a snapshot: nothing lingers, nothing is missing.

Labels are configured names and closed lists; never an address, a port or a text.
"""

from collections.abc import Iterator

from prometheus_client.core import Metric
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector, CollectorRegistry

from agent.ground.path import Check
from agent.metrics.own import agent, process
from agent.metrics.paths import attempts, paths
from agent.metrics.ranges import ranges
from agent.metrics.rendezvous import rendezvous
from agent.metrics.snapshot import Process, Rendezvous, Snapshot
from agent.metrics.sso import sso

__all__ = ["Process", "Rendezvous", "Snapshot", "SnapshotCollector", "expose"]


def expose(snapshot: Snapshot, registry: CollectorRegistry | None = None) -> bytes:
    """The text format, version 0.0.4. Safe in a thread: it touches nothing but the snapshot."""
    registry = registry or CollectorRegistry(auto_describe=False)
    collector = SnapshotCollector(snapshot)
    registry.register(collector)
    try:
        return generate_latest(registry)
    finally:
        registry.unregister(collector)


class SnapshotCollector(Collector):
    """Yields the metric families of one snapshot."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def collect(self) -> Iterator[Metric]:
        snapshot = self._snapshot
        yield from paths(snapshot.entries)
        yield from attempts(snapshot.entries)
        yield from ranges([entry for entry in snapshot.entries if entry.path.check is Check.RPC_RANGE])
        yield from agent(snapshot)
        if snapshot.rendezvous is not None:
            yield from rendezvous(snapshot.rendezvous)
        if snapshot.sso is not None:
            yield from sso(snapshot.sso)
        if snapshot.process is not None:
            yield from process(snapshot.process)
