"""When the secret was last changed: the question to the event log, and what is read of its answer."""

import sys
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.services.secret_changes import QUERY, created, last_secret_change

# As Windows renders an event of a source that writes as before Windows Vista.
EVENT = (
    "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='ENTSSO'/>"
    "<EventID Qualifiers='32768'>10589</EventID><Level>3</Level><Task>2</Task><Keywords>0x80000000000000</Keywords>"
    "<TimeCreated SystemTime='2026-01-02T03:04:05.678901200Z'/><EventRecordID>4711</EventRecordID>"
    "<Channel>Application</Channel><Computer>MSS.contoso.test</Computer><Security/></System>"
    "<EventData><Data>CONTOSO\\administrator</Data></EventData></Event>"
)
CREATED = "<TimeCreated SystemTime='2026-01-02T03:04:05.678901200Z'/>"
WHEN = datetime(2026, 1, 2, 3, 4, 5, 678901, UTC).timestamp()


def test_the_log_is_asked_for_two_events_of_one_source() -> None:
    assert QUERY == "*[System[Provider[@Name='ENTSSO'] and (EventID=10575 or EventID=10589)]]"


def test_the_time_of_an_event() -> None:
    assert created(EVENT) == WHEN


@pytest.mark.parametrize(
    "written",
    [
        '<TimeCreated SystemTime="2026-01-02T03:04:05.6789012Z" />',
        "<TimeCreated  SystemTime='2026-01-02T03:04:05.678901Z'/>",
        "<TimeCreated SystemTime='2026-01-02T03:04:05.678901299Z'/>",
    ],
)
def test_with_as_many_digits_as_it_has_and_either_mark(written: str) -> None:
    assert created(EVENT.replace(CREATED, written)) == WHEN


def test_a_whole_second() -> None:
    assert created(EVENT.replace(".678901200Z", "Z")) == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    "event",
    [
        "",
        CREATED,
        EVENT.replace(CREATED, ""),
        EVENT.replace(CREATED, CREATED + CREATED),
        EVENT.replace("</System>", ""),
        EVENT.replace("2026-01-02T", "2026-13-02T"),
        EVENT.replace("2026-01-02T", "0000-01-02T"),
        EVENT.replace("T03:04:05", "T25:04:05"),
        EVENT.replace("200Z", "200"),
        EVENT.replace("200Z", "200+02:00"),
        EVENT.replace("200Z'", '200Z"'),
        EVENT.replace("2026", "٢٠٢٦"),
        EVENT.replace(".678901200", ".6789012001"),
        EVENT.replace("<Level>", "<Level>" + " " * 4096),
    ],
)
def test_what_is_not_as_windows_renders_it_has_no_time(event: str) -> None:
    assert created(event) is None


def test_nothing_that_an_event_says_is_taken_for_its_time() -> None:
    behind = EVENT.replace("CONTOSO\\administrator", CREATED.replace("2026", "2036"))
    assert created(behind) == WHEN
    assert created(behind.replace(CREATED, "")) is None


@given(st.text(max_size=200) | st.text(max_size=40).map(lambda text: EVENT.replace("03:04:05", text)))
def test_no_text_raises(text: str) -> None:
    when = created(text)
    assert when is None or when > 0


@pytest.mark.skipif(sys.platform == "win32", reason="it has such a log")
def test_elsewhere_there_is_no_such_log() -> None:
    assert last_secret_change() is None
