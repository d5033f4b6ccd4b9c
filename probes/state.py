"""The closed list of what one attempt can see. The words are nmap's and PortQry's; they are also metric labels."""

from enum import StrEnum


class State(StrEnum):
    """What one conversation with one address and port came to."""

    OPEN = "open"  # SYN-ACK, and the protocol's answer where one was asked for
    CLOSED = "closed"  # RST
    FILTERED = "filtered"  # nothing before the deadline
    REJECTED = "rejected"  # an ICMP error
    RESET = "reset"  # accepted, then RST before the answer
    HUNG_UP = "hung-up"  # accepted, then a polite close before the answer
    MUTE = "mute"  # accepted, then nothing before the answer was due
    GARBLED = "garbled"  # an answer in another protocol
    DECLINED = "declined"  # the protocol's own refusal
    UNRESOLVED = "unresolved"  # the name gave no address
    LOCAL_FAULT = "local-fault"  # we could not try; never counted against a peer


class Phase(StrEnum):
    """How far an attempt got."""

    RESOLVE = "resolve"
    CONNECT = "connect"
    SEND = "send"
    REPLY = "reply"
    DECODE = "decode"
    DONE = "done"


class Sent(StrEnum):
    """Whether our SYN is known to have left this host; decides what silence may mean."""

    YES = "yes"  # the kernel handed at least one retransmission to the network
    HELD = "held"  # still queued here: the next hop does not answer ARP or neighbour discovery
    REFUSED = "refused"  # this host's own firewall refused to send it, or its queue was full
    UNKNOWN = "unknown"  # the system does not tell, or no retransmission was due yet
