"""The agent on a host: built from its file, run for as long as the host says, and installed as a service there.

prepare    from a file to an agent that is ready to run
life       whom it tells how it is: nobody, systemd, or Windows' service control manager
run        the agent in an event loop, until it is told to stop
program    how this installation is started
manager    what a platform can do with the service: install, remove, start, stop, say how it is
systemd    notifications, the watchdog, the unit
windows    the service, its account, its folders, its event log, the rules of Windows' firewall
"""
