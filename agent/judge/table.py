"""From observation to verdict: the one literal. Rows are tried from top to bottom; the first that fits decides.

A row asks what check it is, what state an attempt saw, and one circumstance beside it. To find out what else could have
produced an observation, read the rows with the same state.
"""

from collections.abc import Set
from enum import Enum, auto
from functools import lru_cache
from typing import NamedTuple

from agent.ground.path import Check
from agent.judge.verdict import Cause, Proof, Verdict
from probes.state import State


class Beside(Enum):
    """What else is known beside one attempt's state."""

    NOTHING_MORE = auto()
    DEVICE_ANSWERS_ALL = auto()  # ports that nobody should listen on answer at this address
    SILENCE_CONFIRMED = auto()  # silent often enough, each time beside a port of the same address that answered
    SILENCE_ON_LOSSY_PATH = auto()  # as above, but so do controls: no number of silences would do
    NEIGHBOUR_SILENT = auto()  # the SYN is still queued here: nobody answers address resolution
    PORT_UNKNOWN = auto()  # there was nothing to ask: the port of a named instance is not known
    MAPPER_ANSWERED = auto()  # and whatever must be registered is
    SERVICE_ABSENT = auto()  # the mapper answered, and does not know what must be there
    SERVICE_GONE = auto()  # the same, and it was there before, or the operator says how it is registered
    QUERY_REFUSED = auto()  # the mapper refuses to tell
    NOT_TOLD = auto()  # the mapper could not be asked
    VERSION_TOLD = auto()  # SQL Server answered a PRELOGIN
    NAMED = auto()  # the mapper names this port, also when asked again
    NAMED_NO_LONGER = auto()  # it named it before the attempt and not after
    SUSPECT = auto()  # a range: silent where the ports beside answer as the host itself does
    NO_WAY_TO_SOME = auto()  # a range: somebody says that there is no way to some ports, and others answer
    KEPT_BACK = auto()  # a range: this host's own firewall lets nothing out to some ports
    AGENT_SILENT = auto()  # a range: an agent should listen for us there, and does not answer
    OTHER_VERSION = auto()  # a range: as above, and it said that it speaks another version
    FELL_SILENT = auto()  # a held range: its agent answered at first, and then did not
    SERVICES_ANSWER = auto()  # a held range: nothing of it passes, and what the mapper has registered does
    NOT_OFTEN_ENOUGH = auto()  # a held range: shut, and not seen so often enough to be sure
    NO_WAY_TO_HELD = auto()  # a held range: somebody says that there is no way to some ports
    UNEXPLAINED = auto()  # a held range: what the far end saw does not explain what we did
    NOTHING_HELD = auto()  # a held range: none of the ports could be held
    REFUSAL_CODE = auto()  # an ICMP code that says somebody decided so
    REFUSAL_BY_TARGET = auto()  # the same, sent from the probed address itself


class Row(NamedTuple):
    """One row; None stands for any check, or any state."""

    check: Check | None
    state: State | None
    beside: Beside
    verdict: Verdict
    cause: Cause | None
    evidence: Proof = Proof.NONE


ANY = None
MOST_REMEMBERED = 1_024  # combinations that were looked up
V, C, S, B, P = Verdict, Cause, State, Beside, Proof

TABLE: tuple[Row, ...] = (
    # A mapper's answer stands, whatever else answers at the address.
    Row(Check.EPM, S.OPEN, B.SERVICE_GONE, V.SERVICE_DOWN, C.NOT_REGISTERED, P.NATURAL),
    Row(Check.EPM, S.OPEN, B.SERVICE_ABSENT, V.INCONCLUSIVE, C.NOT_REGISTERED, P.NATURAL),
    Row(Check.EPM, S.OPEN, B.MAPPER_ANSWERED, V.REACHABLE, None, P.NATURAL),
    Row(Check.SQL, S.OPEN, B.VERSION_TOLD, V.REACHABLE, None, P.NATURAL),
    Row(Check.RPC_ENDPOINT, ANY, B.QUERY_REFUSED, V.INCONCLUSIVE, C.QUERY_REFUSED),
    Row(Check.RPC_ENDPOINT, ANY, B.SERVICE_ABSENT, V.INCONCLUSIVE, C.NOT_REGISTERED),
    Row(Check.RPC_ENDPOINT, S.LOCAL_FAULT, B.NOT_TOLD, V.INCONCLUSIVE, C.LOCAL_FAULT),
    Row(Check.RPC_ENDPOINT, ANY, B.NOT_TOLD, V.INCONCLUSIVE, C.NO_KNOWN_LISTENER),
    Row(Check.RPC_ENDPOINT, S.OPEN, B.DEVICE_ANSWERS_ALL, V.INCONCLUSIVE, C.MIDDLEBOX),
    Row(Check.RPC_ENDPOINT, S.OPEN, B.NAMED, V.REACHABLE, None, P.NATURAL),
    Row(Check.RPC_ENDPOINT, S.OPEN, B.NAMED_NO_LONGER, V.INCONCLUSIVE, C.NOT_REGISTERED),
    Row(Check.RPC_ENDPOINT, S.FILTERED, B.NAMED_NO_LONGER, V.INCONCLUSIVE, C.NOT_REGISTERED),
    Row(Check.RPC_ENDPOINT, S.CLOSED, B.NAMED_NO_LONGER, V.INCONCLUSIVE, C.NOT_REGISTERED),
    Row(Check.RPC_ENDPOINT, S.RESET, B.NAMED_NO_LONGER, V.INCONCLUSIVE, C.NOT_REGISTERED),
    Row(ANY, S.OPEN, B.DEVICE_ANSWERS_ALL, V.INCONCLUSIVE, C.MIDDLEBOX),
    Row(ANY, S.OPEN, B.NOTHING_MORE, V.REACHABLE, None, P.REPLY),
    Row(ANY, S.FILTERED, B.NEIGHBOUR_SILENT, V.UNREACHABLE, C.HOST_DOWN),
    Row(Check.EPM, S.FILTERED, B.SILENCE_ON_LOSSY_PATH, V.INCONCLUSIVE, C.LOSSY_PATH),
    Row(Check.EPM, S.FILTERED, B.SILENCE_CONFIRMED, V.BLOCKED, C.SILENT_DROP, P.NATURAL),  # Windows always serves 135
    Row(Check.RPC_ENDPOINT, S.FILTERED, B.SILENCE_ON_LOSSY_PATH, V.INCONCLUSIVE, C.LOSSY_PATH),
    Row(Check.RPC_ENDPOINT, S.FILTERED, B.SILENCE_CONFIRMED, V.BLOCKED, C.SILENT_DROP, P.NATURAL),  # asked if named
    Row(ANY, S.FILTERED, B.NOTHING_MORE, V.UNREACHABLE, C.NO_ANSWER),
    Row(ANY, S.CLOSED, B.NOTHING_MORE, V.UNREACHABLE, C.REFUSED),
    Row(ANY, S.REJECTED, B.REFUSAL_BY_TARGET, V.BLOCKED, C.HOST_FIREWALL, P.REPLY),
    Row(ANY, S.REJECTED, B.REFUSAL_CODE, V.BLOCKED, C.ICMP_REJECT, P.REPLY),
    Row(ANY, S.REJECTED, B.NEIGHBOUR_SILENT, V.UNREACHABLE, C.HOST_DOWN),
    Row(ANY, S.REJECTED, B.NOTHING_MORE, V.UNREACHABLE, C.HOST_DOWN),
    Row(ANY, S.RESET, B.NOTHING_MORE, V.UNREACHABLE, C.CUT_OFF),
    Row(ANY, S.HUNG_UP, B.NOTHING_MORE, V.UNREACHABLE, C.CUT_OFF),
    Row(ANY, S.MUTE, B.NOTHING_MORE, V.UNREACHABLE, C.CUT_OFF),
    Row(ANY, S.GARBLED, B.NOTHING_MORE, V.SERVICE_DOWN, C.WRONG_SERVICE, P.REPLY),
    Row(ANY, S.DECLINED, B.NOTHING_MORE, V.INCONCLUSIVE, C.QUERY_REFUSED, P.REPLY),
    Row(ANY, S.UNRESOLVED, B.NOTHING_MORE, V.UNRESOLVED, C.NAME_RESOLUTION),
    Row(ANY, S.LOCAL_FAULT, B.PORT_UNKNOWN, V.INCONCLUSIVE, C.NO_KNOWN_LISTENER),
    Row(ANY, S.LOCAL_FAULT, B.NOTHING_MORE, V.INCONCLUSIVE, C.LOCAL_FAULT),
)


def look_up(check: Check, state: State, beside: Set[Beside]) -> Row:
    """The first row that fits. Every state has a row with NOTHING_MORE for any check, so there always is one."""
    return _first(check, state, frozenset(beside))


@lru_cache(MOST_REMEMBERED)
def _first(check: Check, state: State, beside: Set[Beside]) -> Row:
    """Every path is looked up in every round, and few combinations ever come up."""
    return next(
        row
        for row in TABLE
        if row.check in (ANY, check)
        and row.state in (ANY, state)
        and (row.beside is Beside.NOTHING_MORE or row.beside in beside)
    )
