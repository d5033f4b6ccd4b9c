"""What things are called on the page: short, and without identifiers where a person is not helped by them."""

from typing import NamedTuple

from agent.dynamic.chart import Shown
from agent.ground.roles import Role
from agent.judge.verdict import Cause, Verdict


class Chip(NamedTuple):
    """How a verdict is shown: never by its colour alone. `kind` and `tone` are classes of the stylesheet."""

    words: str
    kind: str
    tone: str


def _chip(verdict: Verdict, tone: str, words: str = "") -> Chip:
    return Chip(words or str(verdict), f"is-{verdict}", tone)


CHIPS = {
    Verdict.REACHABLE: _chip(Verdict.REACHABLE, "good"),
    Verdict.PARTLY_BLOCKED: _chip(Verdict.PARTLY_BLOCKED, "bad", "partly blocked"),
    Verdict.BLOCKED: _chip(Verdict.BLOCKED, "bad"),
    Verdict.SERVICE_DOWN: _chip(Verdict.SERVICE_DOWN, "poor", "service down"),
    Verdict.UNREACHABLE: _chip(Verdict.UNREACHABLE, "poor"),
    Verdict.UNRESOLVED: _chip(Verdict.UNRESOLVED, "poor"),
    Verdict.INCONCLUSIVE: _chip(Verdict.INCONCLUSIVE, "unsure"),
    Verdict.PENDING: _chip(Verdict.PENDING, "quiet", "not asked yet"),
}

CAUSES = {
    Cause.SILENT_DROP: "dropped in silence",
    Cause.ICMP_REJECT: "refused by a device, by ICMP",
    Cause.INJECTED_RESET: "reset by a device in between",
    Cause.RETURN_PATH: "answers do not come back",
    Cause.MIDDLEBOX: "a device answers in its place",
    Cause.HOST_FIREWALL: "a host's own firewall",
    Cause.RPC_AWARE_FIREWALL: "a firewall that understands RPC",
    Cause.NO_ANSWER: "no answer",
    Cause.REFUSED: "connection refused",
    Cause.CUT_OFF: "accepted, then cut off",
    Cause.HOST_DOWN: "no way there, or host down",
    Cause.NO_LISTENER: "nobody listens",
    Cause.WRONG_SERVICE: "something else answers",
    Cause.QUERY_REFUSED: "the question is refused",
    Cause.NOT_REGISTERED: "service not registered",
    Cause.NAME_RESOLUTION: "the name gives no address",
    Cause.NO_KNOWN_LISTENER: "nobody is known to listen",
    Cause.AGENT_SILENT: "an agent is silent",
    Cause.LOSSY_PATH: "packets get lost",
    Cause.OWN_PROBING: "perhaps shunned for probing",
    Cause.LOCAL_FAULT: "could not be tried from here",
}

SHOWN = {
    Shown.BLOCKED: "blocked",
    Shown.SUSPECT: "suspect",
    Shown.INCONCLUSIVE: "inconclusive",
    Shown.OPEN: "passes",
    Shown.EXEMPT: "exempt",
    Shown.UNTESTED: "untested",
}

ROLES = {
    Role.PROCESSING: "processing server",
    Role.MASTER_SECRET: "master secret server",
    Role.MASTER_SECRET_STANDBY: "master secret server (stand-in)",
    Role.SSO_DATABASE: "SSO database",
}

NO_ZONE = "no zone"
NO_STANDING = "How the SSO service stands on this host is not known yet: nobody has looked."


def plural(count: int, one: str, more: str) -> str:
    """`1 path`, `1,000 paths`."""
    return f"{count:,} {one if count == 1 else more}"
