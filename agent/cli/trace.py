"""`probe trace`: at which hop a SYN dies."""

from agent.cli.usage import wrong


def trace() -> None:
    """At which hop the SYN to a peer's port dies. Linux, unprivileged."""
    wrong("not there yet")
