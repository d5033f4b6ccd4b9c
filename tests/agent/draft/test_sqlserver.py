"""The database's server as people write it."""

import pytest

from agent.draft.answers import Machine
from agent.draft.sqlserver import sql_server

SQL01 = Machine("SQL01")


@pytest.mark.parametrize(
    ("written", "machine", "port", "instance"),
    [
        ("SQL01", SQL01, None, None),
        ("SQL01,1444", SQL01, 1444, None),
        (" SQL01 , 1444 ", SQL01, 1444, None),
        ("SQL01:1444", SQL01, 1444, None),
        (r"SQL01\PROD", SQL01, None, "PROD"),
        (r" SQL01 \ PROD ", SQL01, None, "PROD"),
        ("tcp:SQL01,1433", SQL01, 1433, None),
        ("TCP:SQL01", SQL01, None, None),
        (r"tcp:SQL01\PROD", SQL01, None, "PROD"),
        ("AG-LISTENER.contoso.test,1433", Machine("AG-LISTENER.contoso.test"), 1433, None),
        ("192.0.2.41,1444", Machine("192.0.2.41"), 1444, None),
        ("2001:db8::41", Machine("2001-db8--41", ("2001:db8::41",)), None, None),
        ("tcp:[2001:db8::41],1444", Machine("2001-db8--41", ("2001:db8::41",)), 1444, None),
        ("[2001:db8::41]:1444", Machine("2001-db8--41", ("2001:db8::41",)), 1444, None),
        (r"DB=SQL01\PROD", Machine("DB", ("SQL01",)), None, "PROD"),
        ("DB = 192.0.2.41,1444", Machine("DB", ("192.0.2.41",)), 1444, None),
    ],
)  # fmt: skip
def test_what_it_becomes(written: str, machine: Machine, port: int | None, instance: str | None) -> None:
    found = sql_server(written.strip(), "BTS01")
    assert (found.machine, found.port, found.instance, found.notes) == (machine, port, instance, ())


def test_of_port_and_instance_the_port_wins_and_that_is_said() -> None:
    found = sql_server(r"SQL01\PROD,1444", "BTS01")
    assert (found.port, found.instance) == (1444, None)
    assert found.notes == ("port and instance: the port wins, and PROD is left out, as SQL Server's own clients do",)


@pytest.mark.parametrize("written", [".", "(local)", "(LOCAL)", "localhost", "127.0.0.1"])
def test_this_machine_is_written_with_its_name(written: str) -> None:
    for text, port, instance in (
        (written, None, None),
        (f"{written},1444", 1444, None),
        (rf"{written}\SSO", None, "SSO"),
    ):
        found = sql_server(text, "BTS01")
        assert (found.machine, found.port, found.instance) == (Machine("BTS01"), port, instance)
        assert found.notes == (f"{written} means this machine; written as BTS01",)


def test_this_machine_without_a_name_is_refused() -> None:
    with pytest.raises(ValueError, match="write the server's name"):
        sql_server("(local)", "")


def test_letters_that_dns_spells_otherwise() -> None:
    found = sql_server(r"tcp:Münster-Süd\SSO", "BTS01")
    assert found.machine == Machine("Muenster-Sued", ("xn--mnster-sd-q9ah",))
    assert found.instance == "SSO"
    (note,) = found.notes
    assert note.startswith("Münster-Süd is looked up as xn--mnster-sd-q9ah;")


def test_a_name_of_its_own_and_a_zone() -> None:
    found = sql_server(r"DB=sql01.contoso.test\SSO@data", "BTS01")
    assert (found.machine, found.instance, found.zone) == (Machine("DB", ("sql01.contoso.test",)), "SSO", "data")


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("", "no server is named"),
        (",1433", "no server is named"),
        (r"\PROD", "no server is named"),
        ("SQL01,", "'' is not a port number"),
        ("SQL01,70000", "port 70000 is above 65535"),
        ("SQL01\\", "must be the name of a SQL Server instance"),
        (r"SQL01\PRÖD", "must be the name of a SQL Server instance"),
        (r"SQL01\A\B", "must be the name of a SQL Server instance"),
        ("SQL01:1444,1433", "'SQL01:1444' is no name"),
        (r"SQL01:1444\PROD", "'SQL01:1444' is no name"),
        ("np:SQL01", "np: is not TCP"),
        (r"\\SQL01\pipe\sql\query", "no server is named"),
        ("SQL 01", "'SQL 01' is no name"),
        ("ü" * 300, "is no name"),
        (r"(localdb)\SSO", "is no name"),
    ],
)
def test_what_is_refused_and_why(written: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        sql_server(written, "BTS01")
