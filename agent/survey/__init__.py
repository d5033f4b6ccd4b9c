"""One round of one peer: resolve, knock, ask silence again, judge.

manners   how fast, how often, how many
memory    what a round remembers for the next
view      what a round has seen so far of one address
mapper    ask the endpoint mapper, and connect to what it names
database  ask SQL Server and its Browser
silence   ask a silent port again, beside one that answers
range     the dynamic range: sample, search, what is remembered
budget    what a peer must bear of range attempts
shun      whether a device shuns us because of what we ask
conclude  from views to results
noticed   what stands beside the verdicts
survey    the round itself
"""
