"""The sentences of inbound results: what a peer found on the way to us, and what to do about it, in our own words.

What was found has a frame for its verdict, and in it a clause for its cause; the clause names the other causes that
would look the same. The fields are the keys of `facts.facts_of`.
"""

from typing import NamedTuple

from agent.ground.path import Check
from agent.judge.verdict import Cause, Proof, Verdict


class Words(NamedTuple):
    """Templates: why, which stands in a frame, and what to do."""

    why: str
    remedy: str


DOORS = {
    Check.SQL: "SQL Server of {here}",
    Check.EPM: "the RPC endpoint mapper of {here}",
    Check.RPC_ENDPOINT: "the SSO service's own port of {here}",
    Check.RPC_RANGE: "{ports} of {here}",
}

FRAMES = {
    Verdict.REACHABLE: "{peer} reaches {door}.",
    Verdict.PARTLY_BLOCKED: "{peer} finds {door} shut: {why}.",
    Verdict.BLOCKED: "{peer} finds {door} shut: {why}.",
    Verdict.SERVICE_DOWN: "{peer} gets through to {here}, but {service} is not there: {why}.",
    Verdict.UNREACHABLE: "{peer} does not reach {door}: {why}.",
    Verdict.UNRESOLVED: "{peer} has no address to reach {here} at: {why}.",
    Verdict.INCONCLUSIVE: "{peer} cannot tell whether it reaches {door}: {why}.",
}
NO_BLOCK = "{peer} finds no block on the way to {door}."  # a range that is reachable

FOUND = "Found by {peer} at {at}."
ATTEMPTS = " For every attempt run `probe once --peer {here}` on {peer}."

_ASK = "ask the firewall team to pass {ports} from {peer} to {here}, and the answers."
_BETWEEN = "between {peer} and {here}"

CAUSES = {
    Cause.SILENT_DROP: Words(
        "a firewall on the way, or that of {here}, drops what {peer} sends, or the answers, in silence. A service that "
        "hangs, and a limit on connections, look the same",
        f"Check that the firewall of {{here}} admits {{ports}} from {{peer}}; then {_ASK}",
    ),
    Cause.ICMP_REJECT: Words(
        "{sender} refuses to pass it, and says so", f"Look at the rules of {{sender}}, and {_ASK}"
    ),
    Cause.INJECTED_RESET: Words(
        "a reset comes back, and {here} did not send it", f"Look for a device {_BETWEEN} that resets, and {_ASK}"
    ),
    Cause.RETURN_PATH: Words(
        "what {peer} sends arrives, and the answers of {here} do not get back",
        "Ask the firewall team to pass the answers of {ports} from {here} to {peer}, and whether both ways lead "
        "through the same firewall.",
    ),
    Cause.MIDDLEBOX: Words(
        "something on the way answers in the place of {here}",
        f"Find out which device {_BETWEEN} answers; until then an accepted connection proves nothing.",
    ),
    Cause.HOST_FIREWALL: Words(
        "the firewall of {here}, or a device that speaks in its name, refuses it",
        "Allow {ports} from {peer} in the firewall of {here}.",
    ),
    Cause.RPC_AWARE_FIREWALL: Words(
        "a firewall that understands RPC may let through only what an endpoint mapper has named",
        f"Look for a firewall {_BETWEEN} that inspects RPC, and {_ASK}",
    ),
    Cause.NO_ANSWER: Words(
        "nothing answers. A firewall on the way or that of {here}, no way back, a wrong address, and a service that is "
        "stopped or hangs look the same",
        f"On {{here}}: does {{service}} run, does the firewall admit {{ports}} from {{peer}}? If so, {_ASK}",
    ),
    Cause.REFUSED: Words(
        "the connection is refused (RST). Nothing listens there, {peer} has a wrong address for {here}, or a firewall "
        "resets",
        "Check on {here} that {service} runs and listens on {ports}, and on {peer} which address it has for {here}; "
        "then look for a firewall that resets.",
    ),
    Cause.CUT_OFF: Words(
        "the connection is accepted and then not answered. A service that hangs and a firewall that inspects what is "
        "said look the same",
        f"Check {{service}} on {{here}}; then look for a firewall {_BETWEEN} that inspects what is said.",
    ),
    Cause.HOST_DOWN: Words(
        "{sender} says that there is no way, or nobody there. A wrong address or route, and a firewall that calls its "
        "refusal so, look the same",
        "Check on {peer} which address it has for {here}; then the routes and rules of {sender}.",
    ),
    Cause.NO_LISTENER: Words("nobody listens there", "Start {service} on {here}."),
    Cause.WRONG_SERVICE: Words(
        "something else answers there, or a device in its place", "Check which program of {here} listens on {ports}."
    ),
    Cause.QUERY_REFUSED: Words(
        "its question is refused, as whoever asks is to authenticate", "Nothing need be wrong: probes do not."
    ),
    Cause.NOT_REGISTERED: Words(
        "the endpoint mapper answers, and does not know the service",
        "Start the Enterprise Single Sign-On Service of {here}, or correct `rpc.services`.",
    ),
    Cause.NAME_RESOLUTION: Words(
        "its name service gives none, or does not answer",
        "Mend name resolution on {peer}, or the name of {here} in its configuration.",
    ),
    Cause.NO_KNOWN_LISTENER: Words(
        "nobody is known to listen there, and then silence shows nothing",
        "Nothing is shown to be shut, nor to be open.",
    ),
    Cause.AGENT_SILENT: Words(
        "the agent of {here} did not answer when it was asked to listen",
        "Let UDP pass from {peer} to the rendezvous port of {here}, and the answers.",
    ),
    Cause.LOSSY_PATH: Words(
        "packets get lost, on the way or by a limit on connections",
        f"Look for packet loss or a connection limit {_BETWEEN} first.",
    ),
    Cause.OWN_PROBING: Words(
        "a device may shun it for its probing, and it leaves the range alone for a time",
        "Look for {peer} in the block lists of intrusion prevention systems before {here}, and exempt it there.",
    ),
    Cause.LOCAL_FAULT: Words(
        "it could not try, by a fault of its own", "Mend it on {peer}; it says nothing about {here}."
    ),
}

# Where this agent listened for the peer, and knows what arrived.
HELD = {
    Cause.SILENT_DROP: Words(
        "what {peer} sends does not arrive; a firewall on the way, or that of {here}, drops it in silence",
        CAUSES[Cause.SILENT_DROP].remedy,
    ),
}

# Where the port of a service is not known: then it was not asked.
PORT_UNKNOWN = Words(
    "its endpoint mapper could not be asked which port that is, or did not say",
    "Mend the path from {peer} to the endpoint mapper of {here} first.",
)

_GOES_ON = "Wait for its next rounds; if it goes on, "

# Where the verdict is INCONCLUSIVE: what is not shown must not sound as if it were.
UNSURE = {
    Cause.SILENT_DROP: Words(
        "what it sends seems to be dropped in silence, but not often enough to be sure. Lost packets look the same",
        f"{_GOES_ON}{_ASK}",
    ),
    Cause.ICMP_REJECT: Words(
        "{sender} says that there is no way to some of it, while others answer. A device that refuses and calls it so, "
        "and one of several ways that is down, look the same",
        "Look at the rules and routes of {sender}.",
    ),
    Cause.INJECTED_RESET: Words(
        "something on the way seems to reset, but not often enough to be sure",
        f"{_GOES_ON}look for a device {_BETWEEN} that resets.",
    ),
    Cause.RETURN_PATH: Words(
        "answers seem to get lost on their way back, but not often enough to be sure. Lost packets look the same",
        f"{_GOES_ON}ask the firewall team to pass the answers of {{ports}} from {{here}} to {{peer}}.",
    ),
    Cause.MIDDLEBOX: Words(
        "something on the way may answer in the place of {here}, or many services run there",
        f"Find out which device {_BETWEEN} answers; until then an accepted connection proves nothing.",
    ),
    Cause.HOST_FIREWALL: Words(
        "the ports that this agent holds for {peer} stay silent. A firewall of {here} that does not admit this agent's "
        "program, and a firewall on the way, look the same",
        "Allow this agent's program inbound in the firewall of {here}.",
    ),
}

NOT_TOLD = Words(
    "{peer} has not told yet what it finds on the way to this host.",
    "Wait for a round of {peer}; it takes an agent there, with the key of this site.",
)
NEWER = Words(
    "{peer} says something about {door} that this version does not know.", "Update this agent to the version of {peer}."
)
SENSELESS = Words(
    "What {peer} says about {door} contradicts itself, or names no port of it.",
    "Compare the configurations of {peer} and {here}, the dynamic ports first; then their versions.",
)
SILENT = Words(
    "{peer} has said nothing new for {age}, and what it said before counts no more: its agent is stopped, what "
    "it says does not arrive here, or it asks another node by now.",
    "Check that the agent of {peer} runs and has the key of this site, and that UDP passes from there to the "
    "rendezvous port of this host.",
)


def words(verdict: Verdict, cause: Cause | None, evidence: Proof, check: Check) -> Words:
    """Where there is no cause, nothing is wrong."""
    if cause is None:
        return Words("", "")
    if cause is Cause.NO_KNOWN_LISTENER and check is Check.RPC_ENDPOINT:
        return Words(PORT_UNKNOWN.why, PORT_UNKNOWN.remedy + ATTEMPTS)
    held = HELD if evidence is Proof.HELD else {}
    why, remedy = (UNSURE if verdict is Verdict.INCONCLUSIVE else held).get(cause, CAUSES[cause])
    return Words(why, remedy + ATTEMPTS)
