"""Who turned an attempt back, and whether somebody decided so."""

from collections.abc import Iterable

from probes.icmp import refuses
from probes.outcome import Outcome
from probes.state import Sent, State


def refused(outcome: Outcome) -> bool:
    """By somebody who decided so."""
    return outcome.state is State.REJECTED and refuses(outcome.icmp)


def by_target(outcome: Outcome, address: str) -> bool:
    """Whether an ICMP error comes from the probed address itself."""
    return outcome.icmp is not None and outcome.icmp.sender == address


def refusals_of(outcomes: Iterable[Outcome], address: str) -> list[Outcome]:
    """Those that were refused. Where several refuse, first what a device on the way says: the verdict is about that."""
    return sorted(filter(refused, outcomes), key=lambda outcome: by_target(outcome, address))


def kept_back(outcome: Outcome) -> bool:
    """By this host's own firewall, as far as it shows: it says so by ICMP, or the kernel counts that nothing left."""
    return outcome.state is State.LOCAL_FAULT and (outcome.icmp is not None or outcome.sent is Sent.REFUSED)


def turned_back(outcome: Outcome) -> bool:
    """By somebody on the way, who says that there is no way."""
    return outcome.state is State.REJECTED and not refused(outcome)
