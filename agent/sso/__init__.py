"""What a path that is open or shut means for the SSO system of this machine. Pure: values in, values out.

part          which part this machine has, and which of its paths matter
seen          what was seen of services on this machine
ways, reach   whether the master secret and the database can be reached, by the newest verdicts
memory        what is remembered of contact, of outages and of the service's life
stored        the same as values that a file can hold
state         the table: from memory to the state
availability  how much of the master secret could fail without being missed
cluster       whether this node holds the cluster's name
standing      all of that together, to be published and said
words         the sentences, and the answer before a restart
findings      what stands beside the paths: backup, and dns, names that lead to the old node
"""
