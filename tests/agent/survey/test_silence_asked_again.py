"""What a silent port costs and what it comes to: asked again beside a port that answers, or not at all."""

import pytest

from agent.ground.path import Check
from agent.judge.result import Result
from agent.judge.verdict import Cause, Judgement, Verdict
from probes.outcome import Target
from probes.state import Sent, State
from tests.agent.seen import PEER, outcome, path
from tests.agent.survey.network import Network, Site, agent, once

OTHER = "192.0.2.22"
PATHS = (path(Check.SQL), path(Check.EPM))

V, C = Verdict, Cause


def epm(results: list[Result]) -> Judgement:
    return next(result.judgement for result in results if result.path.check is Check.EPM)


def verdict(results: list[Result]) -> tuple[Verdict, Cause | None]:
    return epm(results).verdict, epm(results).cause


async def test_silence_beside_a_control_is_asked_four_times_and_then_blocked() -> None:
    network = Network()
    network.say(1433, State.OPEN)
    results = await Site(network, PATHS, once()).round()
    assert verdict(results) == (V.BLOCKED, C.SILENT_DROP)
    assert "4 times in a row while TCP 1433" in epm(results).detail
    assert len(network.times(135)) == 4
    assert len(network.times(1433)) == 4


async def test_once_asks_again_after_one_second_and_with_the_control_at_the_same_time() -> None:
    network = Network()
    network.say(1433, State.OPEN)
    await Site(network, PATHS, once()).round()
    # 3 s until the first deadline, then 1 s apart, each with a deadline of 4 s
    assert network.times(135) == network.times(1433) == [0.0, 4.0, 9.0, 14.0]


async def test_the_agent_asks_again_after_ten_seconds() -> None:
    network = Network()
    network.say(1433, State.OPEN)
    await Site(network, PATHS, agent()).round()
    assert network.times(135) == network.times(1433) == [0.0, 13.0, 27.0, 41.0]


async def test_a_silence_that_counts_has_a_deadline_of_its_own() -> None:
    """Long enough for repeated SYNs, however impatient the configuration is; the first, short one does not count."""
    network = Network()
    network.say(1433, State.OPEN)
    results = await Site(network, PATHS, once(timeout=0.5)).round()
    assert verdict(results) == (V.BLOCKED, C.SILENT_DROP)
    deadlines = [each.target.timeout for each in network.asked if each.target.port == 135]
    assert deadlines == [0.5, 4.0, 4.0, 4.0, 4.0]


async def test_a_patient_configuration_stays_patient() -> None:
    network = Network()
    network.say(1433, State.OPEN)
    await Site(network, PATHS, once(timeout=10.0)).round()
    assert {each.target.timeout for each in network.asked} == {10.0}


async def test_an_answer_in_between_ends_it() -> None:
    network = Network()
    network.say(1433, State.OPEN)
    network.say(135, State.FILTERED, State.FILTERED, State.OPEN)
    results = await Site(network, PATHS, once()).round()
    assert verdict(results) == (V.REACHABLE, None)
    assert len(network.times(135)) == 3


@pytest.mark.parametrize("state", [State.CLOSED, State.REJECTED, State.LOCAL_FAULT])
async def test_anything_else_in_between_is_judged_as_what_it_is(state: State) -> None:
    network = Network()
    network.say(1433, State.OPEN)
    network.say(135, State.FILTERED, state)
    results = await Site(network, PATHS, once()).round()
    expected = {State.CLOSED: C.REFUSED, State.REJECTED: C.HOST_DOWN, State.LOCAL_FAULT: C.LOCAL_FAULT}
    assert epm(results).cause is expected[state]
    assert len(network.times(135)) == 2


async def test_without_a_control_it_is_not_asked_again() -> None:
    network = Network()
    results = await Site(network, PATHS, once()).round()
    assert verdict(results) == (V.UNREACHABLE, C.NO_ANSWER)
    assert network.times(135) == [0.0]


async def test_a_port_that_refuses_is_no_control() -> None:
    """A device that resets would do so for a host that is dead."""
    network = Network()
    network.say(1433, State.CLOSED)
    results = await Site(network, PATHS, once()).round()
    assert verdict(results) == (V.UNREACHABLE, C.NO_ANSWER)
    assert network.times(135) == [0.0]


async def test_another_address_is_no_control() -> None:
    network = Network()
    network.say(1433, State.OPEN, address=OTHER)
    paths = (path(Check.SQL, addresses=(PEER, OTHER)), path(Check.EPM, addresses=(PEER, OTHER)))
    found = epm(await Site(network, paths, once()).round())
    assert found.verdict is V.BLOCKED  # of the other address, where 1433 answers; it is nearer to success
    assert len(network.times(135)) == 1
    assert len(network.times(135, OTHER)) == 4


async def test_only_silence_is_asked_again() -> None:
    network = Network()
    network.say(1433, State.OPEN)
    network.say(135, State.CLOSED)
    await Site(network, PATHS, once()).round()
    assert network.times(135) == [0.0]


async def test_silent_sql_is_not_asked_again() -> None:
    """No number of silences would tell a firewall from a SQL Server that is stopped."""
    network = Network()
    network.say(135, State.OPEN)
    results = await Site(network, PATHS, once()).round()
    assert results[0].judgement.cause is C.NO_ANSWER
    assert network.times(1433) == [0.0]


async def test_a_syn_that_never_left_is_not_asked_again() -> None:
    network = Network()
    network.say(1433, State.OPEN)
    network.say(135, outcome(State.FILTERED, sent=Sent.HELD))
    results = await Site(network, PATHS, once()).round()
    assert verdict(results) == (V.UNREACHABLE, C.HOST_DOWN)
    assert network.times(135) == [0.0]


async def test_a_control_that_falls_silent_confirms_nothing() -> None:
    network = Network()
    network.say(1433, State.OPEN, State.OPEN, State.FILTERED)
    results = await Site(network, PATHS, once()).round()
    assert verdict(results) == (V.UNREACHABLE, C.NO_ANSWER)
    assert len(network.times(135)) == 3


async def test_silences_beside_a_control_that_answers_late_do_not_count() -> None:
    network = Network()
    late = outcome(State.OPEN, seconds=1.01)
    network.say(1433, State.OPEN, late, State.OPEN, late, State.OPEN)
    results = await Site(network, PATHS, once()).round()
    assert verdict(results) == (V.BLOCKED, C.SILENT_DROP)
    assert len(network.times(135)) == 6


async def test_a_peer_that_always_answers_late_is_given_up_on() -> None:
    network = Network()
    network.say(1433, outcome(State.OPEN, seconds=1.5))
    results = await Site(network, PATHS, once()).round()
    assert verdict(results) == (V.UNREACHABLE, C.NO_ANSWER)
    assert len(network.times(135)) == 7


async def test_a_confirmed_silence_is_not_asked_again_while_a_control_answers() -> None:
    network = Network()
    network.say(1433, State.OPEN)
    site = Site(network, PATHS, agent())
    rounds = await site.rounds(3)
    assert [verdict(results) for results in rounds] == [(V.BLOCKED, C.SILENT_DROP)] * 3
    assert len(network.times(135)) == 4 + 1 + 1


async def test_a_control_that_is_taken_because_it_answers_measures_nothing() -> None:
    """Only the controls of the three asks again are counted; else the bound would come out too low."""
    network = Network()
    network.say(1433, State.OPEN)
    site = Site(network, PATHS, agent())
    await site.rounds(20)
    silence = site.survey._memory.silence(PEER, 135)
    assert (silence.loss.asked, silence.loss.lost, silence.in_a_row) == (3, 0, 23)


async def test_a_confirmed_silence_is_taken_back_while_no_control_answers() -> None:
    network = Network()
    network.script(1433, lambda number: State.OPEN if number < 4 else State.FILTERED)
    rounds = await Site(network, PATHS, agent()).rounds(3)
    assert [verdict(results)[0] for results in rounds] == [V.BLOCKED, V.UNREACHABLE, V.UNREACHABLE]


async def test_a_row_goes_on_from_round_to_round() -> None:
    """The control fell silent in the first round: what was confirmed until then is not lost, and not enough."""
    network = Network()
    network.say(1433, State.OPEN, State.OPEN, State.FILTERED, State.OPEN)
    first, second = await Site(network, PATHS, agent()).rounds(2)
    assert verdict(first)[0] is V.UNREACHABLE
    assert verdict(second)[0] is not V.REACHABLE
    assert len(network.times(135)) > 4


async def test_controls_that_fall_silent_at_times_make_the_path_a_lossy_one() -> None:
    """No number of silences of the port means anything then."""
    network = Network()
    network.script(1433, lambda number: State.FILTERED if number % 3 == 2 else State.OPEN)
    rounds = await Site(network, PATHS, agent()).rounds(8)
    assert (V.INCONCLUSIVE, C.LOSSY_PATH) in map(verdict, rounds)
    assert V.BLOCKED not in {verdict(results)[0] for results in rounds}


async def test_a_row_over_many_rounds_that_each_lose_their_control_confirms_nothing() -> None:
    network = Network()
    network.script(1433, lambda number: State.FILTERED if number % 2 else State.OPEN)
    rounds = await Site(network, PATHS, agent()).rounds(30)
    assert set(map(verdict, rounds)) == {(V.UNREACHABLE, C.NO_ANSWER)}


async def test_a_host_that_dies_is_not_blocked() -> None:
    """Everything answered, then nothing does."""
    network = Network()
    network.script(1433, lambda number: State.OPEN if number < 3 else State.FILTERED)
    network.script(135, lambda number: State.OPEN if number < 3 else State.FILTERED)
    rounds = await Site(network, PATHS, agent()).rounds(10)
    assert [verdict(results)[0] for results in rounds] == [V.REACHABLE] * 3 + [V.UNREACHABLE] * 7


async def test_a_port_that_answered_in_an_earlier_round_is_a_control_too() -> None:
    """The endpoint mapper alone is asked in every round; a port of the range answered once, long ago."""
    network = Network()
    network.say(50000, State.OPEN)
    network.script(135, lambda number: State.OPEN if number < 2 else State.FILTERED)
    paths = (path(Check.EPM), path(Check.RPC_RANGE, "50000"))
    site = Site(network, paths, agent())
    assert [verdict(results)[0] for results in await site.rounds(3)] == [V.REACHABLE, V.REACHABLE, V.BLOCKED]


async def test_a_control_that_is_no_more_is_replaced() -> None:
    network = Network()
    network.script(1433, lambda number: State.OPEN if number < 1 else State.CLOSED)
    network.say(50000, State.OPEN)
    network.script(135, lambda number: State.OPEN if number < 1 else State.FILTERED)
    paths = (*PATHS, path(Check.RPC_RANGE, "50000-50001"))
    rounds = await Site(network, paths, agent()).rounds(2)
    assert verdict(rounds[1]) == (V.BLOCKED, C.SILENT_DROP)
    assert "TCP 50000 of the same address" in epm(rounds[1]).detail


async def test_no_more_than_eight_are_asked_again_at_once() -> None:
    network = Network()
    addresses = tuple(f"192.0.2.{number}" for number in range(100, 116))
    in_flight: list[int] = []
    running = 0
    plain_ask = network.ask

    async def ask(target: Target, *what: object) -> object:
        nonlocal running
        running += network.now > 0
        in_flight.append(running)
        answer = await plain_ask(target)
        running -= running > 0
        return answer

    network.ask = ask  # type: ignore[method-assign, assignment]
    for address in addresses:
        network.say(1433, State.OPEN, address=address)
    paths = (path(Check.SQL, addresses=addresses), path(Check.EPM, addresses=addresses))
    results = await Site(network, paths, once()).round()
    assert verdict(results) == (V.BLOCKED, C.SILENT_DROP)
    assert 2 <= max(in_flight) <= 8
