"""What the body of each kind of request and answer is: the one map from kinds to values."""

from collections.abc import Callable, Mapping

from probes.wire.rendezvous.frame import Kind
from probes.wire.rendezvous.greeting import Hello, OtherVersion, Welcome
from probes.wire.rendezvous.messages import Held, Hold, Report, Reported
from probes.wire.rendezvous.states import Accepted, PathState, ProbeBack, States, Told

Requested = Hello | Hold | Report | PathState | ProbeBack | States
Answered = Welcome | Held | Reported | Told | Accepted | PathState | OtherVersion

# What is here reads a body, or raises WireError.
REQUESTS: Mapping[Kind, Callable[[bytes], Requested]] = {
    Kind.HELLO: Hello.decode,
    Kind.HOLD: Hold.decode,
    Kind.REPORT: Report.decode,
    Kind.TELL: PathState.decode,
    Kind.PROBE_BACK: ProbeBack.decode,
    Kind.STATES: States.decode,
}
ANSWERS: Mapping[Kind, Callable[[bytes], Answered]] = {
    Kind.WELCOME: Welcome.decode,
    Kind.HELD: Held.decode,
    Kind.REPORTED: Reported.decode,
    Kind.TOLD: Told.decode,
    Kind.ACCEPTED: Accepted.decode,
    Kind.STATE: PathState.decode,
    Kind.OTHER_VERSION: OtherVersion.decode,
}
