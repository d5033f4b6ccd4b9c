"""The dynamic range in a round of a peer.

known    what is remembered of the range of one address
anchor   whose an RST is
round    one round at one address: a sample, then the search
ranging  who is asked which ports, and when
"""
