"""What a configuration asks for and the unit's sandbox does not give: said when it is installed."""

import stat
from collections.abc import Iterator
from pathlib import Path

from agent.config.credential import KEY, WEB
from agent.config.model import Config

STORE = Path("etc/credstore")  # of files that systemd hands to services, below the root
STATE = Path("/var/lib/ssoreach")
PRIVILEGED = 1024


def hints(config: Config, root: Path) -> Iterator[str]:
    """A line each."""
    for key, path, name in (
        ("rendezvous.key_file", config.rendezvous.key_file, KEY),
        ("web.config_file", config.web.config_file, WEB),
    ):
        place = root / STORE / name
        if path is not None and not place.exists() and not _everybody_reads(path):
            yield f"{key}: the service cannot read {path}; hand it over: ln -s {path} {place}"
    for key, path in (("state_dir", config.state_dir), ("log.file", config.log.file)):
        if path is not None and not path.is_relative_to(STATE):
            yield f"{key}: the service may write to {STATE} only, and logs to the journal; {path} needs a drop-in"
    for at in config.web.listen:
        if 0 < at.port < PRIVILEGED:
            yield f"web.listen: port {at.port} takes a drop-in with AmbientCapabilities=CAP_NET_BIND_SERVICE"


def _everybody_reads(path: Path) -> bool:
    try:
        return bool(path.stat().st_mode & stat.S_IROTH)
    except OSError:
        return False
