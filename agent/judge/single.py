"""One address, one port: what is known beside its state, the table's row, and the sentences."""

from collections.abc import Mapping

from agent.ground.path import Check
from agent.judge.registration import Registration
from agent.judge.sight import Sight
from agent.judge.table import Beside, Row, look_up
from agent.judge.verdict import Judgement, Verdict
from agent.judge.words import SERVICE, SPOKEN, words
from probes.icmp import refuses
from probes.outcome import Outcome
from probes.state import Sent, State
from probes.wire.tds import Prelogin
from probes.wire.tds_words import encryption_words, version_words


def judge_port(check: Check, sight: Sight, port: int) -> Judgement:
    """What the newest outcome of `port` means for `check`, in the light of all that the round saw of its address."""
    outcome = sight.outcomes[port]
    row = look_up(check, outcome.state, beside(check, sight, port))
    return judged(check, row, facts_of(check, sight, outcome), outcome)


def judged(check: Check, row: Row, facts: Mapping[str, str], outcome: Outcome) -> Judgement:
    """A row of the table, put into words."""
    text = words(row.verdict, row.cause, row.beside, check)
    return Judgement(
        row.verdict,
        row.cause,
        text.seen.format_map(facts),
        text.remedy.format_map(facts),
        row.evidence,
        rejected_by(outcome) if row.verdict is not Verdict.INCONCLUSIVE else None,
    )


def beside(check: Check, sight: Sight, port: int) -> set[Beside]:
    """The circumstances that hold for `port`."""
    outcome = sight.outcomes[port]
    found = set(_refusal(outcome))
    if isinstance(outcome.answer, Prelogin):
        found.add(Beside.VERSION_TOLD)
    if sight.registration is not None:
        found |= _registered(check, sight.registration, port, outcome)
    if sight.device_answers_all:
        found.add(Beside.DEVICE_ANSWERS_ALL)
    if outcome.sent is Sent.HELD:
        found.add(Beside.NEIGHBOUR_SILENT)
    if not port:
        found.add(Beside.PORT_UNKNOWN)
    silence = sight.silences.get(port)
    if silence is None or sight.device_answers_all:  # then the control's answer does not show that the host is there
        return found
    if check is Check.RPC_ENDPOINT and Beside.NAMED not in found:  # nobody need listen there any more
        return found
    if silence.hopeless:
        found.add(Beside.SILENCE_ON_LOSSY_PATH)
    if silence.confirmed:
        found.add(Beside.SILENCE_CONFIRMED)
    return found


def _registered(check: Check, registration: Registration, port: int, outcome: Outcome) -> set[Beside]:
    """What the mapper of the address said, as far as it bears on this check."""
    if check is Check.RPC_ENDPOINT:
        if not _named(registration.named, port):
            return set()
        # What accepted while the mapper named it stands, unless the mapper then names somebody else.
        accepted = outcome.state is State.OPEN and not registration.still
        return {Beside.NAMED if accepted or registration.still_named(port) else Beside.NAMED_NO_LONGER}
    if check is not Check.EPM:
        return set()
    if not registration.absent:
        return {Beside.MAPPER_ANSWERED}
    return {Beside.SERVICE_GONE if registration.gone else Beside.SERVICE_ABSENT}


def _named(named: Mapping[str, tuple[int, ...]], port: int) -> bool:
    return any(port in ports for ports in named.values())


def _refusal(outcome: Outcome) -> list[Beside]:
    if outcome.icmp is None or not refuses(outcome.icmp):
        return []
    by_target = outcome.icmp.sender == outcome.target.address
    return [Beside.REFUSAL_CODE] + [Beside.REFUSAL_BY_TARGET] * by_target


def rejected_by(outcome: Outcome) -> str | None:
    """Who sent the ICMP error that ended the attempt."""
    return outcome.icmp.sender if outcome.state is State.REJECTED and outcome.icmp is not None else None


def facts_of(check: Check, sight: Sight, outcome: Outcome) -> Mapping[str, str]:
    """What the sentences may name."""
    port = outcome.target.port
    silence = sight.silences.get(port)
    return {
        "service": SPOKEN[check],
        "peer": sight.peer,
        "here": sight.source,
        "source": outcome.source.address if outcome.source else sight.source,
        "address": outcome.target.address,
        "port": str(port),
        "door": f"TCP {port} of {outcome.target.address}" if port else f"{SERVICE[check]} of {outcome.target.address}",
        "seen": outcome.detail,
        "seconds": milliseconds(outcome.seconds),
        "sender": rejected_by(outcome) or "the devices on the way",
        "product": _product(outcome),
        "absent": ", ".join(_absent(sight.registration)),
        "silences": str(silence.in_a_row if silence else 0),
        "control": str(sight.controls.get(port, "")),
    }


def _absent(registration: Registration | None) -> tuple[str, ...]:
    """The services that the verdict rests on."""
    return () if registration is None else registration.gone or registration.absent


def _product(outcome: Outcome) -> str:
    """For people: `SQL Server 2019, 15.0.4430, encryption on`."""
    answer = outcome.answer
    if not isinstance(answer, Prelogin):
        return "SQL Server"
    version = version_words(answer.version) if answer.version else "SQL Server of an unknown version"
    return f"{version}, {encryption_words(answer.encryption)}" if answer.encryption is not None else version


def milliseconds(seconds: float) -> str:
    """For people: `0.4 ms`, `12 ms`, `1.2 s`."""
    if seconds >= 1:
        return f"{seconds:.1f} s"
    return f"{seconds * 1000:.{0 if seconds >= 0.01 else 1}f} ms"
