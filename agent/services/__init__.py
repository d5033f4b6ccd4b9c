"""A look at the services of this machine, with psutil.

look    what is seen of the SSO service and of BizTalk's host instances
"""
