"""The closed lists of what a path can come to, and one judgement. The words are metric labels and schema."""

from dataclasses import dataclass
from enum import StrEnum

from agent.ground.ports import NO_PORTS, PortSet
from agent.judge.coverage import Coverage


class Verdict(StrEnum):
    """What a path comes to."""

    REACHABLE = "reachable"  # shown to work
    PARTLY_BLOCKED = "partly-blocked"  # range only: some of it shown to be blocked, some to pass
    BLOCKED = "blocked"  # shown that something in between, or a host's firewall, refuses or drops
    SERVICE_DOWN = "service-down"  # the network lets us through, the service is not there
    UNREACHABLE = "unreachable"  # does not work now, and the evidence does not say why
    UNRESOLVED = "unresolved"  # no address
    INCONCLUSIVE = "inconclusive"  # the evidence does not reach
    PENDING = "pending"  # not asked yet


class Cause(StrEnum):
    """Why a verdict is not `reachable`."""

    SILENT_DROP = "silent-drop"
    ICMP_REJECT = "icmp-reject"
    INJECTED_RESET = "injected-reset"
    RETURN_PATH = "return-path"
    MIDDLEBOX = "middlebox"
    HOST_FIREWALL = "host-firewall"
    RPC_AWARE_FIREWALL = "rpc-aware-firewall"
    NO_ANSWER = "no-answer"
    REFUSED = "refused"
    CUT_OFF = "cut-off"
    HOST_DOWN = "host-down"
    NO_LISTENER = "no-listener"
    WRONG_SERVICE = "wrong-service"
    QUERY_REFUSED = "query-refused"
    NOT_REGISTERED = "not-registered"
    NAME_RESOLUTION = "name-resolution"
    NO_KNOWN_LISTENER = "no-known-listener"
    AGENT_SILENT = "agent-silent"
    LOSSY_PATH = "lossy-path"
    OWN_PROBING = "own-probing"
    LOCAL_FAULT = "local-fault"


class Proof(StrEnum):
    """What a verdict rests on: a listener held for us, a known service, a bare answer, or nothing."""

    HELD = "held"
    NATURAL = "natural"
    REPLY = "reply"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one address, or one path, came to. What stands below `rejected_by` speaks of a range only.

    `suspect`: silent where silence stands out, but nobody is known to listen there. `confirmed`: every edge of what is
    blocked or suspect has been found, and asked again.
    """

    verdict: Verdict
    cause: Cause | None = None
    detail: str = ""
    remedy: str = ""
    evidence: Proof = Proof.NONE
    rejected_by: str | None = None
    blocked: PortSet = NO_PORTS
    passes: PortSet = NO_PORTS
    suspect: PortSet = NO_PORTS
    confirmed: bool = False
    coverage: Coverage | None = None

    @property
    def tested(self) -> int:
        """Ports of the range that were asked, and are not forgotten yet."""
        return self.coverage.tested if self.coverage else 0

    @property
    def largest_untested(self) -> int:
        """The longest run of ports of the range that were not."""
        return self.coverage.largest_untested if self.coverage else 0


PENDING = Judgement(Verdict.PENDING, None, "Not asked yet.", "Wait for the first round.")
