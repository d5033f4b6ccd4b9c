"""Who may read a key file on Windows: what its access list means, as plain data."""

import pytest

from agent.ground.permission_windows import WIDE, WIDE_OF_A_DOMAIN, Grant, exposed_by

DOMAIN = "S-1-5-21-1004336348-1177238915-682003330"
SYSTEM, ADMINISTRATORS, OWNER = "S-1-5-18", "S-1-5-32-544", "S-1-3-4"
USERS = "S-1-5-32-545"
ALL, READ, READ_AND_EXECUTE, MODIFY = 0x1F01FF, 0x120089, 0x1200A9, 0x1301BF  # as Windows' own dialog grants them
INHERITED = 0x10

OURS = [Grant(SYSTEM, 0, ALL), Grant(ADMINISTRATORS, 0, ALL), Grant(OWNER, 0, ALL)]


@pytest.mark.parametrize(
    "sid",
    [
        f"{DOMAIN}-500",
        f"{DOMAIN}-512",
        f"{DOMAIN}-519",
        f"{DOMAIN}-1105",
        f"{DOMAIN}-1513",
        "S-1-5-80-3139157870-2983391045-3678747466-658725712-1809340420",
        "S-1-5-20",
    ],
)
def test_administrators_single_accounts_and_services_may_read_it(sid: str) -> None:
    assert exposed_by([*OURS, Grant(sid, 0, READ)]) is None


@pytest.mark.parametrize(("sid", "name"), WIDE.items())
def test_groups_that_anybody_may_be_in_may_not(sid: str, name: str) -> None:
    assert (
        exposed_by([*OURS, Grant(sid, 0, READ)])
        == f"its access list lets {name} at it; take that off the list with icacls"
    )


@pytest.mark.parametrize(("number", "name"), WIDE_OF_A_DOMAIN.items())
def test_nor_such_groups_of_a_domain(number: str, name: str) -> None:
    assert f"lets {name} at it" in (exposed_by([Grant(f"{DOMAIN}-{number}", 0, READ)]) or "")


def test_all_of_them_are_named_once() -> None:
    wide = [Grant(USERS, 0, READ), Grant("S-1-1-0", 0, READ), Grant(USERS, INHERITED, MODIFY)]
    assert "lets Users, Everyone at it" in (exposed_by([*OURS, *wide]) or "")


# Read, write and append data, delete, write the list or the owner; the generic rights to all, to write and to read.
AT_IT = [0x1, 0x2, 0x4, 0x1_0000, 0x4_0000, 0x8_0000, 0x1000_0000, 0x4000_0000, 0x8000_0000]


@pytest.mark.parametrize("mask", [*AT_IT, ALL, READ, READ_AND_EXECUTE, MODIFY, 0x8000_0000 - (1 << 32)])
def test_whatever_lets_one_read_or_change_it_counts(mask: int) -> None:
    """A mask may come as a signed number."""
    assert exposed_by([Grant(USERS, 0, mask)]) is not None


@pytest.mark.parametrize("mask", [0, 0x80, 0x2_0000, 0x10_0000, 0x2_0080])
def test_to_see_that_it_is_there_does_not(mask: int) -> None:
    assert exposed_by([Grant(USERS, 0, mask)]) is None


@pytest.mark.parametrize(("flags", "counts"), [(0x8, False), (0xB, False), (INHERITED, True), (0x3, True)])
def test_an_entry_that_is_only_handed_down_does_not_count_for_the_file(flags: int, counts: bool) -> None:
    assert (exposed_by([Grant(USERS, flags, READ)]) is not None) == counts


def test_without_a_list_everybody_can_read_it() -> None:
    assert "no access list" in (exposed_by(None) or "")


def test_an_empty_list_lets_nobody_at_it() -> None:
    assert exposed_by([]) is None
