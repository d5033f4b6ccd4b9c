"""What cannot be seen, as a value: whatever psutil or the system says against it becomes a condition."""

import psutil

from agent.ground.text import plain
from agent.sso.seen import Condition, Service

# psutil's own errors, and those that its calls of the system have been seen to let through.
TROUBLE = (psutil.Error, OSError, RuntimeError, LookupError, ValueError, ArithmeticError, SystemError)

_REFUSED = (psutil.AccessDenied, PermissionError)


def refused(error: Exception) -> bool:
    """Whether this account may not see it."""
    return isinstance(error, _REFUSED)


def unseen(name: str, error: Exception, pid: int | None = None) -> Service:
    """A service of which nothing could be seen, and why, as the system put it."""
    condition = Condition.FORBIDDEN if refused(error) else Condition.FAILED
    return Service(name, condition, pid=pid, detail=plain(str(error) or type(error).__name__))
