"""A look at the services of this machine, with psutil; and at what its event log says of the master secret.

look              what is seen of the SSO service and of BizTalk's host instances
windows           as Windows' service manager has them
processes, life   elsewhere, where processes stand for them
trouble           what cannot be seen, as a value
secret_changes    when the master secret was last changed
"""
