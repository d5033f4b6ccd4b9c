"""`probe init`: a commented configuration, from answers or options."""

from agent.cli.usage import wrong


def init() -> None:
    """Write a configuration file: asks what it has to know."""
    wrong("not there yet")
