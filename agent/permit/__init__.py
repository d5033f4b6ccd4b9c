"""The firewall change request: who has to be let through to whom, at which ports, and why.

From the plan, or from what was found shut, to single permits, to as few as say exactly the same, to a format. Pure:
names are looked up, files read and agents asked elsewhere.
"""
