"""Both ends know: agents hold listeners for one another, for seconds, on request, over UDP.

Pure, driven by the clock (`now=` in, orders out), and without an event loop:

orders     what the half that holds wants done, and where a datagram comes from
roster     who may speak, and from which addresses
holder     the half that holds: cookies, requests seen before, leases, what may never be held
seeker     the half that asks: greeting, requests and their repetition

bodies     which message has which body
directory  who runs an agent, by what names, and where it can be asked
question   one request under way
granted    which leases were granted to us, and which of them may be renewed

With the operating system and an event loop:

keyfile    the site's key, from a file that others cannot read
keywriter  a new key file, and a changed one
permission who else may read or change a file
listeners  TCP listeners that say their proofs; `exclusive`, their sockets; `listener`, one of them
tcptable   who listens on this host, and whose SYN is half-way in
admission  whether this host's own firewall admits what comes to this program; `ruleset` judges nft's rules
ownports   which ports were listened on here lately
sockets    a UDP socket for each address of this host
door       the half that holds, driven
caller     the half that asks, driven; `callers`, one for each address of every peer
far        the agent at one address of a peer, for a round of its range
service    all of it in one process
"""
