"""From answers to a commented configuration: what `probe init` asks, and what it writes.

answers     what a draft of a site holds
questions   the one table of what is asked, in which order, and what is suggested
taking      from the text of an answer to the draft with it
hosts       machines as people write them; one machine with several roles
sqlserver   the SSO database's server as people write it
checked     whether the loader would take it, in its own words
here        what this machine knows by itself
registry    which values of Windows' registry are read, and no others
asking      the conversation, and its answers without one
keyboard    the person at the terminal
scalar      a text as YAML that stays a text
text        the file
place       where it goes, without writing over another
after       what to run next
"""
