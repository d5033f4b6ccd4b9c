"""From what was seen to what it means. Pure functions of their arguments: no clock, no network, no memory.

verdict   the closed lists: verdicts, causes, evidence; a Judgement
silence   how often silence must be seen before it means anything
table     the one literal from observation to verdict
words     what was seen and what to do, in sentences; those about ranges in words_range and words_held
amounts   many ports in a few words; refusal is who turned an attempt back
template  what sentences are made of
single    one address, one port
range     one address, a range of ports, as far as one end can tell; reach is what it rests on
held      one port that the far end held for us: the table of both ends
both      one address, a range of ports, when its agent listens for us; held_reach is what it rests on
fold      several addresses to one verdict; many verdicts to one exit code
"""
