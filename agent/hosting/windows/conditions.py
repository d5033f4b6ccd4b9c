"""What Windows says of a service, in our words. Pure. Sources: Microsoft's "SERVICE_STATUS", "System error codes"."""

from enum import IntEnum

from agent.hosting.manager import ServiceState
from agent.hosting.windows.words import NO_ANSWER, NO_LOG_ON

SPECIFIC = 1066  # ERROR_SERVICE_SPECIFIC_ERROR: what it was, the service itself says
CALLED_NEVER = 1077

STATES = {
    1: ServiceState.STOPPED,
    2: ServiceState.STARTING,
    3: ServiceState.STOPPING,
    4: ServiceState.RUNNING,
    5: ServiceState.STARTING,
    6: ServiceState.STOPPING,
    7: ServiceState.STOPPED,
}


class Failure(IntEnum):
    """Why the service ended by itself: its own exit code, which Windows shows as service-specific error."""

    CANNOT_START = 1
    CANNOT_LISTEN = 2
    FAULT = 3
    STUCK = 4
    START_TOO_LONG = 5


FAILURES = {
    Failure.CANNOT_START: "its configuration, or what that names, cannot be used",
    Failure.CANNOT_LISTEN: "it cannot listen where its configuration says",
    Failure.FAULT: "a fault of its own",
    Failure.STUCK: "its event loop stood still, or no rounds were made in it any more",
    Failure.START_TOO_LONG: "it did not listen in time",
}

EXIT_CODES = {
    5: "access denied: its account may not run the program",
    2: "its program is not there",
    3: "its program's folder is not there",
    1053: NO_ANSWER,
    1058: "it is disabled",
    1067: "its process ended without a word",
    1069: NO_LOG_ON,
    CALLED_NEVER: "it was never started since the system was",
}


def state_of(state: int, code: int) -> ServiceState:
    """`code`: how it ended the last time."""
    found = STATES.get(state, ServiceState.STOPPED)
    return ServiceState.FAILED if found is ServiceState.STOPPED and code not in (0, CALLED_NEVER) else found


def ended(code: int, specific: int) -> str:
    """How it ended the last time."""
    if code == 0:
        return "it ended well"
    if code == SPECIFIC:
        words = FAILURES[Failure(specific)] if specific in FAILURES else "a reason of its own"
        return f"{words} (service-specific error {specific})"
    return f"{EXIT_CODES.get(code, 'Windows says no more')} (error {code})"
