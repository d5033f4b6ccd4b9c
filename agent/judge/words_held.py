"""What was seen of a range whose agent listened for us, or should have, and what to do, in sentences: see `words`."""

from agent.judge.held import Shows
from agent.judge.table import Beside
from agent.judge.template import Sentences, Words
from agent.judge.verdict import Cause, Proof, Verdict
from probes.wire.rendezvous.messages import Holding, Reason

_ENDS = " Seen in this round: {tally}; {edges}. {coverage}"

_DROPPED = Words(
    "{shut} of {address} stayed silent each time, while the agent there listened and saw nothing arrive: a firewall on "
    "the way or that of {here} drops it. A rule of {peer}'s own firewall about these ports, or a limit on connections, "
    "would look the same." + _ENDS,
    "Ask the firewall team to pass {wanted} from {source} to {address}, and the answers.",
)
_RETURN_PATH = Words(
    "{shut} of {address}: what was sent arrived there, and the answers did not come back. A firewall on the way back "
    "drops them, or expects them elsewhere (asymmetric routing); the firewall of {here}, or that of {peer} about what "
    "it sends, would look the same." + _ENDS,
    "Ask the firewall team to pass the answers from {address}, {shut}, to {source}, and whether both ways lead through "
    "the same firewall.",
)
_INJECTED = Words(
    "{shut} of {address} were reset, while the agent there listened and saw nothing arrive: a device on the way resets "
    "in its place. A firewall of {here} or {peer} that resets would look the same." + _ENDS,
    "Find the device between {source} and {address} that resets; then ask the firewall team to pass {wanted} from "
    "{source} to {address}, and the answers.",
)
_STRANGER = Words(
    "{shut} of {address} accept, but it is not the listener there that does: a SYN proxy, a load balancer or another "
    "machine answers in its place. A firewall that inspects what is said and cuts it off would look the same." + _ENDS,
    "Find out which device between {source} and {address} answers for {shut}; have it pass the connections on.",
)
_REFUSED = Words(
    "{shut} of {address}: {seen}, and nothing arrived there: that device refuses to pass them, and says so." + _ENDS,
    "Look at the rules of {sender}, and ask the firewall team to pass {wanted} from {source} to {address}, and the "
    "answers.",
)
_REFUSED_BY_TARGET = Words(
    "{shut} of {address}: {seen}, the probed address itself, while the agent there listened: the firewall of {peer}, "
    "or a device that speaks in its name." + _ENDS,
    "Allow {wanted} from {source} in the firewall of {peer}.",
)

# What else is shut, beside that which most of it is.
ASIDE = {
    Shows.DROPPED: Words("{shut} are dropped on the way.", "Pass {shut} from {source} to {address}, too."),
    Shows.RETURN_PATH: Words(
        "{shut} are reached, and the answers are dropped.",
        "Pass the answers from {address}, {shut}, to {source}, too.",
    ),
    Shows.STRANGER: Words("{shut} are accepted by somebody else.", "Find out who accepts {shut} in its place, too."),
    Shows.INJECTED: Words("{shut} are reset by somebody else.", "Find the device that resets {shut}, too."),
    Shows.REFUSED: Words("{shut} are refused with an ICMP error.", "Look for the rule that refuses {shut}, too."),
}

_NOT_OFTEN_ENOUGH = Words(
    "{suspect} of {address} did not pass though the agent there listened, but not often enough yet to be sure: lost "
    "packets would look the same." + _ENDS,
    "Wait for the next rounds, or ask (again) with `probe once --peer {peer}`, on a host that is not overloaded.",
)

_ADMIT = "Allow the agent's program inbound, TCP {port}, in the firewall of {peer}; then its ports show what is shut."

HELD: Sentences = {
    **{
        (verdict, cause, Proof.HELD): text
        for verdict in (Verdict.BLOCKED, Verdict.PARTLY_BLOCKED)
        for cause, text in (
            (Cause.SILENT_DROP, _DROPPED),
            (Cause.RETURN_PATH, _RETURN_PATH),
            (Cause.INJECTED_RESET, _INJECTED),
            (Cause.MIDDLEBOX, _STRANGER),
            (Cause.ICMP_REJECT, _REFUSED),
            (Cause.HOST_FIREWALL, _REFUSED_BY_TARGET),
        )
    },
    **{
        (Verdict.INCONCLUSIVE, cause, Beside.NOT_OFTEN_ENOUGH): _NOT_OFTEN_ENOUGH
        for cause in (
            Cause.SILENT_DROP,
            Cause.RETURN_PATH,
            Cause.INJECTED_RESET,
            Cause.MIDDLEBOX,
            Cause.ICMP_REJECT,
            Cause.HOST_FIREWALL,
        )
    },
    (Verdict.REACHABLE, None, Proof.HELD): Words(
        "No block found: {passed} ports at which the agent of {peer} listened were reached, each with the proof that "
        "it was that agent ({tally}). {coverage}",
        "",
    ),
    (Verdict.INCONCLUSIVE, Cause.AGENT_SILENT, Beside.FELL_SILENT): Words(
        "The agent at {address} answered, and then did not any more in the middle of the round; so nothing that was "
        "asked counts, and nobody is accused. It was stopped or restarted, its UDP packets get lost, or a firewall "
        "began to drop them. {coverage}",
        "See on {peer} whether the agent runs, and what its log says; until it answers again, {peer} is judged from "
        "this end alone.",
    ),
    (Verdict.INCONCLUSIVE, Cause.HOST_FIREWALL, Proof.HELD): Words(
        "{suspect} of {address} stay silent though the agent there listens, and nobody is known to have reached a port "
        "of it in the last 24 hours: the firewall of {peer} may not admit the agent's program, which says nothing "
        "about SSO; a firewall on the way that drops them would look the same." + _ENDS,
        _ADMIT,
    ),
    (Verdict.INCONCLUSIVE, Cause.HOST_FIREWALL, Beside.SERVICES_ANSWER): Words(
        "{suspect} of {address} stay silent though the agent there listens, while {services}, where services are "
        "registered, accept: the firewall of {peer} admits those, and may not admit the agent's program. A firewall on "
        "the way that passes only those ports would look the same." + _ENDS,
        _ADMIT,
    ),
    (Verdict.INCONCLUSIVE, Cause.RPC_AWARE_FIREWALL, Proof.HELD): Words(
        "{suspect} of {address} stay silent though the agent there listens, and a port that its endpoint mapper names "
        "passes only while the mapper is asked: a firewall that understands RPC opens no other. The firewall of {peer} "
        "may not admit the agent's program, too." + _ENDS,
        "Nothing need be wrong: such a firewall opens a port when it is needed. " + _ADMIT,
    ),
    (Verdict.INCONCLUSIVE, Cause.LOSSY_PATH, Proof.HELD): Words(
        "Some ports of {address} did not pass though the agent there listened ({tally}), but so much gets lost on this "
        "path, questions to that agent among it, that silence shows nothing: a lossy path, a limit on connections and "
        "a firewall would look the same. {coverage}",
        "Look for packet loss or a connection limit between {source} and {address} first.",
    ),
    (Verdict.INCONCLUSIVE, Cause.ICMP_REJECT, Beside.NO_WAY_TO_HELD): Words(
        "{turned_back} of {address}: {seen}, though the agent there answers ({tally}): that device refuses and calls "
        "it so, or one of several ways to {peer} is down.",
        "Look at the rules of {sender} about TCP {port} from {source} to {address}; then at its routes.",
    ),
    (Verdict.INCONCLUSIVE, Cause.NO_KNOWN_LISTENER, Beside.UNEXPLAINED): Words(
        "{unexplained} of {address} showed nothing ({tally}), and the agent there cannot tell why{translated}: "
        "its address is translated on the way, somebody else connected at the same time, or it was busy. {coverage}",
        "Look for a device between {source} and {address} that translates addresses; if there is none, wait for the "
        "next round.",
    ),
    (Verdict.INCONCLUSIVE, Cause.NO_KNOWN_LISTENER, Beside.NOTHING_HELD): Words(
        "The agent at {address} answers, but listened at none of the ports that it was asked for ({not_held}): "
        "so nothing is known to listen there, and nothing is shown. {coverage}",
        "If this lasts, compare `rpc.dynamic_ports` of {here} and {peer}, and look into the log of the agent there.",
    ),
    (Verdict.INCONCLUSIVE, Cause.AGENT_SILENT, Beside.AGENT_SILENT): Words(
        "{told} An agent should listen for us on {peer}, and none answers at {address}: it is stopped; UDP 10135, or "
        "what `rendezvous` says, is shut on the way or in a host's firewall, or the answers are; it has another key; "
        "or its configuration does not know {here} by this address.",
        "See on {peer} whether the agent runs and what its log says it drops; compare the key files; then pass its UDP "
        "port from {source} to {address}, and the answers.",
    ),
    (Verdict.INCONCLUSIVE, Cause.AGENT_SILENT, Beside.OTHER_VERSION): Words(
        "{told} The agent at {address} speaks another version, and said so: it does not listen for us.",
        "Bring the agents of {here} and {peer} to the same version.",
    ),
}

ONE_END = "Judged from this end alone: the agent at {address} does not answer."

HOLDING = {
    Holding.LISTENING: "where something else listens",
    Holding.BUSY: "in use",
    Holding.REFUSED: "never held",
    Holding.FAILED: "where its system failed to",
    Holding.VACANT: "never held",
}

REASON = {
    Reason.OUTSIDE: "outside of its `rpc.dynamic_ports`",
    Reason.FIXED: "a service's fixed port",
    Reason.OWN: "a port of its own",
    Reason.SEEN: "where something listened lately",
    Reason.BOOTED: "as its host has started a short time ago",
    Reason.FULL: "as it listens at too many already",
    Reason.EXCLUDED: "kept by its system",
}
