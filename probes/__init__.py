"""How to knock: one conversation with one address and port, and what was seen.

The floor, from the ground up:

    wire/       bytes to values and back; no socket, no clock, no randomness
    state       the closed list of what an attempt can see
    outcome     what one attempt was asked for, and what it saw
    icmp        what an ICMP error means: a refusal, or no way there
    classify    from an operating system's error to a state
    posix, windows   everything about sockets that differs between systems
    resolve     a name to its addresses
    engine/     many attempts at once
    registry    PROBES, the one literal that maps a kind to its probe

Law of this floor: the standard library and asyncio-dgram, nothing else; it knows nothing of `agent`.
"""
