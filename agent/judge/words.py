"""What was seen, and what to do, in sentences. For each verdict and cause one of each; a check may have its own.

The sentence of what was seen names the other causes that would look the same: that is what keeps an operator from
sending the wrong team looking. Nothing here comes from the network but addresses and the names of the configuration.
"""

from typing import NamedTuple

from agent.judge.verdict import Cause, Verdict
from agent.path import Check

SERVICE = {
    Check.SQL: "SQL Server",
    Check.EPM: "RPC endpoint mapper",
    Check.RPC_ENDPOINT: "SSO service's own port",
    Check.RPC_RANGE: "Secondary RPC ports",
}


class Words(NamedTuple):
    """Templates; the fields are those of `judge.single.Facts` in text form."""

    seen: str
    remedy: str


_ASK = "ask the firewall team to pass TCP {port} from {source} to {address}"

_REJECTS_RANGE = Words(
    "{blocked} of {address}: {seen}: that device refuses to pass them, and says so. {tested} of {size} ports tested "
    "({tally}); the ports between them are not known.",
    "Look at the rules of {sender}, and " + _ASK + ".",
)
_TARGET_REJECTS_RANGE = Words(
    "{blocked} of {address}: {seen}, the probed address itself: the firewall of {peer}, or a device that speaks in "
    "its name. {tested} of {size} ports tested ({tally}); the ports between them are not known.",
    "Allow TCP {port} from {source} in the firewall of {peer}.",
)

SENTENCES: dict[tuple[Verdict, Cause | None, Check | None], Words] = {
    (Verdict.REACHABLE, None, None): Words("TCP connection to {door} established in {seconds}.", ""),
    (Verdict.INCONCLUSIVE, Cause.MIDDLEBOX, None): Words(
        "{door} accepted, but so do ports of {address} on which nobody should listen: a SYN proxy or load balancer "
        "answers in its place, or many services run there.",
        "Find out which device answers for {address}; until then an accepted connection proves nothing about "
        "{service}.",
    ),
    (Verdict.UNREACHABLE, Cause.HOST_DOWN, None): Words(
        "{door}: {seen}. The host is down or has another address, or there is no route behind the sender.",
        "Check that {peer} is up and has the address {address}; then the routing at {sender}.",
    ),
    (Verdict.INCONCLUSIVE, Cause.LOSSY_PATH, None): Words(
        "{door} is silent, but ports of {address} that answered before stay silent at times too: a lossy path, a "
        "limit on connections and a firewall would look the same.",
        "Look for packet loss or a connection limit between {source} and {address} first.",
    ),
    (Verdict.BLOCKED, Cause.SILENT_DROP, None): Words(
        "{door} was silent {silences} times in a row while TCP {control} of the same address answered each time: a "
        "firewall drops it; an RPC service that hangs would look the same.",
        "Check that {peer} is not hung, then " + _ASK + ".",
    ),
    (Verdict.UNREACHABLE, Cause.NO_ANSWER, None): Words(
        "{door}: {seen}. A firewall that drops, a dead host, or a service that is stopped behind a silent host "
        "firewall, or hung with its queue of connections full, would all look the same.",
        "Check on {peer} that it is up and {service} listens on {port}; if it does, " + _ASK + ".",
    ),
    (Verdict.UNREACHABLE, Cause.REFUSED, None): Words(
        "{door} refused the connection (RST): nothing listens there, or a firewall on the way or here resets.",
        "Check on {peer} that {service} runs and listens on {port}; if it does, look for a firewall that resets.",
    ),
    (Verdict.BLOCKED, Cause.HOST_FIREWALL, None): Words(
        "{door}: {seen}, which is the probed address itself: the firewall of {peer}, or a device that speaks in its "
        "name.",
        "Allow TCP {port} from {source} in the firewall of {peer}.",
    ),
    (Verdict.BLOCKED, Cause.ICMP_REJECT, None): Words(
        "{door}: {seen}: that device refuses to pass it, and says so.",
        "Look at the rules of {sender}, and " + _ASK + ".",
    ),
    (Verdict.UNREACHABLE, Cause.CUT_OFF, None): Words(
        "{door} accepted the connection and then did not answer ({seen}): a hung service, or a firewall that inspects "
        "what is said.",
        "Check {service} on {peer}; then look for a firewall between {source} and {address} that inspects RPC or SQL.",
    ),
    (Verdict.SERVICE_DOWN, Cause.WRONG_SERVICE, None): Words(
        "{door} answered in another protocol: something else listens there, or a device answers in its place.",
        "Check which program listens on TCP {port} of {peer}.",
    ),
    (Verdict.INCONCLUSIVE, Cause.QUERY_REFUSED, None): Words(
        "{door} answered but refused the question: it wants callers to authenticate, or does not know the interface.",
        "Nothing need be wrong; the service behind it cannot be seen from here.",
    ),
    (Verdict.UNRESOLVED, Cause.NAME_RESOLUTION, None): Words(
        "The name {address} gave no address ({seen}): it is wrong, or the name service does not know it or does not "
        "answer.",
        "Check the name in the configuration, and the name service of this host.",
    ),
    (Verdict.INCONCLUSIVE, Cause.LOCAL_FAULT, None): Words(
        "{door} could not be tried from here: {seen}.",
        "Mend this on {here}; it says nothing about {peer}.",
    ),
    (Verdict.INCONCLUSIVE, Cause.NO_KNOWN_LISTENER, None): Words(
        "{tested} of {size} ports tested ({tally}), none known to have a listener: closed ports and dropped ones look "
        "the same behind a silent host firewall, and a reset may be a device's.",
        "Nothing is shown to be wrong, nor right: a shut run of up to {untested} ports could be missed.",
    ),
    (Verdict.BLOCKED, Cause.ICMP_REJECT, Check.RPC_RANGE): _REJECTS_RANGE,
    (Verdict.BLOCKED, Cause.HOST_FIREWALL, Check.RPC_RANGE): _TARGET_REJECTS_RANGE,
    (Verdict.PARTLY_BLOCKED, Cause.ICMP_REJECT, None): _REJECTS_RANGE,
    (Verdict.PARTLY_BLOCKED, Cause.HOST_FIREWALL, None): _TARGET_REJECTS_RANGE,
}


def words(verdict: Verdict, cause: Cause | None, check: Check) -> Words:
    """The check's own sentences where it has some, otherwise those of any check."""
    own = SENTENCES.get((verdict, cause, check))
    return own or SENTENCES[(verdict, cause, None)]
