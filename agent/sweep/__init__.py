"""`probe sweep`: every port of a range once, at every address of a peer, and its edges once more.

order    what is to be asked of one address, and how fast
volley   every port once, many at a time
watch    whether the address still answers: ports that answered before, asked again meanwhile
edges    the edges asked again, until they are sure
sweep    all of it, one address after the other
"""
