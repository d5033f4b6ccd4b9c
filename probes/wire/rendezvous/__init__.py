"""What two agents say to each other over UDP, so that one holds listeners that the other can ask for.

keys      a site's secret to four keys, each good for one thing
frame     who says something to whom, sealed with a key: the same for every kind and version
greeting  the first words, and the versions that are spoken
messages  what is said of held listeners
states    what is said of paths
fields    what several messages are made of
room      how long a request has to be
proof     what a held listener says to whoever connects

A datagram is at most 1,200 bytes, and no answer is longer than its request: a request is padded to what its answer may
need, so that nobody can be flooded by answers to what he did not ask.
"""
