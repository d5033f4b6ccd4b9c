"""The latency of the last hour as a line."""

import pytest

from agent.web.page.line import EDGE, HEIGHT, WIDTH, line, text

NOTHING = (None,) * 60


def spots(piece: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, _, y in (spot.partition(",") for spot in piece.split())]


def test_where_nothing_connected_there_is_no_line() -> None:
    assert line(NOTHING) is None


def test_a_single_minute_is_a_dot() -> None:
    drawn = line((*NOTHING[1:], 0.002))
    assert drawn
    (one, other), *rest = [spots(piece) for piece in drawn.pieces]
    assert not rest
    assert one[0] == WIDTH - EDGE
    assert other[0] - one[0] == pytest.approx(0.1)
    assert drawn.figures == "2.0 ms, at most 2.0 ms"


@pytest.mark.parametrize(("minutes", "said"), [(5, "1.0 ms, at most"), (28, "1.0 ms 28 min ago, at most")])
def test_a_connection_of_some_time_ago_is_not_shown_as_if_it_were_now(minutes: int, said: str) -> None:
    """Where nothing connects any more, there is no newer time."""
    drawn = line([0.002, *[None] * (58 - minutes), 0.001, *[None] * minutes])
    assert drawn
    assert drawn.figures.startswith(said)


def test_a_long_gap_is_a_gap_and_a_short_one_is_not() -> None:
    seconds = [0.001, None, None, 0.001, *[None] * 30, 0.001, *[None] * 25]
    drawn = line(seconds)
    assert drawn
    assert [len(piece.split()) for piece in drawn.pieces] == [2, 2]


def test_the_line_stays_within_its_box_and_the_highest_point_is_at_the_top() -> None:
    drawn = line([0.001 * (minute % 7) + 0.0005 for minute in range(60)])
    assert drawn
    (piece,) = map(spots, drawn.pieces)
    assert len(piece) == 60
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in piece)
    assert min(y for _, y in piece) == EDGE


def test_what_is_quick_is_not_drawn_as_a_mountain() -> None:
    drawn = line([0.0001, 0.0002] * 30)
    assert drawn
    assert min(y for piece in drawn.pieces for _, y in spots(piece)) > HEIGHT / 2


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.0004, "0.4 ms"), (0.0123, "12 ms"), (0.95, "950 ms"), (1.24, "1.2 s"), (0.0, "0.0 ms")]
)
def test_seconds_are_said_as_people_say_them(seconds: float, said: str) -> None:
    assert text(seconds) == said
