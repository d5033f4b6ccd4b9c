"""Who is where, which of them this machine is, and what has to be reachable from it. Pure."""
