"""Both ends know: agents hold listeners for one another, for seconds, on request, over UDP.

Pure, driven by the clock (`now=` in, orders out), and without an event loop:

orders     what the half that holds wants done, and where a datagram comes from
roster     who may speak, and from which addresses
holder     the half that holds: cookies, requests seen before, leases, what may never be held
seeker     the half that asks: greeting, requests and their repetition

With the operating system and an event loop:

keyfile    the site's key, from a file that others cannot read
listeners  TCP listeners that say their proofs
tcptable   who listens on this host, and whose SYN is half-way in
admission  whether this host's own firewall admits what comes to this program
ownports   which ports were listened on here lately
sockets    a UDP socket for each address of this host
door       the half that holds, with its sockets and listeners
far        the half that asks, for one address of a peer
"""
