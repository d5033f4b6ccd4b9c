"""How a machine stands in the SSO system, as a table, as Markdown and as JSON: quiet, complete, and harmless."""

import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from agent.report.sso import sso_markdown, sso_parts
from agent.report.standing import sso_document
from agent.report.table import print_to
from agent.sso.availability import AddressState
from agent.sso.standing import Standing
from agent.sso.state import Why
from agent.sso.ways import Way
from tests.agent.sso.standing import HOUR, INSTANCE, NOW, contact, host, part, reach, service, standing

DOCUMENTED = (Path(__file__).parents[3] / "docs" / "http.md").read_text(encoding="utf-8")
HOSTILE = "\x1b[31mred\n# h\u202e[bold]<script>x</script>|`y`" + "z" * 400


class Terminal(io.StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        return True


def printed(of: Standing, file: io.StringIO | None = None) -> str:
    file = file or io.StringIO()
    print_to(file, *sso_parts(of, NOW))
    return file.getvalue()


def unfolded(text: str) -> str:
    return " ".join(text.split())


def test_a_machine_on_its_cached_secret_is_told_everything() -> None:
    text = printed(standing(Why.SAME))
    head, *rest = text.strip().splitlines()
    assert head == (
        "SSO service ENTSSO on BTS01: on-cache (runs on the cached secret) since 2026-01-01T09:30:00.000Z, 30 min ago."
    )
    assert all(line.startswith("  ") for line in rest)
    told = unfolded(text)
    for part_of_it in (
        "no way to MSS",
        "What runs goes on",
        "Nothing new can be encrypted",
        "Do not restart ENTSSO",
        "Mend the way to MSS",
        "source ENTSSO: 10532 (contact with the master secret server is lost), 10602",
        "Not available from here",
    ):
        assert part_of_it in told


def test_where_all_is_well_there_is_a_headline_and_how_available_it_is() -> None:
    lines = [line for line in printed(standing(Why.OPEN)).splitlines() if line.startswith("SSO") or line[:3] != "   "]
    assert "normal (the master secret server is reached)" in unfolded(" ".join(lines))
    assert "Available, but not highly available" in unfolded(" ".join(lines))
    assert "Do not" not in " ".join(lines)
    assert len(sso_parts(standing(Why.OPEN), NOW)) == 2


def test_what_is_wrong_beside_a_normal_state_is_told() -> None:
    shut = standing(Why.OPEN, databases=(reach(Way.SHUT, "SQL01"),))
    assert "the SSO database is not reached" in unfolded(printed(shut))
    assert "offline after about 5 min" in unfolded(printed(shut))


def test_nothing_is_said_of_a_machine_without_a_part_and_one_line_where_there_is_no_service() -> None:
    assert sso_parts(standing(Why.NO_PART), NOW) == []
    assert list(sso_markdown(standing(Why.NO_PART), NOW)) == []
    assert unfolded(printed(standing(Why.ABSENT))).startswith("SSO service ENTSSO on BTS01: unknown (no such service")
    assert len(sso_parts(standing(Why.ABSENT), NOW)) == 1


GREEN, YELLOW, RED = "\x1b[32m", "\x1b[33m", "\x1b[31m"


@pytest.mark.parametrize(
    ("of", "colour"),
    [
        (standing(Why.OPEN), GREEN),
        (standing(Why.OPEN, databases=(reach(Way.SHUT, "SQL01"),)), YELLOW),
        (standing(Why.NEVER), YELLOW),
        (standing(Why.SAME), YELLOW),
        (standing(Why.LOST), RED),
        (standing(Why.STOPPED), RED),
    ],
)
def test_a_terminal_shows_the_state_in_colour(monkeypatch: pytest.MonkeyPatch, of: Standing, colour: str) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert [code for code in (GREEN, YELLOW, RED) if code in printed(of, Terminal())] == [colour]
    assert "\x1b" not in printed(of)


def hostile(why: Why) -> Standing:
    of = part(here=HOSTILE, masters=(host(HOSTILE),), databases=(HOSTILE,), standbys=(host(HOSTILE),))
    seen = replace(service(name=HOSTILE), detail=HOSTILE)
    return standing(
        why,
        of,
        service=seen,
        restarted=(HOSTILE,),
        halted=(HOSTILE,),
        master=reach(Way.SHUT, HOSTILE),
        databases=(reach(Way.SHUT, HOSTILE),),
        processing={HOSTILE: Way.SHUT},
        addresses={HOSTILE: {HOSTILE: AddressState.UNREACHABLE}},
    )


def texts(value: object) -> Iterator[str]:
    """All that stand in a document."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for each in value.values() if isinstance(value, dict) else value:
            yield from texts(each)


@pytest.mark.parametrize("why", Why)
def test_hostile_names_are_harmless_everywhere(why: Why) -> None:
    of = hostile(why)
    shown = printed(of)
    assert shown.replace("\n", "").isprintable()
    assert why in (Why.NO_PART,) or "[bold]" in unfolded(shown)  # as it is: no markup of ours
    for line in sso_markdown(of, NOW):
        assert line.isprintable()
        assert "<" not in line
        assert not re.search(r"(?<!\\)[|`\[]", line)
    assert all(text.isprintable() for text in texts(sso_document(of, NOW)))


def test_markdown_is_a_section_of_its_own() -> None:
    lines = list(sso_markdown(standing(Why.SAME), NOW))
    assert lines[:3] == ["", "## What it means for SSO", ""]
    assert lines[3].startswith("SSO service ENTSSO on BTS01: on-cache")
    assert lines[4::2] == [""] * len(lines[4::2])
    assert any(line.startswith("Now: Do not restart ENTSSO") for line in lines)


def test_the_document_of_a_machine_on_its_cached_secret() -> None:
    of = standing(Why.SAME, restarted=(INSTANCE,), halted=("BTSSvc$B",), backup_confirmed=date(2026, 1, 1))
    found = sso_document(of, NOW)
    assert all(found.pop(key) for key in ("headline", "detail", "works", "fails", "avoid", "remedy"))
    assert found.pop("availability_detail")
    assert found.pop("events")[0] == {
        "id": "10532",
        "means": "contact with the master secret server is lost",
        "when": "soon: the service asks every 30 to 60 s",
    }
    assert len(found.pop("safe_to_restart_because")) == 2
    assert found == {
        "state": "on-cache",
        "since": "2026-01-01T09:30:00.000Z",
        "last_contact": "2026-01-01T09:00:00.000Z",
        "why": "same",
        "service": {
            "name": "ENTSSO",
            "condition": "running",
            "pid": 4711,
            "started": "2025-12-31T10:00:00.000Z",
            "detail": "",
        },
        "restarted": [INSTANCE],
        "halted": ["BTSSvc$B"],
        "availability": "not-available",
        "addresses": [{"host": "MSS", "address": "192.0.2.31", "state": "unreachable"}],
        "databases": [{"host": "SQL01", "way": "open"}],
        "processing": [],
        "safe_to_restart": "no",
        "backup_confirmed": "2026-01-01",
    }


def test_the_document_of_the_master() -> None:
    found = sso_document(standing(Why.ITSELF, processing={"BTS01": Way.UNSURE}), NOW)
    assert (found["state"], found["last_contact"], found["why"]) == ("normal", None, "itself")
    assert found["processing"] == [{"host": "BTS01", "way": "unsure"}]
    assert found["safe_to_restart"] == "yes"


def test_where_nobody_looked_there_are_the_same_keys() -> None:
    nobody = sso_document(None, NOW)
    full = sso_document(standing(Why.SAME), NOW)
    assert list(nobody) == list(full)
    assert (nobody["state"], nobody["last_contact"], nobody["safe_to_restart"]) == ("unknown", None, "unknown")
    for key, value in nobody.items():
        assert value in (None, "", [], "unknown")
        assert value is None or full[key] is None or type(value) is type(full[key])


def test_what_one_asks_for_is_not_changed_by_who_had_it_before() -> None:
    sso_document(None, NOW)["restarted"].append("mine")
    assert sso_document(None, NOW)["restarted"] == []


@pytest.mark.parametrize("at", [NOW + HOUR, -1.0, 1e20])
def test_times_that_are_not_known_are_null(at: float) -> None:
    odd = standing(Why.SAME, contact=contact(at), since=at, service=replace(service(), started=at))
    found = sso_document(odd, NOW)
    assert (found["since"], found["last_contact"], found["service"]["started"]) == (None, None, None)


@pytest.mark.parametrize("why", Why)
def test_every_standing_is_json_with_the_documented_words(why: Why) -> None:
    found = json.loads(json.dumps(sso_document(standing(why), NOW)))
    assert f"`{found['why']}`" in DOCUMENTED
    assert f"`{found['state']}`" in DOCUMENTED


@pytest.mark.parametrize("key", sso_document(None, NOW))
def test_every_key_is_documented(key: str) -> None:
    assert f"`{key}`" in DOCUMENTED.split("What stands in `sso`")[1]
