"""One look at the SSO service and BizTalk's host instances of this machine."""

import sys

from agent.sso.seen import HOST_INSTANCES, Sighting

if sys.platform == "win32":
    from agent.services.windows import seen
else:
    from agent.services.processes import seen


def look(service: str, instances: str = HOST_INSTANCES) -> Sighting:
    """What is seen now; for a thread, and it raises nothing. Names do not depend on case; `instances` is a pattern.

    A host instance that is listed and cannot be read has its condition too.
    """
    return seen(service, instances)
