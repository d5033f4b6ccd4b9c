"""Whatever is answered, the loader reads the file, and finds in it what was answered."""

from datetime import date

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.config.load import parse
from agent.draft.answers import Draft, Entry, Machine
from agent.draft.text import text
from agent.ground.ports import PortSet
from agent.ground.roles import Role
from tests.agent.draft.understood import as_draft, with_plain_path

# What YAML takes for something else than text, beside anything that a name may be.
TRAPS = [
    "null",
    "NULL",
    "true",
    "No",
    "on",
    "y",
    "1",
    "007",
    "1_000",
    "1e3",
    "0x1F",
    "0o7",
    "12.5",
    "2026-01-31",
    "192.0.2",
]
WORDS = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,20}", fullmatch=True) | st.sampled_from(TRAPS)
ADDRESSES = st.ip_addresses(v=4, network="192.0.2.0/24") | st.ip_addresses(v=6, network="2001:db8::/32")
NAMES = st.from_regex(r"[a-z_][a-z0-9_]{0,10}(\.[a-z][a-z0-9]{0,5}){0,3}", fullmatch=True)
PRINTABLE = st.characters(categories=["L", "N", "P", "S"]) | st.sampled_from(" '\"#:{}[],&*!|>%@`\\ßüÄ")
PATHS = st.text(PRINTABLE, min_size=1, max_size=40)
PORTS = st.integers(1, 65535)
RANGES = st.lists(st.tuples(PORTS, PORTS).map(lambda ends: (min(ends), max(ends))), min_size=1, max_size=4)
ROLES = st.lists(st.sampled_from([Role.PROCESSING, Role.MASTER_SECRET_STANDBY]), min_size=1, unique=True)


@st.composite
def machines(draw: st.DrawFn, name: str) -> Machine:
    given_ones = draw(st.lists(ADDRESSES.map(str) | NAMES, min_size=1, max_size=3, unique=True))
    return Machine(name, tuple(given_ones))


@st.composite
def drafts(draw: st.DrawFn) -> Draft:
    names = iter(draw(st.lists(WORDS, min_size=8, max_size=8, unique_by=str.casefold)))
    nodes = tuple(draw(machines(next(names))) for _ in range(draw(st.integers(0, 2))))
    zones = st.none() | WORDS
    hosts = [Entry(draw(machines(next(names))), (Role.MASTER_SECRET,), draw(zones), nodes=nodes)]
    count = draw(st.integers(0, 3))
    hosts += [Entry(draw(machines(next(names))), tuple(draw(ROLES)), draw(zones)) for _ in range(count)]
    port, instance = draw(
        st.tuples(PORTS, st.none()) | st.tuples(st.none(), st.sampled_from(["NULL", "y", "SSO$1", "#a"]))
    )
    hosts.append(Entry(draw(machines(next(names))), (Role.SSO_DATABASE,), draw(zones), port, instance))
    return Draft(
        site=draw(WORDS),
        hosts=tuple(hosts),
        dtc_to_database=draw(st.booleans()),
        dynamic_ports=PortSet(tuple(draw(RANGES))),
        fixed_ports=draw(st.dictionaries(st.sampled_from(["entsso", "msdtc"]), PORTS)),
        key_file=draw(st.none() | PATHS),
        backup_confirmed=draw(st.none() | st.dates()),
        database=draw(st.text(max_size=30)),
    )


@given(drafts())
@settings(deadline=None, max_examples=200)
def test_what_was_answered_is_what_is_read(draft: Draft) -> None:
    assert as_draft(parse(text(draft), "draft"), draft.database) == with_plain_path(draft)


@given(drafts())
@settings(deadline=None, max_examples=100)
def test_other_readers_of_yaml_see_the_same_names(draft: Draft) -> None:
    read = yaml.safe_load(text(draft))
    assert read["site"] == draft.site
    assert [host["name"] for host in read["hosts"]] == [entry.name for entry in draft.hosts]
    assert [host.get("zone") for host in read["hosts"]] == [entry.zone for entry in draft.hosts]
    assert read["rendezvous"]["key_file"] == draft.key_file


def test_without_answers_to_what_is_optional_the_file_says_the_defaults() -> None:
    hosts = (Entry(Machine("MSS"), (Role.MASTER_SECRET,)),)
    written = parse(text(Draft("contoso", hosts)), "draft")
    assert written.sha256 == parse("{site: contoso, hosts: [{name: MSS, role: master-secret}]}", "least").sha256
    assert written.sso.backup_confirmed is None


def test_the_file_is_no_wider_than_a_page_and_says_the_day_as_it_was_given() -> None:
    hosts = (Entry(Machine("MSS"), (Role.MASTER_SECRET,)),)
    lines = text(Draft("contoso", hosts, backup_confirmed=date(2026, 1, 31))).splitlines()
    assert max(map(len, lines)) <= 120
    assert "sso: {backup_confirmed: 2026-01-31}" in lines
