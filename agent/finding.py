"""What stands beside the paths: worth knowing, but never a verdict and never an exit code."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from agent.result import Result
from probes.resolve import Resolved


class Kind(StrEnum):
    """The closed list of findings."""

    NAME_STALE = "name-stale"  # a name that gave addresses before gives none now
    ADDRESSES_DISAGREE = "addresses-disagree"  # a path works at one address of its peer and not at another


@dataclass(frozen=True, slots=True)
class Finding:
    """About one peer. `detail` may carry text from the network."""

    peer: str
    kind: Kind
    detail: str
    remedy: str


def stale_addresses(peer: str, answer: Resolved, known: Iterable[str]) -> Finding:
    """The last good addresses are probed on; the operator should know that they are old."""
    return Finding(
        peer,
        Kind.NAME_STALE,
        f"The name {answer.name} gives no address now ({answer.detail}); "
        f"the last known ones are probed: {', '.join(known)}.",
        "Check the name service of this host, and whether the name is still right.",
    )


def disagreeing(results: Iterable[Result]) -> list[Finding]:
    """One finding for each path whose addresses came to different verdicts."""
    found = []
    for result in results:
        verdicts = {address.judgement.verdict for address in result.addresses}
        if len(verdicts) > 1:
            seen = ", ".join(f"{each.address or each.name} {each.judgement.verdict}" for each in result.addresses)
            found.append(
                Finding(
                    result.path.peer,
                    Kind.ADDRESSES_DISAGREE,
                    f"The addresses of {result.path.peer} disagree for {result.path.check}: {seen}.",
                    "Normal for the offline addresses of an availability group or a multi-subnet cluster; "
                    "otherwise mend or remove the address that does not work.",
                )
            )
    return found
