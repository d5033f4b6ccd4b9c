"""The dynamic range in a round of a peer.

known     what is remembered of the range of one address
charted   the map of one way to judge it, and when all of it had been asked
counted   how much of it is known
far       the agent at the other end, as it is seen here
ranging   who is asked which ports, and when
hurry     somebody waits: as soon as the peer can bear it
address   the round of one address: with the agent there, or from this end alone
shunned   whether what is asked made a device shun us

With the agent there, who listens for us:

held      one round: a sample and a search, wave by wave
planner   what to ask next
lease     ports that it holds for us, asked while it does
sighted   what the round has seen, and what that makes known

From this end alone:

round     one round: a sample, whose the RSTs are, a search
anchor    whose an RST is
asker     how ports are asked, and a control beside them
edges     the search
"""
