"""Who turned an attempt back, and whether somebody decided so."""

from probes.icmp import refuses
from probes.outcome import Outcome
from probes.state import State


def refused(outcome: Outcome) -> bool:
    """By somebody who decided so."""
    return outcome.state is State.REJECTED and refuses(outcome.icmp)


def by_target(outcome: Outcome, address: str) -> bool:
    """Whether an ICMP error comes from the probed address itself."""
    return outcome.icmp is not None and outcome.icmp.sender == address


def turned_back(outcome: Outcome) -> bool:
    """By somebody on the way, who says that there is no way."""
    return outcome.state is State.REJECTED and not refused(outcome)
