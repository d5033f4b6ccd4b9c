"""What a path that is open or shut means for the SSO system of this machine. Pure: values in, values out.

seen    what was seen of services on this machine
"""
