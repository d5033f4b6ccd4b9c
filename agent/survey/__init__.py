"""One round of one peer: resolve, knock, ask silence again, judge.

manners   how fast, how often, how many
memory    what a round remembers for the next
view      what a round has seen so far of one address
conclude  from views to results
survey    the round itself
"""
