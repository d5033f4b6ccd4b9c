"""Outcomes, sights, paths and results for tests, with everything filled in that a test does not care about."""

from collections.abc import Mapping, Sequence

from agent.ground.path import Check, Direction, Matcher, Path, Requirement
from agent.ground.ports import PortSet
from agent.ground.roles import Role
from agent.judge.registration import Registration
from agent.judge.result import AddressResult, Result
from agent.judge.sight import Sight
from agent.judge.silence import Control, Silence
from agent.judge.verdict import Cause, Judgement, Proof, Verdict
from agent.report.document import Run
from probes.icmp import words as icmp_words
from probes.outcome import Endpoint, Outcome, Target
from probes.state import Phase, Sent, State
from probes.wire.icmp import Icmp

HERE, PEER = "192.0.2.11", "192.0.2.21"
ROUTER = "192.0.2.1"
PORT = {Check.SQL: 1433, Check.EPM: 135, Check.RPC_ENDPOINT: 50100, Check.RPC_RANGE: 49152}
STARTED = 1_767_261_600.0  # 2026-01-01T10:00:00Z
DETAIL = {State.OPEN: "SYN-ACK", State.CLOSED: "RST", State.FILTERED: "no answer within 3 s"}


def outcome(
    state: State,
    port: int = 135,
    *,
    address: str = PEER,
    icmp: Icmp | None = None,
    sent: Sent = Sent.YES,
    seconds: float = 0.0012,
    timeout: float = 3.0,
    detail: str | None = None,
    answer: object = None,
) -> Outcome:
    if detail is None:
        detail = icmp_words(icmp) if icmp else DETAIL.get(state, f"what {state} looks like")
    source = Endpoint(HERE, 50000) if state is not State.UNRESOLVED else None
    target = Target(address, port, timeout)
    return Outcome(target, state, Phase.CONNECT, STARTED, seconds, source, icmp, sent, detail, answer=answer)


def sight(
    *outcomes: Outcome,
    sampled: Sequence[int] = (),
    silences: Mapping[int, Silence] | None = None,
    controls: Mapping[int, int] | None = None,
    range_size: int = 16_384,
    registration: Registration | None = None,
) -> Sight:
    return Sight(
        source="BTS01",
        peer="MSS",
        name="mss.contoso.test",
        address=outcomes[0].target.address,
        outcomes={each.target.port: each for each in outcomes},
        sampled=tuple(sampled),
        range_size=range_size,
        silences=silences or {},
        controls=controls or {},
        registration=registration,
    )


def registration(
    *ports: int,
    required: Sequence[str] = ("entsso",),
    known: Sequence[str] = (),
    still: Sequence[int] | None = None,
    natural: Sequence[int] = (),
) -> Registration:
    """`entsso` at `ports`, and, where it was asked again, `still` there; without ports it is not registered."""
    return Registration(
        {"entsso": ports},
        tuple(required),
        frozenset(known),
        None if still is None else {"entsso": tuple(still)},
        frozenset(natural),
    )


def confirmed_silence() -> Silence:
    silence = Silence()
    for _ in range(4):
        silence.beside(Control.ANSWERED)
    assert silence.confirmed
    return silence


def hopeless_silence() -> Silence:
    silence = Silence()
    silence.beside(Control.ANSWERED)
    for _ in range(3):
        silence.beside(Control.SILENT)
    silence.beside(Control.ANSWERED)
    assert silence.hopeless
    return silence


def path(
    check: Check = Check.EPM,
    ports: str = "",
    *,
    peer: str = "MSS",
    addresses: Sequence[str] = (PEER,),
    source_address: str | None = None,
    matchers: Sequence[Matcher] = (),
) -> Path:
    """`ports`: the check's usual ones if not given."""
    text = ports or ("49152-65535" if check is Check.RPC_RANGE else str(PORT[check]))
    row = Requirement(
        Role.PROCESSING, Role.MASTER_SECRET, "Single Sign-On service", check, text, "SSO account", "To have it."
    )
    return Path(
        "BTS01",
        peer,
        check,
        Direction.OUTBOUND,
        text,
        tuple(addresses),
        PortSet.parse(text),
        (row,),
        matchers=tuple(matchers),
        source_address=source_address,
    )


def judgement(verdict: Verdict, cause: Cause | None = None, detail: str = "Seen.", remedy: str = "Do.") -> Judgement:
    return Judgement(verdict, cause, detail, remedy, Proof.NONE)


def result(
    verdict: Verdict = Verdict.REACHABLE,
    cause: Cause | None = None,
    *,
    of: Path | None = None,
    addresses: Sequence[AddressResult] = (),
    detail: str = "Seen.",
    started: float = STARTED,
    seconds: float = 0.25,
) -> Result:
    return Result(of or path(), judgement(verdict, cause, detail), tuple(addresses), started, seconds)


def at(address: str | None, judged: Judgement, *outcomes: Outcome, name: str = "mss.contoso.test") -> AddressResult:
    return AddressResult(name, address, judged, tuple(outcomes))


def run(*results: Result) -> Run:
    return Run("contoso", "BTS01", STARTED, 1.25, results, ())
