"""The events are those that are known of ENTSSO, each told in a few words."""

import re

import pytest

from agent.sso.words.events import AT_REST, EVENTS, NO_CONTACT, NO_DATABASE, NO_SECRET, NO_START, Event, events

# With their meaning, from Microsoft's pages on the events of Enterprise Single Sign-On.
KNOWN = {
    "10503": "start",
    "10504": "stopping",
    "10505": "stopped",
    "10513": "first access",
    "10514": "access",
    "10515": "contact with the SSO database",
    "10520": "missing",
    "10521": "not loaded",
    "10532": "contact with the master secret server",
    "10565": "invalid",
    "10588": "SQL Server",
    "10590": "offline",
    "10602": "RPC",
    "0x800706BA": "unavailable",
    "0x800706D9": "endpoint mapper",
    "0x80002918": "no secrets",
}


def test_every_event_is_a_known_one_and_means_that() -> None:
    assert set(EVENTS) == set(KNOWN)
    assert [key for key, word in KNOWN.items() if word not in EVENTS[key].means] == []


@pytest.mark.parametrize("event", EVENTS.values(), ids=list(EVENTS))
def test_an_event_is_told_in_short_phrases(event: Event) -> None:
    assert re.fullmatch(r"[^.\n]{1,80}", event.means)
    assert re.fullmatch(r"[^.\n]{0,80}", event.when)


@pytest.mark.parametrize("group", [NO_CONTACT, NO_SECRET, NO_DATABASE, NO_START, AT_REST])
def test_what_is_expected_together_is_in_the_table(group: tuple[str, ...]) -> None:
    assert {each.id for each in events(*group)} == set(group)


def test_each_is_told_once_in_the_order_of_the_table() -> None:
    found = [each.id for each in events(*NO_START, *NO_CONTACT, *NO_DATABASE)]
    assert found == [key for key in EVENTS if key in {*NO_START, *NO_CONTACT, *NO_DATABASE}]
