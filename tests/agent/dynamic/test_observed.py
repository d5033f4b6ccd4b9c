"""What an attempt shows of its port, and what shows nothing."""

import pytest

from agent.dynamic.observed import ANSWERS, Observed, observed
from probes.icmp import CODES, Meaning
from probes.outcome import Outcome, Target
from probes.state import Phase, Sent, State
from probes.wire.icmp import Icmp


def outcome(state: State, icmp: Icmp | None = None, sent: Sent = Sent.UNKNOWN) -> Outcome:
    return Outcome(Target("192.0.2.21", 50000), state, Phase.CONNECT, 1_800_000_000.0, 0.1, icmp=icmp, sent=sent)


@pytest.mark.parametrize("state", [each for each in State if each is not State.REJECTED])
def test_only_three_states_show_something(state: State) -> None:
    shown = {State.OPEN: Observed.OPEN, State.CLOSED: Observed.CLOSED, State.FILTERED: Observed.SILENT}
    assert observed(outcome(state)) is shown.get(state)


@pytest.mark.parametrize(("code", "means"), [(code, means) for code, (means, _) in CODES.items()])
def test_a_port_is_refused_only_by_who_decides_so(code: tuple[int, int, int], means: Meaning) -> None:
    seen = observed(outcome(State.REJECTED, Icmp(*code, "192.0.2.1")))
    assert seen is (Observed.REFUSED if means is Meaning.REFUSAL else None)


@pytest.mark.parametrize("icmp", [None, Icmp(4, 3, 99, "192.0.2.1"), Icmp(4, 250, 0, None)])
def test_an_error_that_is_unknown_refuses_nothing(icmp: Icmp | None) -> None:
    assert observed(outcome(State.REJECTED, icmp)) is None


@pytest.mark.parametrize(
    ("sent", "seen"),
    [
        (Sent.YES, Observed.SILENT),
        (Sent.UNKNOWN, Observed.SILENT),
        (Sent.HELD, None),
    ],
)
def test_what_never_left_this_host_was_not_met_with_silence(sent: Sent, seen: Observed | None) -> None:
    assert observed(outcome(State.FILTERED, sent=sent)) is seen


def test_an_answer_came_back_whatever_is_believed_of_the_way_there() -> None:
    assert observed(outcome(State.OPEN, sent=Sent.HELD)) is Observed.OPEN


def test_the_numbers_of_the_file_never_change() -> None:
    assert {each.name: each.value for each in Observed} == {
        "UNTESTED": 0,
        "OPEN": 1,
        "CLOSED": 2,
        "SILENT": 3,
        "REFUSED": 4,
    }
    assert set(map(Observed, (1, 2))) == ANSWERS
