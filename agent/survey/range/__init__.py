"""The dynamic range in a round of a peer.

known    what is remembered of the range of one address
anchor   whose an RST is
asker    how ports are asked, and a control beside them
edges    the search, and whether it made a device shun us
round    one round at one address: a sample, then the search
ranging  who is asked which ports, and when
"""
