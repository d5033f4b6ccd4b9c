"""What was asked before gets the same answer again, a few times, from the same place; then never again."""

import pytest

from agent.rendezvous.holder.gate import Request
from agent.rendezvous.holder.seen import FRESH, MOST, TIMES, Seen
from agent.rendezvous.orders import Place
from probes.wire.rendezvous.frame import Drop, DropError, Frame, Kind

HERE = Place("192.0.2.11", 10135)
NOW = 100.0


def request(number: int = 1, source: Place = HERE, seal: bytes = b"seal", kind: Kind = Kind.HOLD) -> Request:
    frame = Frame(1, kind, "BTS01", "MSS", number.to_bytes(16, "big"))
    return Request(frame, True, 0, 500, seal, source, "192.0.2.31")


def answered(number: int = 1, answer: bytes = b"answer") -> Seen:
    seen = Seen()
    seen.remember(request(number), NOW)
    seen.answered(request(number), answer)
    return seen


def refusal(seen: Seen, again: Request, now: float) -> Drop:
    with pytest.raises(DropError) as refused:
        seen.again(again, now)
    return refused.value.reason


def test_what_was_never_asked_is_new() -> None:
    assert Seen().again(request(), NOW) is None
    assert answered().again(request(2), NOW) is None


def test_the_same_answer_is_given_again_until_it_was_given_three_times() -> None:
    seen = answered()
    assert TIMES == 3
    assert [seen.again(request(), NOW + 1) for _ in range(2)] == [b"answer"] * 2
    assert refusal(seen, request(), NOW + 1) is Drop.REPLAY
    assert refusal(seen, request(), NOW + 1) is Drop.REPLAY


def test_while_it_is_under_way_nothing_is_said_and_that_is_not_counted() -> None:
    seen = Seen()
    seen.remember(request(), NOW)
    assert [seen.again(request(), NOW) for _ in range(5)] == [b""] * 5
    seen.answered(request(), b"answer")
    assert [seen.again(request(), NOW) for _ in range(2)] == [b"answer"] * 2
    assert refusal(seen, request(), NOW) is Drop.REPLAY


@pytest.mark.parametrize("is_answered", [True, False])
def test_after_some_seconds_nobody_waits_for_an_answer_any_more(is_answered: bool) -> None:
    seen = answered(answer=b"answer" if is_answered else b"")
    assert seen.again(request(), NOW + FRESH - 0.1) is not None
    assert refusal(seen, request(), NOW + FRESH) is Drop.REPLAY


@pytest.mark.parametrize(
    "other",
    [
        request(source=Place("192.0.2.11", 10136)),
        request(source=Place("192.0.2.12", 10135)),
        request(seal=b"other"),
    ],
    ids=["port", "address", "content"],
)
def test_an_id_from_elsewhere_or_with_another_content_is_refused(other: Request) -> None:
    seen = answered()
    assert refusal(seen, other, NOW) is Drop.REPLAY
    seen.answered(other, b"wrong")
    assert seen.again(request(), NOW) == b"answer"


def test_an_id_is_known_for_as_long_as_a_cookie_is_good() -> None:
    seen = answered()
    assert refusal(seen, request(), NOW + 599.9) is Drop.REPLAY
    assert seen.again(request(), NOW + 600) is None
    seen.remember(request(), NOW + 600)
    assert seen.again(request(), NOW + 601) == b""


def test_greetings_do_not_use_up_what_there_is_for_the_rest() -> None:
    seen = Seen()
    for number in range(MOST):
        seen.remember(request(number, kind=Kind.HELLO), NOW)
    with pytest.raises(DropError, match="rate"):
        seen.remember(request(MOST, kind=Kind.HELLO), NOW)
    seen.remember(request(MOST), NOW)


def test_memory_is_bounded_and_free_again_after_ten_minutes() -> None:
    seen = Seen()
    for number in range(MOST):
        seen.remember(request(number), NOW)
    with pytest.raises(DropError, match="rate"):
        seen.remember(request(MOST), NOW + 599)
    assert len(seen) == MOST
    seen.remember(request(MOST), NOW + 600)
    assert len(seen) == 1


def test_answers_are_not_kept_for_longer_than_they_are_given() -> None:
    seen = answered(answer=bytes(1_000))
    held = [entry for sender in seen._senders.values() for entry in sender.entries.values()]
    seen.forget(NOW + FRESH - 0.1)
    assert [len(entry.answer) for entry in held] == [1_000]
    seen.forget(NOW + FRESH)
    assert [len(entry.answer) for entry in held] == [0]
    assert refusal(seen, request(), NOW + FRESH) is Drop.REPLAY


def test_who_is_silent_for_long_enough_is_forgotten_altogether() -> None:
    seen = answered()
    seen.forget(NOW + 600)
    assert len(seen) == 0
    assert seen._senders == {}
