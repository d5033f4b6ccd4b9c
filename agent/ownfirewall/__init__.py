"""What this host's own firewall has to let in for peers and Prometheus, and saying when it does not.

doors      where this machine listens, and who has a reason to come
scrapers   who may read metrics beside the hosts of the file
addresses  what the names of those who may come lead to: a firewall knows addresses only
rules      the table: which rules of Windows' firewall that takes; pure
powershell the same table, to be typed
remedy     what to type, or to do elsewhere
entrance   the agent's look at whether it is let in, again and again
"""
