"""What is read of Windows' registry, and that nothing else is."""

import ast
from collections.abc import Mapping
from pathlib import Path

import pytest

from agent.draft import registry
from agent.draft.registry import ENTSSO_SQL, READ, RPC_INTERNET, Registered, View, registered
from agent.ground.ports import PortSet

Values = Mapping[tuple[str, str, View], object]
WIDE, NARROW = View.WIDE, View.NARROW
SECRET = "SSOSS"  # noqa: S105 - the name of a key
LIMITED = {"PortsInternetAvailable": "Y", "UseInternetPorts": "Y", "Ports": ["5000-5020", "6000"]}


class Recorded:
    """A registry that has these values, and keeps what it was asked."""

    def __init__(self, values: Values) -> None:
        self._values = values
        self.asked: list[tuple[str, str]] = []

    def value(self, key: str, name: str, view: View) -> object:
        self.asked.append((key, name))
        return self._values.get((key, name, view))


def sql(server: object, database: object = "SSODB", view: View = WIDE) -> Values:
    return {(ENTSSO_SQL, "Server", view): server, (ENTSSO_SQL, "Database", view): database}


def rpc(**values: object) -> Values:
    return {(RPC_INTERNET, name, WIDE): value for name, value in {**LIMITED, **values}.items()}


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({}, Registered()),
        (sql(r"SQL01\SSO"), Registered(r"SQL01\SSO", "SSODB")),
        (sql("SQL01", None), Registered("SQL01")),
        (sql("SQL01", view=NARROW), Registered("SQL01", "SSODB")),
        ({**sql("WIDE"), **sql("NARROW", "other", NARROW)}, Registered("WIDE", "SSODB")),
        ({**sql(""), **sql("NARROW", "other", NARROW)}, Registered("NARROW", "other")),
        (sql(None), Registered()),  # a database alone says nothing
        (sql(b"SQL01"), Registered()),
        (sql(7), Registered()),
        (sql("x" * 401), Registered()),
        (sql("SQL01", "a\x1b[31m\nb"), Registered("SQL01", r"a\x1b[31m\nb")),
        (rpc(), Registered(ports=PortSet(((5000, 5020), (6000, 6000))))),
        (rpc(UseInternetPorts="N"), Registered()),  # then these are the ports to avoid
        (rpc(PortsInternetAvailable=None), Registered()),
        (rpc(Ports="5000-5020"), Registered()),
        (rpc(Ports=["5000-70000"]), Registered()),
        (rpc(Ports=[]), Registered()),
        (rpc(Ports=[None, 7]), Registered()),
    ],
)
def test_what_it_comes_to(values: Values, found: Registered) -> None:
    assert registered(Recorded(values)) == found


@pytest.mark.parametrize("values", [{}, sql("SQL01"), {**sql("SQL01", view=NARROW), **rpc()}])
def test_nothing_is_asked_for_that_is_not_on_the_list(values: Values) -> None:
    asked = Recorded(values)
    registered(asked)
    assert {key for key, _ in asked.asked} == set(READ)
    assert all(name in READ[key] for key, name in asked.asked)


def test_the_list_has_neither_the_secret_nor_more_than_two_keys() -> None:
    assert set(READ) == {r"SOFTWARE\Microsoft\ENTSSO\SQL", r"SOFTWARE\Microsoft\Rpc\Internet"}
    assert READ[ENTSSO_SQL] == ("Server", "Database")
    assert SECRET.casefold() not in repr(READ).casefold()


def test_the_only_calls_are_one_that_opens_a_key_to_query_it_and_one_that_queries() -> None:
    """No listing, no other way in: not in this room, and not beside the values on the list."""
    used = set()
    for file in Path(registry.__file__).parent.glob("*.py"):
        source = file.read_text(encoding="utf-8")
        assert SECRET not in source
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "winreg":
                used.add((file.name, node.attr))
    constants = {"HKEY_LOCAL_MACHINE", "KEY_QUERY_VALUE", "KEY_WOW64_64KEY", "KEY_WOW64_32KEY"}
    assert used == {("registry.py", name) for name in {"OpenKeyEx", "QueryValueEx", *constants}}


def test_a_value_that_is_not_on_the_list_is_never_asked_for() -> None:
    asked = Recorded({})
    with pytest.raises(AssertionError, match="not on the list"):
        registry._allowed(asked, ENTSSO_SQL, "Password", WIDE)
    assert asked.asked == []
