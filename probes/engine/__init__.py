"""Many attempts at once, behind one interface.

engine     the interface: submit with a callback, or await a knock
late       how late the event loop runs; silence seen by a sleeping loop is no silence
epoll      Linux: one epoll of our own inside the event loop's
portable   every other system: the event loop's own connect
pace       the token bucket that all of a process's attempts share
"""
