"""`probe rules`: the firewall change request."""

from agent.cli.options import Config
from agent.cli.usage import wrong


def rules(config: Config = None) -> None:
    """The firewall change request of the site. Sends nothing."""
    wrong("not there yet")
