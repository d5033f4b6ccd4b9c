"""From what was seen to what it means. Pure functions of their arguments: no clock, no network, no memory.

verdict   the closed lists: verdicts, causes, evidence; a Judgement
silence   how often silence must be seen before it means anything
table     the one literal from observation to verdict
words     what was seen and what to do, in sentences
single    one address, one port
range     one address, a sample of a range of ports
fold      several addresses to one verdict; many verdicts to one exit code
"""
