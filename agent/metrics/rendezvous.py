"""The families about what agents say to one another."""

from collections.abc import Iterable, Iterator, Mapping

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from agent.metrics.snapshot import Rendezvous
from probes.wire.rendezvous.frame import Drop
from probes.wire.rendezvous.keys import KeyUsed


def rendezvous(seen: Rendezvous) -> Iterator[Metric]:
    """What agents know of one another, and what was dropped of what came."""
    yield _by_peer(
        "peer_agent_up", "Whether the agent that should run on the peer answers (1) or not (0).", seen.agents
    )
    yield _by_peer(
        "peer_clock_offset_seconds",
        "By how much the clock of the peer is ahead of ours, once it is known.",
        seen.offsets,
    )
    yield _counted("dropped", "Datagrams that were dropped without an answer, by reason.", "reason", Drop, seen.dropped)
    yield _counted("key_used", "Datagrams that were sealed with the key, by key.", "key", KeyUsed, seen.key_used)
    yield GaugeMetricFamily(
        "ssoreach_rendezvous_listeners", "Listeners that are held for peers at this moment.", value=seen.listeners
    )


def _by_peer(name: str, text: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(f"ssoreach_{name}", text, labels=("peer",))
    for peer, value in values.items():
        family.add_metric([peer], value)
    return family


def _counted(name: str, text: str, label: str, known: Iterable[str], counts: Mapping[str, int]) -> Metric:
    """Every one of a closed list, from 0 on, and no other."""
    family = CounterMetricFamily(f"ssoreach_rendezvous_{name}", text, labels=(label,))
    for each in known:
        family.add_metric([str(each)], counts.get(each, 0))
    return family
