"""What the operator wrote, read once, checked whole, and frozen.

mistakes    one line for each thing that is wrong, with its file, line and key path
positions   YAML text to plain data, remembering the line of every key
address     addresses and host:port pairs as operators write them
fields      the kinds of value that a key may hold
model       every key and its default
rules       what no single key can know: names used twice, a pace that does not fit
explain     from the model's complaint to a sentence
load        all of the above in order
find        where the file is looked for
adhoc       a site without a file
"""
