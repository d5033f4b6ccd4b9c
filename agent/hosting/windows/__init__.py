"""Under Windows' service control manager: the service, how it is installed, and what its host has to admit."""
