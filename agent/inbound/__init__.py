"""What peers tell us of the paths towards us, and what we tell them of ours.

Pure: values in, values out; the time is an argument. Nothing that a peer sends is ever shown as it came: numbers stand
for our own words, ports are cut to the range of the path, and addresses are read and written anew.

numbers    the closed lists as numbers, the same for every version
told       from a result of ours to what the peer is told
heard      from what a peer tells to a result of the inbound path
words      the sentences of inbound results
facts      what the sentences may name of a path
silence    when what was told is too old to stand
inbox      who told what, where a peer tells of several of our names
"""
