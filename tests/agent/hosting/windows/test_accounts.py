"""Whose rights the service has."""

import pytest

from agent.hosting.windows.accounts import OWN, Account, Kind, account_of, service_sid


@pytest.mark.parametrize(
    ("service", "sid"),
    [
        # Both well known: in every access list of Windows' own files, and of SQL Server's.
        ("TrustedInstaller", "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464"),
        ("MSSQLSERVER", "S-1-5-80-3880718306-3832830129-1677859214-2598158968-1052248003"),
    ],
)
def test_the_number_of_a_service_s_own_account_follows_from_its_name(service: str, sid: str) -> None:
    assert service_sid(service) == service_sid(service.upper()) == sid


SYSTEM = Account("LocalSystem", Kind.SYSTEM, "S-1-5-18")
LOCAL = Account(r"NT AUTHORITY\LocalService", Kind.BUILT_IN, "S-1-5-19")


@pytest.mark.parametrize(
    ("written", "account"),
    [
        (None, OWN),
        (r"nt service\SSOREACH", OWN),
        ("LocalSystem", SYSTEM),
        (r".\LocalSystem", SYSTEM),
        (r"NT AUTHORITY\SYSTEM", SYSTEM),
        ("system", SYSTEM),
        (r"NT AUTHORITY\LOCAL SERVICE", LOCAL),
        ("LocalService", LOCAL),
        (r"NT AUTHORITY\NetworkService", Account(r"NT AUTHORITY\NetworkService", Kind.BUILT_IN, "S-1-5-20")),
        (r"CONTOSO\ssoreach$", Account(r"CONTOSO\ssoreach$", Kind.MANAGED)),
        (r"CONTOSO\ada", Account(r"CONTOSO\ada", Kind.PERSON)),
        ("ada@contoso.test", Account("ada@contoso.test", Kind.PERSON)),
        (" ada ", Account(r".\ada", Kind.PERSON)),
    ],
)
def test_accounts_as_people_write_them(written: str | None, account: Account) -> None:
    assert account_of(written) == account


@pytest.mark.parametrize(
    "written", ["", " ", r"NT SERVICE\MSSQLSERVER", "ssoreach$", r".\ssoreach$", "CONTOSO/ada", "A\\"]
)
def test_what_is_no_account_for_it_is_refused_in_words(written: str) -> None:
    with pytest.raises(ValueError, match=r"account"):
        account_of(written)


@pytest.mark.parametrize(
    ("written", "needs", "empty"),
    [
        (None, False, None),
        (r"CONTOSO\ssoreach$", False, None),
        ("LocalSystem", False, ""),
        ("LocalService", False, ""),
        (r"CONTOSO\ada", True, None),
    ],
)
def test_only_a_person_s_account_has_a_password(written: str | None, needs: bool, empty: str | None) -> None:
    """None and empty differ: for an account that Windows itself looks after there must be none at all."""
    account = account_of(written)
    assert (account.needs_password, account.empty_password) == (needs, empty)
