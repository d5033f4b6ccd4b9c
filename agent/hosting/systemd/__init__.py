"""Under systemd: what the agent tells it, the unit, and how that is installed."""
