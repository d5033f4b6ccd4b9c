"""The half that holds, and answers: bytes, the time and what the system found go in, orders come out.

holder     the half itself: what is asked and what is done about it
gate       from a datagram to a request of somebody who may ask
cookies    what a greeting gives and everything else has to bring back
seen       requests that were made before: answered alike, and never carried out twice
rates      how many new requests a sender may make
rules      which ports may be held
leases     a lease: what was granted, and who came to its ports
held       the ports that are held, and for which leases
book       all leases: new ones, renewed ones, those that are over
reports    what is said of the ports of a lease
reached    when a held port was last reached from another host
desk       the rest of the agent, to which verdicts are told, and which tells them
"""

from agent.rendezvous.holder.desk import Desk
from agent.rendezvous.holder.holder import Holder
from agent.rendezvous.holder.rules import Rules

__all__ = ["Desk", "Holder", "Rules"]
