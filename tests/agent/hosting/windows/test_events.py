"""What goes to Windows' event log, and that nothing which is wrong with it stops the agent."""

import io
import logging
from collections.abc import Callable, Iterator

import pytest

from agent.hosting.windows.events import BY_MESSAGE, LONGEST, Event, EventLog, EventThrottle, event_of, text_of

Written = list[tuple[int, int, str]]


def record(message: str, level: int = logging.INFO, /, **fields: object) -> logging.LogRecord:
    made = logging.LogRecord("ssoreach", level, "x.py", 1, message, None, None)
    made.fields = fields
    return made


@pytest.fixture
def logger() -> Iterator[logging.Logger]:
    made = logging.Logger("of this test", logging.DEBUG)
    yield made
    made.handlers.clear()


def test_the_numbers_are_promises() -> None:
    """Whoever watches the event log has written them down."""
    assert [(each.name, int(each)) for each in Event] == [
        ("STARTED", 1),
        ("STOPPED", 2),
        ("CANNOT_RUN", 3),
        ("RELOADED", 4),
        ("NOT_RELOADED", 5),
        ("VERDICT", 6),
        ("SSO", 7),
        ("WARNING", 8),
        ("ERROR", 9),
    ]


@pytest.mark.parametrize(
    ("message", "level", "event"),
    [
        ("verdict changed", logging.INFO, Event.VERDICT),
        ("verdict changed", logging.WARNING, Event.VERDICT),
        ("SSO state changed", logging.WARNING, Event.SSO),
        ("the configuration was not loaded anew", logging.ERROR, Event.NOT_RELOADED),
        ("nothing to probe from this host", logging.WARNING, Event.WARNING),
        ("a round broke", logging.ERROR, Event.ERROR),
        ("the last round broke", logging.CRITICAL, Event.ERROR),
        ("listening", logging.INFO, None),
        ("a detail", logging.DEBUG, None),
    ],
)
def test_changes_and_whatever_is_a_warning_or_worse(message: str, level: int, event: Event | None) -> None:
    assert event_of(record(message, level)) is event


def test_every_event_but_the_two_for_the_rest_has_its_messages() -> None:
    assert {*BY_MESSAGE.values(), Event.WARNING, Event.ERROR} == set(Event)


def test_a_line_for_each_thing_that_is_known() -> None:
    told = text_of(record("verdict changed", peer="MSS", detail="TCP 135 is shut"))
    assert told == "verdict changed\r\npeer: MSS\r\ndetail: TCP 135 is shut"


def test_no_text_can_make_a_line_of_its_own_or_fill_the_log() -> None:
    told = text_of(record("verdict changed", detail="shut\r\npeer: OTHER\x1b[2J\u202e"))
    assert told.splitlines() == ["verdict changed", r"detail: shut\r\npeer: OTHER\x1b[2J\u202e"]
    assert len(text_of(record("x", **{f"field{number}": "y" * 5000 for number in range(50)}))) == LONGEST


def test_a_traceback_is_told(logger: logging.Logger) -> None:
    written: Written = []
    logger.addHandler(EventLog(lambda *words: written.append(words), lambda: 0.0))
    try:
        raise ZeroDivisionError("of this test")
    except ZeroDivisionError:
        logger.exception("a round broke")
    ((event, level, text),) = written
    assert (event, level) == (9, logging.ERROR)
    assert text.endswith("ZeroDivisionError: of this test")


def test_a_cut_network_does_not_fill_the_log_and_hides_no_other_event(logger: logging.Logger) -> None:
    now, written = [0.0], Written()
    logger.addHandler(EventLog(lambda *words: written.append(words), lambda: now[0]))
    for number in range(800):
        logger.warning("verdict changed", extra={"fields": {"peer": f"BTS{number}"}})
    logger.error("a round broke")
    assert [event for event, _, _ in written] == [Event.VERDICT] * EventThrottle.MOST + [Event.ERROR]
    now[0] += EventThrottle.PERIOD
    logger.info("verdict changed", extra={"fields": {"peer": "MSS"}})
    assert written[-1][2] == f"verdict changed\r\npeer: MSS\r\ndropped_before: {800 - EventThrottle.MOST}"


@pytest.mark.parametrize(
    "error", [OSError(1502, "The event log file is full"), RuntimeError("no such service"), ValueError]
)
def test_an_event_log_that_refuses_costs_nothing(logger: logging.Logger, error: Exception) -> None:
    later = io.StringIO()
    logger.addHandler(EventLog(refusing(error), lambda: 0.0))
    logger.addHandler(logging.StreamHandler(later))
    logger.error("a round broke")
    assert later.getvalue() == "a round broke\n"


def refusing(error: Exception) -> Callable[[int, int, str], None]:
    def write(_event: int, _level: int, _text: str) -> None:
        raise error

    return write
