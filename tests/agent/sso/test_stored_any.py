"""Whatever is remembered comes back from a file; whatever else a file holds is refused, or can be followed and told."""

import json
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from agent.ground.path import Check
from agent.judge.result import Result
from agent.sso.memory import Contact, Life, Memory, Outage, Spans
from agent.sso.reach import Found
from agent.sso.seen import Condition, Service, Sighting
from agent.sso.standing import Observed, Told, follow
from agent.sso.state import SsoState
from agent.sso.stored import LATEST, Remembered, restore, store
from agent.sso.ways import Way
from agent.sso.words.compose import words
from agent.sso.words.restart import restart
from tests.agent.sso.standing import part
from tests.agent.sso.world import PATH, VERDICTS

OURS = Remembered("BTS01", "ENTSSO", Memory(), masters=("MSS 192.0.2.31",))
NUMBER = st.floats(allow_nan=False, allow_infinity=False)
DATE = st.floats(0.0, LATEST)
TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
CONTACTS = st.builds(
    Contact,
    at=DATE,
    found=st.none() | NUMBER,
    peers=st.lists(TEXT, max_size=3).map(tuple),
    by_mapper=st.booleans(),
    incarnation=st.none() | TEXT,
    instances=st.none() | st.dictionaries(TEXT, st.none() | TEXT, max_size=3),
    held=NUMBER,
)
OUTAGES = st.builds(
    Outage, since=DATE, began=NUMBER, until=st.dictionaries(TEXT, NUMBER, min_size=1, max_size=3), asked=NUMBER
)
LIVES = st.builds(Life, incarnation=st.none() | TEXT, first=NUMBER, last=NUMBER, not_before=st.none() | NUMBER)
MEMORIES = st.builds(
    Memory,
    contact=st.none() | CONTACTS,
    outage=st.none() | OUTAGES,
    life=st.none() | LIVES,
    resuming=st.booleans(),
    unasked=st.booleans(),
)
KNOWN = st.builds(
    Remembered,
    host=TEXT,
    service=TEXT,
    memory=MEMORIES,
    state=st.none() | st.sampled_from(SsoState),
    since=st.none() | DATE,
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(KNOWN)
@settings(deadline=None)
def test_whatever_is_remembered_comes_back(known: Remembered) -> None:
    found = restore(json.loads(json.dumps(store(known))), known)
    assert found == replace(known, memory=known.memory.resumed())


@st.composite
def damaged(draw: st.DrawFn) -> dict[str, Any]:
    """A file of ours in which one place, wherever it is, holds something else."""
    known = replace(draw(KNOWN), host=OURS.host, service=OURS.service, masters=OURS.masters)
    file: dict[str, Any] = json.loads(json.dumps(store(known)))
    inner: Any = file
    while True:
        keys = sorted(inner) if isinstance(inner, dict) else range(len(inner))
        key = draw(st.sampled_from(keys))
        if not (isinstance(inner[key], dict | list) and inner[key] and draw(st.booleans())):
            inner[key] = draw(JSON)
            return file
        inner = inner[key]


NOW, LOOKED = 1_800_000_000.0, 10_000.0
SPANS = Spans(300.0, 120.0)


def understood(file: dict[str, Any]) -> Remembered | str:
    try:
        return restore(file, OURS)
    except ValueError as error:
        return str(error)


@given(damaged(), st.sampled_from(Condition), st.sampled_from(Way), st.booleans())
@settings(max_examples=500, deadline=None)
def test_what_a_file_holds_is_refused_or_can_be_followed_and_told(
    file: dict[str, Any], condition: Condition, way: Way, alive: bool
) -> None:
    known = understood(file)
    if isinstance(known, str):
        assert known.isprintable()
        return
    assert known.memory.resuming
    assert known.memory.unasked
    life = known.memory.life
    incarnation = life.incarnation if alive and life is not None else "another"
    service = Service("ENTSSO", condition, incarnation if condition is Condition.RUNNING else None)
    newest = {("MSS", Check.RPC_ENDPOINT): Found(Result(PATH, VERDICTS[way], (), NOW, 2.0), LOOKED)}
    seen = Observed(Sighting(service), newest, Told(), (LOOKED, LOOKED), LOOKED + 1, SPANS)
    memory, standing = follow(part(), known.memory, seen)
    standing = replace(standing, since=known.since)
    told = words(standing, NOW)
    assert told.headline.isprintable()
    assert restart(standing).why
    restore(json.loads(json.dumps(store(replace(known, memory=memory)))), known)
