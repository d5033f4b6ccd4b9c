"""The dynamic range of one address: what is known of each port, and where the edges are of what is shut.

Nothing in here sends anything or knows what time it is.

observed   what one attempt shows of its port
portmap    the newest of it for each port, three bytes a port
runs       neighbouring ports that behave alike, and the gaps between unlike ones
fan        how many ports of a gap to ask at once
repeats    how often in a row a port has to be seen the same
ground     what a search stands on: the map, the repeats, and what both come to
limits     whether silence only means that we asked too fast
belief     whether what a port showed is believed, or has changed what is known around it
agenda     what to ask next, the most pressing first
search     which ports to ask next, until every edge is found and confirmed: the face of the four above
stored     the map in a file
"""
