"""What was seen, and what to do, in sentences: one of each for a verdict and cause; a check or circumstance may differ.

The sentence of what was seen names the other causes that would look the same: that is what keeps an operator from
sending the wrong team looking. Nothing here comes from the network but addresses and the names of the configuration.
"""

from agent.ground.path import Check
from agent.judge.table import Beside
from agent.judge.template import Sentences, Variant, Words
from agent.judge.verdict import Cause, Verdict
from agent.judge.words_held import HELD
from agent.judge.words_range import RANGE

# In tables.
SERVICE = {
    Check.SQL: "SQL Server",
    Check.EPM: "RPC endpoint mapper",
    Check.RPC_ENDPOINT: "SSO service's own port",
    Check.RPC_RANGE: "Secondary RPC ports",
}

# In sentences.
SPOKEN = {
    Check.SQL: "SQL Server",
    Check.EPM: "the RPC endpoint mapper",
    Check.RPC_ENDPOINT: "the service of this port",
    Check.RPC_RANGE: "an RPC service",
}


_ASK = "ask the firewall team to pass TCP {port} from {source} to {address}, and the answers"

SINGLE: Sentences = {
    (Verdict.REACHABLE, None, None): Words(
        "{door} accepted the connection after {seconds}; a device that answers in its place would look the same.", ""
    ),
    (Verdict.REACHABLE, None, Beside.MAPPER_ANSWERED): Words(
        "The endpoint mapper of {address} answered after {seconds}, and whatever must be registered is.", ""
    ),
    (Verdict.REACHABLE, None, Beside.VERSION_TOLD): Words("{door} answered as {product} after {seconds}.", ""),
    (Verdict.REACHABLE, None, Beside.NAMED): Words(
        "{door}, which the endpoint mapper names, accepted the connection after {seconds}.", ""
    ),
    (Verdict.SERVICE_DOWN, Cause.NOT_REGISTERED, None): Words(
        "The endpoint mapper of {address} answered, and {absent} is not registered there, as it was before or should "
        "be: the service is stopped or still starting, or its cluster resource is on another node.",
        "Start the Enterprise Single Sign-On Service of {peer}; of a cluster bring the resource online, and start no "
        "node's service by hand (clients then get 0x800706D9).",
    ),
    (Verdict.INCONCLUSIVE, Cause.NOT_REGISTERED, None): Words(
        "The endpoint mapper of {address} answered, and nothing there matches {absent}, nor ever did: the service is "
        "stopped, or registered under another annotation or interface.",
        "List what is registered with `probe endpoints {peer}`: correct `rpc.services`, or set `confirmed: true` if it "
        "is right.",
    ),
    (Verdict.INCONCLUSIVE, Cause.NOT_REGISTERED, Check.RPC_ENDPOINT): Words(
        "The endpoint mapper of {address} answered, and {absent} is not registered there: there is no port to connect "
        "to. The service is stopped or still starting, or registered under another annotation or interface.",
        "Start it on {peer}; if it runs, `probe endpoints {peer}` lists what is registered: correct `rpc.services`.",
    ),
    (Verdict.INCONCLUSIVE, Cause.NOT_REGISTERED, Beside.NAMED_NO_LONGER): Words(
        "{door}: {seen}. The endpoint mapper named this port before the attempt and did not after it: the service or "
        "the host was restarted meanwhile, or the mapper fell silent.",
        "Wait for the next round.",
    ),
    (Verdict.INCONCLUSIVE, Cause.NO_KNOWN_LISTENER, Beside.NOT_TOLD): Words(
        "The endpoint mapper of {address} could not be asked where the service listens ({seen}).",
        "Mend the path to the endpoint mapper first.",
    ),
    (Verdict.INCONCLUSIVE, Cause.QUERY_REFUSED, Beside.QUERY_REFUSED): Words(
        "The endpoint mapper of {address} refuses to say where the service listens ({seen}).",
        "Nothing need be wrong: it wants callers to authenticate (RestrictRemoteClients), which this probe does not.",
    ),
    (Verdict.INCONCLUSIVE, Cause.MIDDLEBOX, None): Words(
        "{door} accepted, but so do ports of {address} on which nobody should listen: a SYN proxy or load balancer "
        "answers in its place, or many services run there.",
        "Find out which device answers for {address}; until then an accepted connection proves nothing about "
        "{service}.",
    ),
    (Verdict.UNREACHABLE, Cause.HOST_DOWN, None): Words(
        "{door}: {seen}. {peer} is down or no longer has this address, there is no route behind the sender, or a "
        "firewall refuses with this code.",
        "Check that {peer} is up and has the address {address}; then the routes and rules of {sender}.",
    ),
    (Verdict.UNREACHABLE, Cause.HOST_DOWN, Beside.NEIGHBOUR_SILENT): Words(
        "{door}: {seen}. If {address} is on the subnet of {here}, it is down, has another address or is in another "
        "VLAN; if not, the gateway or the link of {here} is what fails, and nothing is known about {peer}.",
        "Compare {address} with the routes of {here}: on the same subnet, check {peer}; otherwise check the gateway "
        "and the VLAN of {here} first.",
    ),
    (Verdict.INCONCLUSIVE, Cause.LOSSY_PATH, None): Words(
        "{door} is silent, but ports of {address} that answered before stay silent at times too: a lossy path, a "
        "limit on connections and a firewall would look the same.",
        "Look for packet loss or a connection limit between {source} and {address} first.",
    ),
    (Verdict.BLOCKED, Cause.SILENT_DROP, None): Words(
        "{door} was silent {silences} times in a row while TCP {control} of the same address answered each time: a "
        "firewall on the way or {peer}'s own drops it, or its answers. An RPC service that hangs, a load balancer that "
        "has another machine behind this port, or a limit on connections would look the same.",
        "Check on {peer} that its own firewall admits TCP {port} from {source} and that RPC (RpcSs) answers locally; "
        "then " + _ASK + ".",
    ),
    (Verdict.UNREACHABLE, Cause.NO_ANSWER, None): Words(
        "{door}: {seen}. These look the same: a firewall on the way or {peer}'s own drops it, or drops the answer; "
        "{peer} is down (a dead host), has no route back, or no longer has this address; {service} is stopped behind "
        "a silent host firewall, or hung with its queue of connections full.",
        "On {peer}: is it up, has it {address}, does {service} listen on TCP {port}, does its own firewall admit "
        "{source}? If all of that: " + _ASK + ".",
    ),
    (Verdict.UNREACHABLE, Cause.REFUSED, None): Words(
        "{door} refused the connection (RST): nothing listens there, the address belongs to another machine by now, "
        "or a firewall on the way or here resets.",
        "Check on {peer} that {service} runs, listens on {port} and has the address {address}; then look for a "
        "firewall that resets.",
    ),
    (Verdict.UNREACHABLE, Cause.REFUSED, Check.SQL): Words(
        "{door} refused the connection (RST): SQL Server is stopped, has TCP/IP off or listens on another port, the "
        "address belongs to another machine by now, or a firewall on the way or here resets.",
        "Check in SQL Server Configuration Manager of {peer}: service, TCP/IP, port; then look for a firewall that "
        "resets.",
    ),
    (Verdict.UNREACHABLE, Cause.REFUSED, Check.EPM): Words(
        "{door} refused the connection (RST). Windows always serves this port, so a firewall on the way or here "
        "resets, or the address belongs to another machine by now (a stale name).",
        "Check that {address} is still {peer}'s; then look for a firewall that resets.",
    ),
    (Verdict.BLOCKED, Cause.HOST_FIREWALL, None): Words(
        "{door}: {seen}, which is the probed address itself: the firewall of {peer}, or a device that speaks in its "
        "name.",
        "Allow TCP {port} from {source} in the firewall of {peer}.",
    ),
    (Verdict.BLOCKED, Cause.ICMP_REJECT, None): Words(
        "{door}: {seen}: that device refuses to pass it, and says so. A load balancer without servers behind it may "
        "answer so too.",
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
        "The name {address} gave no address: {seen}.",
        "If the name service does not know it: is it misspelt, or short of its domain? If it does not answer: mend "
        "name resolution on {here} first.",
    ),
    (Verdict.INCONCLUSIVE, Cause.LOCAL_FAULT, None): Words(
        "{door} could not be tried from here: {seen}.",
        "Nothing, if it passes with the next round. Otherwise look on {here} at its network link, routes and own "
        "firewall, then for a machine that is too busy or was suspended, and for too few descriptors or ports; it says "
        "nothing about {peer}. Only where the cable, or a virtual switch, has {peer} alone at its other end does no "
        "link come of {peer} being off, too.",
    ),
    (Verdict.INCONCLUSIVE, Cause.NO_KNOWN_LISTENER, Beside.PORT_UNKNOWN): Words(
        "{seen}: the Browser is stopped, hides the instance or does not know it, or a firewall drops UDP 1434. SQL "
        "Server itself was not asked.",
        "Write its `port` in place of `instance` (SQL Server Configuration Manager of {peer}, TCP/IP, IPAll), or start "
        "the Browser and pass UDP 1434.",
    ),
}

SENTENCES: Sentences = {**SINGLE, **RANGE, **HELD}


def words(verdict: Verdict, cause: Cause | None, *variants: Variant) -> Words:
    """The sentences of the first variant that has some of its own, otherwise those of any."""
    keys = [(verdict, cause, variant) for variant in (*variants, None)]
    return next(SENTENCES[key] for key in keys if key in SENTENCES)
