"""When the SSO service last told of a master secret that is not backed up, or of another server for it, by its events.

Nowhere run yet against a real Windows log: the query and the rendered event are as Microsoft's "Consuming events"
describes them. Where the log is long and has no such event, all of it is searched.
"""

import re
import sys
from datetime import datetime

LOG = "Application"
SOURCE = "ENTSSO"
CHANGED = (10575, 10589)  # the secret server is another one; the secret is not backed up, as a new one never is
QUERY = f"*[System[Provider[@Name='{SOURCE}'] and ({' or '.join(f'EventID={number}' for number in CHANGED)})]]"

MOST = 4096  # characters: what the system itself says of an event stands first, and is some 1,000 long
PATIENCE = 5000  # milliseconds for the next event

_CREATED = re.compile(
    r"<TimeCreated\s+SystemTime=(?P<mark>['\"])"
    r"(?P<when>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?Z)(?P=mark)\s*/>"
)


def created(event: str) -> float | None:
    """UTC seconds of an event rendered as XML; None if it is not as such events are. Nothing else of it is used."""
    system, ended, _ = event[:MOST].partition("</System>")
    found = list(_CREATED.finditer(system))
    if not ended or len(found) != 1:
        return None
    try:
        at = datetime.fromisoformat(found[0]["when"]).timestamp()
    except (ValueError, OverflowError):
        return None
    return at if at >= 0 else None


if sys.platform == "win32":
    import pywintypes
    import win32evtlog

    def last_secret_change() -> float | None:
        """UTC seconds; None if the log has no such event, or cannot be read. For a thread."""
        try:
            found = win32evtlog.EvtQuery(
                LOG, win32evtlog.EvtQueryChannelPath | win32evtlog.EvtQueryReverseDirection, QUERY
            )
            newest = win32evtlog.EvtNext(found, 1, PATIENCE)
            return created(win32evtlog.EvtRender(newest[0], win32evtlog.EvtRenderEventXml)) if newest else None
        except (pywintypes.error, NotImplementedError, OSError):
            return None

else:

    def last_secret_change() -> float | None:
        """None: only Windows has such a log."""
        return None
