"""What is remembered survives a file, and nothing that a file may hold is believed without a look at it."""

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from agent.sso.memory import MOST_NAMES, Contact, Life, Memory, Outage
from agent.sso.state import SsoState, Why
from agent.sso.stored import LATEST, LONGEST, Remembered, restore, store

FULL = Memory(
    Contact(1_767_261_600.25, 100.5, ("MSS", "MSS2"), True, "boot:1:2", {"BTSSvc$One": "boot:3:4"}, 61.5),
    Outage(1_767_261_660.0, 160.0, {"MSS": 220.0}, 219.0),
    Life("boot:5:6", 10.0, 225.0, 5.0),
)
KNOWN = Remembered("BTS01", "ENTSSO", FULL, SsoState.CACHE_LOST, 1_767_261_700.0)


def written(known: Remembered = KNOWN) -> dict[str, Any]:
    """As a file has it."""
    found: dict[str, Any] = json.loads(json.dumps(store(known)))
    return found


def read(stored: dict[str, Any], host: str = "BTS01", service: str = "ENTSSO") -> Remembered:
    return restore(stored, Remembered(host, service, Memory()))


@pytest.mark.parametrize(
    "memory",
    [
        Memory(),
        FULL,
        Memory(contact=FULL.contact),
        Memory(outage=FULL.outage),
        Memory(life=FULL.life),
        Memory(Contact(0.0, None, ()), None, Life(None, 0.0, 0.0)),
        Memory(Contact(LATEST, -5.0, ("M" * LONGEST,), instances={"i" * LONGEST: "j" * LONGEST})),
        Memory(Contact(1.0, 1.0, (), instances=None)),
        Memory(Contact(1.0, 1.0, (), instances={"BTSSvc$One": None, "BTSSvc$Two": "x"})),
        Memory(life=Life("x" * LONGEST, -1.0, -0.5)),
        Memory(Contact(1.0, 1.0, tuple(map(str, range(MOST_NAMES))), instances=dict.fromkeys("ab", "x"))),
        Memory(Contact(1.0, 1.0, (), instances={str(each): "x" for each in range(MOST_NAMES)})),
    ],
)
def test_everything_comes_back_and_is_resuming(memory: Memory) -> None:
    known = Remembered("BTS01", "ENTSSO", memory, SsoState.ON_CACHE, 5.0)
    found = read(written(known))
    assert found == Remembered("BTS01", "ENTSSO", memory.resumed(), SsoState.ON_CACHE, 5.0)
    assert (found.memory.resuming, found.memory.unasked) == (True, True)


def test_what_was_not_known_is_not_known() -> None:
    found = read(written(Remembered("BTS01", "ENTSSO", Memory())))
    assert (found.state, found.since) == (None, None)


@pytest.mark.parametrize("state", list(SsoState))
def test_every_state_comes_back(state: SsoState) -> None:
    assert read(written(Remembered("BTS01", "ENTSSO", Memory(), state, 0.0))).state is state


def test_names_are_the_same_whatever_their_case() -> None:
    assert read(written(), "bts01", "EntSSO").memory == FULL.resumed()


def test_a_later_version_may_say_more() -> None:
    assert read({**written(), "colour": "blue"}) == read(written())


def changed(*place: str, to: object) -> dict[str, Any]:
    """What was written, with something else in one place."""
    found = copy.deepcopy(written())
    inner = found
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = to
    return found


def without(*place: str) -> dict[str, Any]:
    found = copy.deepcopy(written())
    inner = found
    for key in place[:-1]:
        inner = inner[key]
    del inner[place[-1]]
    return found


CONTACT, OUTAGE, LIFE = ("memory", "contact"), ("memory", "outage"), ("memory", "life")
NUMBERS = [
    ("since",),
    (*CONTACT, "at"),
    (*CONTACT, "found"),
    (*CONTACT, "held"),
    *((*OUTAGE, each) for each in ("since", "began", "until", "asked")),
    *((*LIFE, each) for each in ("first", "last", "not_before")),
]
NO_TIMES: list[object] = ["5", True, [], {}, float("nan"), float("inf"), -float("inf"), 10**400]
DATES = [("since",), (*CONTACT, "at"), (*OUTAGE, "since")]
NEEDED = [
    ("host",),
    ("service",),
    ("memory",),
    *((*CONTACT, each) for each in ("at", "found", "peers")),
    *((*OUTAGE, each) for each in ("since", "began", "until", "asked")),
    *((*LIFE, each) for each in ("incarnation", "first", "last")),
]
OTHERS: dict[str, Callable[[], dict[str, Any]]] = {
    "nothing": dict,
    "another thing's file": lambda: {"peer": "MSS", "ranges": {}},
    "host is a number": lambda: changed("host", to=5),
    "host is none": lambda: changed("host", to=None),
    "memory is a list": lambda: changed("memory", to=[]),
    "memory is none": lambda: changed("memory", to=None),
    "memory is text": lambda: changed("memory", to="x"),
    "state is another word": lambda: changed("state", to="king"),
    "state is a number": lambda: changed("state", to=1),
    "contact is a list": lambda: changed(*CONTACT, to=[1.0, 2.0]),
    "outage is a number": lambda: changed(*OUTAGE, to=5),
    "life is text": lambda: changed(*LIFE, to="x"),
    "peers are text": lambda: changed(*CONTACT, "peers", to="MSS"),
    "peers are numbers": lambda: changed(*CONTACT, "peers", to=[1]),
    "peers are none": lambda: changed(*CONTACT, "peers", to=None),
    "by_mapper is a number": lambda: changed(*CONTACT, "by_mapper", to=1),
    "incarnation is a number": lambda: changed(*CONTACT, "incarnation", to=4711),
    "life's incarnation is a list": lambda: changed(*LIFE, "incarnation", to=[]),
    "instances are a list": lambda: changed(*CONTACT, "instances", to=["BTSSvc$One"]),
    "an instance is a number": lambda: changed(*CONTACT, "instances", to={"BTSSvc$One": 5}),
    "resuming is text": lambda: changed("memory", "resuming", to="yes"),
    "half a letter": lambda: changed("host", to="\ud800"),
    "half a letter within": lambda: changed(*CONTACT, "peers", to=["\udfff"]),
    "10,000 instances": lambda: changed(*CONTACT, "instances", to={str(each): "x" for each in range(10_000)}),
    "one instance too many": lambda: changed(
        *CONTACT, "instances", to={str(each): "x" for each in range(MOST_NAMES + 1)}
    ),
    "one peer too many": lambda: changed(*CONTACT, "peers", to=["x"] * (MOST_NAMES + 1)),
    "a long peer": lambda: changed(*CONTACT, "peers", to=["x" * (LONGEST + 1)]),
    "a long instance": lambda: changed(*CONTACT, "instances", to={"x" * (LONGEST + 1): "x"}),
    "a long incarnation of an instance": lambda: changed(*CONTACT, "instances", to={"x": "x" * (LONGEST + 1)}),
    "a long incarnation": lambda: changed(*CONTACT, "incarnation", to="x" * (LONGEST + 1)),
    "a long incarnation of the life": lambda: changed(*LIFE, "incarnation", to="x" * (LONGEST + 1)),
    "a long life, and no contact": lambda: {
        **changed(*LIFE, "incarnation", to="x" * (LONGEST + 1)),
        "memory": {"life": {"incarnation": "x" * (LONGEST + 1), "first": 1.0, "last": 1.0}},
    },
    "lines within a name": lambda: changed(*CONTACT, "instances", to={"x\r\ny\x1b[2J": 5}),
    "lines for a service": lambda: changed("service", to="x\r\n\x1b[2J\u2028" + "y" * 10_000),
    "a number with too many digits": lambda: changed(*CONTACT, "held", to=10**5000),
}
DAMAGES: dict[str, Callable[[], dict[str, Any]]] = {
    **OTHERS,
    **{f"without {'.'.join(each)}": partial(without, *each) for each in NEEDED},
    **{f"{'.'.join(each)} is {value!r}": partial(changed, *each, to=value) for each in NUMBERS for value in NO_TIMES},
    **{
        f"{'.'.join(each)} is {value}": partial(changed, *each, to=value)
        for each in DATES
        for value in (-1, -0.001, -1e18, LATEST + 1, 1e18, 10**30)
    },
}


@pytest.mark.parametrize("damaged", DAMAGES.values(), ids=DAMAGES)
def test_every_damage_is_one_line(damaged: Callable[[], dict[str, Any]]) -> None:
    with pytest.raises(ValueError) as error:  # noqa: PT011 - its text is looked at below
        read(damaged())
    assert type(error.value) is ValueError
    assert str(error.value).isprintable()
    assert len(str(error.value)) <= 300


@pytest.mark.parametrize(
    ("host", "service", "words"),
    [("BTS02", "ENTSSO", "of service ENTSSO on BTS01"), ("BTS01", "OTHER", "of service ENTSSO on BTS01")],
)
def test_what_is_of_another_host_or_service_is_said_to_be_that(host: str, service: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read(written(), host, service)


@pytest.mark.parametrize(
    ("damaged", "words"),
    [
        (changed(*OUTAGE, "began", to=float("nan")), "a time that is none"),
        (changed(*LIFE, "not_before", to=float("inf")), "a time that is none"),
        (changed(*OUTAGE, "since", to=-1.0), "a date that is none"),
        (changed(*CONTACT, "peers", to=["x" * (LONGEST + 1)]), "longer than anything of ours"),
        (changed("host", to=[[]]), "host: Input should be a valid string"),
    ],
)
def test_what_is_wrong_is_said(damaged: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read(damaged)


def test_where_the_damage_is_is_said() -> None:
    with pytest.raises(ValueError, match=r"not what is known of SSO: memory\.contact\.at: Input should be a valid"):
        read(changed(*CONTACT, "at", to="noon"))


def test_however_deep_a_file_is_nested_it_is_an_error_like_any_other() -> None:
    """There are depths that can be read just so, and not be written again."""
    for depth in (10, 150, 500, *range(900, 1_000)):
        nested: list[Any] = []
        for _ in range(depth):
            nested = [nested]
        with pytest.raises(ValueError, match=r"SSO|deeper"):
            read({**written(), "host": nested})


MASTERS = ("MSS 192.0.2.31",)


def test_of_other_master_secret_servers_nothing_counts_but_the_life_of_the_service() -> None:
    """The file was changed: whether the new one was ever reached, or is shut, is not known."""
    known = replace(KNOWN, masters=MASTERS)
    ours = Remembered("BTS01", "ENTSSO", Memory(), masters=("MSS 192.0.2.32",))
    assert restore(written(known), ours) == replace(ours, memory=Memory(life=FULL.life).resumed())


def test_of_the_same_ones_all_of_it_counts() -> None:
    known = replace(KNOWN, masters=MASTERS, why=Why.LOST)
    ours = Remembered("BTS01", "ENTSSO", Memory(), masters=MASTERS)
    assert restore(written(known), ours) == replace(known, memory=FULL.resumed())


def test_an_outage_of_nobody_is_none() -> None:
    with pytest.raises(ValueError, match="an outage of nobody"):
        read(changed("memory", "outage", "until", to={}))


def test_by_another_clock_no_span_counts() -> None:
    known, ours = replace(KNOWN, clock="GetTickCount64()"), Remembered("BTS01", "ENTSSO", Memory(), clock="another")
    assert restore(written(known), ours) == replace(known, clock="another", memory=FULL.by_another_clock().resumed())


def test_where_an_address_is_added_the_last_contact_counts_and_the_outage_does_not() -> None:
    known = replace(KNOWN, masters=MASTERS)
    ours = Remembered("BTS01", "ENTSSO", Memory(), masters=("MSS2 192.0.2.32", *MASTERS))
    assert FULL.contact
    contact = replace(FULL.contact, found=None)
    assert restore(written(known), ours) == replace(ours, memory=Memory(contact, None, FULL.life).resumed())


def test_the_order_in_the_file_says_nothing() -> None:
    known = replace(KNOWN, masters=("A 192.0.2.1", "B 192.0.2.2"))
    ours = Remembered("BTS01", "ENTSSO", Memory(), masters=("B 192.0.2.2", "A 192.0.2.1"))
    assert restore(written(known), ours) == replace(known, masters=ours.masters, memory=FULL.resumed())
