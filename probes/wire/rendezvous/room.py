"""How long a request has to be, at least: as long as the longest answer to it. See `Frame.seal`."""

from probes.wire.rendezvous.frame import HEAD, LONGEST_NAME, Kind
from probes.wire.rendezvous.greeting import LARGEST_OTHER_VERSION, LARGEST_WELCOME
from probes.wire.rendezvous.keys import SIZE as MAC_SIZE
from probes.wire.rendezvous.messages import LARGEST_HELD, LARGEST_REPORTED
from probes.wire.rendezvous.states import LARGEST_ACCEPTED, LARGEST_STATE

OVERHEAD = HEAD.size + 2 * (1 + LONGEST_NAME) + MAC_SIZE  # of a frame, at most

ROOM = {
    Kind.HELLO: OVERHEAD + LARGEST_WELCOME,
    Kind.HOLD: OVERHEAD + LARGEST_HELD,
    Kind.REPORT: OVERHEAD + LARGEST_REPORTED,
    Kind.TELL: OVERHEAD + LARGEST_OTHER_VERSION,
    Kind.PROBE_BACK: OVERHEAD + LARGEST_ACCEPTED,
    Kind.STATES: OVERHEAD + LARGEST_STATE,
}
