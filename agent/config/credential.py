"""What systemd hands a service beside its files (`LoadCredential=`): secrets that only root can read where they lie.

One that is there takes the place of the file that the configuration names: the configuration is the same on every host,
and only some of them run systemd.
"""

from collections.abc import Mapping
from pathlib import Path

KEY, WEB = "ssoreach-key", "ssoreach-web"


def credential(name: str, environ: Mapping[str, str]) -> Path | None:
    """Its file; None: there is none of that name. systemd lets nobody but the service at it, so it is not checked."""
    folder = environ.get("CREDENTIALS_DIRECTORY")
    place = Path(folder, name) if folder else None
    return place if place is not None and _is_there(place) else None


def _is_there(path: Path) -> bool:
    try:
        path.stat()
    except PermissionError:
        return True  # reading it says so; without a key nobody would be told why
    except (OSError, ValueError):
        return False
    return True
