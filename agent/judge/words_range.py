"""What was seen of a range from one end alone, and what to do, in sentences: see `words`."""

from agent.ground.path import Check
from agent.judge.table import Beside
from agent.judge.template import Sentences, Words
from agent.judge.verdict import Cause, Proof, Verdict

_LOOK_AT_RULES = (
    "If SSO fails with 0x800706BA, check the rules for TCP {port} from {source} to {address}, on the way and on {peer}."
)

_LISTEN = " An agent on {peer}, with the key of this site (`rendezvous.key_file`), would listen there and show it."

_ASK_SHUT = "ask the firewall team to pass TCP {shut} from {source} to {address}, and the answers"

_REJECTS_RANGE = Words(
    "{blocked} of {address}: {seen}: that device refuses to pass them, and says so; {edges}. Seen in this round: "
    "{tally}. {coverage}",
    "Look at the rules of {sender}, and " + _ASK_SHUT + ".",
)
_TARGET_REJECTS_RANGE = Words(
    "{blocked} of {address}: {seen}, the probed address itself: the firewall of {peer}, or a device that speaks in "
    "its name; {edges}. Seen in this round: {tally}. {coverage}",
    "Allow TCP {shut} from {source} in the firewall of {peer}.",
)

RANGE: Sentences = {
    (Verdict.INCONCLUSIVE, Cause.MIDDLEBOX, Check.RPC_RANGE): Words(
        "Asked at {address}: {asked} ({tally}); more of them accept than should have a listener: a SYN proxy "
        "or load balancer answers in its place, or many services run there.",
        "Find out which device answers for {address}; until then an accepted connection proves nothing.",
    ),
    (Verdict.INCONCLUSIVE, Cause.NO_KNOWN_LISTENER, None): Words(
        "Asked at {address}: {asked} ({tally}), and nobody is known to listen there: closed ports and dropped ones "
        "look the same behind a silent host firewall, and a reset may be a device's.",
        "Nothing is shown to be shut or open: even the whole range could be shut. " + _LOOK_AT_RULES + _LISTEN,
    ),
    (Verdict.INCONCLUSIVE, Cause.NO_KNOWN_LISTENER, Proof.REPLY): Words(
        "Asked at {address}: {asked} ({tally}). What answered passes, or a device in front of {peer} answers "
        "for it; of the rest nothing is shown: closed ports and dropped ones look the same.",
        "Nothing is shown to be shut, nor is the rest shown to be open. " + _LOOK_AT_RULES + _LISTEN,
    ),
    (Verdict.INCONCLUSIVE, Cause.NO_KNOWN_LISTENER, Proof.NATURAL): Words(
        "{passes} of {address}, where services are registered, accept. Of what else was asked, {asked} ({tally}), "
        "nothing is shown: closed ports and dropped ones look the same behind a silent host firewall.",
        "Nothing is shown to be shut; any port at which no service is registered now could be. "
        + _LOOK_AT_RULES
        + _LISTEN,
    ),
    (Verdict.INCONCLUSIVE, Cause.NO_KNOWN_LISTENER, Beside.SUSPECT): Words(
        "{suspect} of {address} stay silent while the ports around them refuse as {peer} itself does; {edges}. A "
        "firewall on the way or {peer}'s own drops them; a single port may be that of a service that hangs. Nobody is "
        "known to listen there, so it is not shown. {coverage}",
        "Look for a rule about TCP {shut} from {source} to {address}, on the way and on {peer}.",
    ),
    (Verdict.INCONCLUSIVE, Cause.ICMP_REJECT, Beside.NO_WAY_TO_SOME): Words(
        "{turned_back} of {address}: {seen}, though other ports of it answer ({tally}): that device refuses and calls "
        "it so, or one of several ways to {peer} is down.",
        "Look at the rules of {sender} about TCP {port} from {source} to {address}; then at its routes.",
    ),
    (Verdict.INCONCLUSIVE, Cause.LOCAL_FAULT, Beside.KEPT_BACK): Words(
        "{kept_back} of {address} could not be tried from here: {seen}. All that was asked: {tally}. {coverage}",
        "See what the own firewall of {here} lets out to {address}, TCP {port}; it says nothing about {peer}.",
    ),
    (Verdict.INCONCLUSIVE, Cause.LOSSY_PATH, Check.RPC_RANGE): Words(
        "Asked at {address}: {asked} ({tally}); ports that answered before stay silent at times too: a lossy "
        "path, a limit on connections and a firewall would look the same.",
        "Look for packet loss or a connection limit between {source} and {address} first.",
    ),
    (Verdict.INCONCLUSIVE, Cause.OWN_PROBING, None): Words(
        "Ports of {address} that had answered fell silent while its range was being asked: a device that takes {here} "
        "for a scanner may shun it now. An outage of {peer} at that very time would look the same. What other checks "
        "saw before that may no longer hold.",
        "Look for {source} in the block lists of intrusion prevention systems before {address}, and exempt it there. "
        "An agent leaves the range alone for 60 minutes, and asks everything else on.",
    ),
    (Verdict.REACHABLE, None, Check.RPC_RANGE): Words(
        "No block found: whatever was asked of {address} was answered for by {peer} or a device in front of it "
        "({tally}). {coverage}",
        "",
    ),
    (Verdict.BLOCKED, Cause.ICMP_REJECT, Check.RPC_RANGE): _REJECTS_RANGE,
    (Verdict.BLOCKED, Cause.HOST_FIREWALL, Check.RPC_RANGE): _TARGET_REJECTS_RANGE,
    (Verdict.PARTLY_BLOCKED, Cause.ICMP_REJECT, None): _REJECTS_RANGE,
    (Verdict.PARTLY_BLOCKED, Cause.HOST_FIREWALL, None): _TARGET_REJECTS_RANGE,
}
