"""Who may change a file or a folder, as Windows' own lists have it."""

import pytest

from agent.ground.permission_windows import Grant
from agent.hosting.windows.access import CHANGES, READS, REPLACES, WRITES, Access, may, strangers
from agent.hosting.windows.accounts import EVERY_SERVICE, service_sid

SYSTEM, ADMINISTRATORS, USERS, EVERYONE = "S-1-5-18", "S-1-5-32-544", "S-1-5-32-545", "S-1-1-0"
AUTHENTICATED, CREATOR = "S-1-5-11", "S-1-3-0"
INSTALLER = "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464"
DOMAIN = "S-1-5-21-1004336348-1177238915-682003330"
ADA = f"{DOMAIN}-1105"
ALL, MODIFY, READ = 0x1F01FF, 0x1301BF, 0x1200A9
DOWN, FOR_CHILDREN, INHERITED = 0x3, 0xB, 0x10  # OI|CI; and only for what is in it

# As a fresh Windows Server has them.
PROGRAM_FILES = Access(
    INSTALLER,
    (
        Grant(INSTALLER, 0, ALL),
        Grant(SYSTEM, 0, MODIFY),
        Grant(SYSTEM, FOR_CHILDREN, 0x1000_0000),
        Grant(ADMINISTRATORS, 0, MODIFY),
        Grant(ADMINISTRATORS, FOR_CHILDREN, 0x1000_0000),
        Grant(USERS, 0, READ),
        Grant(USERS, FOR_CHILDREN, 0xA000_0000),
        Grant(CREATOR, FOR_CHILDREN, 0x1000_0000),
    ),
)
DRIVE = Access(
    INSTALLER,
    (
        Grant(ADMINISTRATORS, DOWN, ALL),
        Grant(SYSTEM, DOWN, ALL),
        Grant(USERS, DOWN, READ),
        Grant(AUTHENTICATED, FOR_CHILDREN, MODIFY),
        Grant(AUTHENTICATED, 0, 0x4),
    ),
)
PROGRAM_DATA = Access(
    SYSTEM,
    (
        Grant(SYSTEM, DOWN, ALL),
        Grant(ADMINISTRATORS, DOWN, ALL),
        Grant(CREATOR, FOR_CHILDREN, 0x1000_0000),
        Grant(USERS, DOWN, READ),
        Grant(USERS, 0x2, 0x116),
    ),
)


def test_program_files_are_the_administrators_alone() -> None:
    assert strangers(PROGRAM_FILES, CHANGES) == ()


def test_in_the_drive_s_own_folder_everybody_may_make_things_but_rename_nothing() -> None:
    assert strangers(DRIVE, REPLACES) == ()
    assert strangers(DRIVE, CHANGES) == (AUTHENTICATED,)


def test_in_program_data_users_may_make_things() -> None:
    """So a folder that a person made there, and nobody laid out, is not safe."""
    assert strangers(PROGRAM_DATA, CHANGES) == (USERS,)
    assert strangers(PROGRAM_DATA, REPLACES) == ()


@pytest.mark.parametrize("mask", [0x2, 0x4, 0x40, 0x1_0000, 0x4_0000, 0x8_0000, 0x1000_0000, 0x4000_0000, ALL, MODIFY])
def test_each_right_by_which_a_thing_can_be_changed_counts(mask: int) -> None:
    assert strangers(Access(ADMINISTRATORS, (Grant(ADA, 0, mask),)), CHANGES) == (ADA,)


@pytest.mark.parametrize("mask", [0x1, 0x8, 0x20, 0x80, 0x100, 0x2_0000, 0x10_0000, READ, 0x8000_0000])
def test_reading_and_attributes_do_not(mask: int) -> None:
    assert strangers(Access(ADMINISTRATORS, (Grant(EVERYONE, 0, mask),)), CHANGES) == ()


@pytest.mark.parametrize("sid", [SYSTEM, ADMINISTRATORS, INSTALLER, f"{DOMAIN}-500", f"{DOMAIN}-512", f"{DOMAIN}-519"])
def test_administrators_may(sid: str) -> None:
    assert strangers(Access(sid, (Grant(sid, 0, ALL),)), CHANGES) == ()


@pytest.mark.parametrize("sid", [ADA, f"{DOMAIN}-513", f"{DOMAIN}-1512", "S-1-5-32-547", "S-1-5-20", "S-1-5-80-500"])
def test_nobody_else_may(sid: str) -> None:
    assert strangers(Access(SYSTEM, (Grant(sid, 0, ALL),)), CHANGES) == (sid,)


def test_who_owns_it_may_whatever_the_list_says() -> None:
    assert strangers(Access(ADA, ()), CHANGES) == (ADA,)
    assert strangers(Access(ADA, ()), 0) == (ADA,)


def test_who_owns_it_and_who_made_it_are_judged_by_the_owner() -> None:
    assert strangers(Access(SYSTEM, (Grant("S-1-3-4", 0, ALL), Grant(CREATOR, 0, ALL))), CHANGES) == ()


def test_who_is_trusted_is_no_stranger() -> None:
    assert strangers(Access(ADA, (Grant(ADA, 0, ALL),)), CHANGES, {ADA}) == ()


def test_without_a_list_everybody_may() -> None:
    assert strangers(Access(SYSTEM, None), CHANGES) == (EVERYONE,)


def test_each_is_named_once() -> None:
    both = Access(ADA, (Grant(ADA, 0, ALL), Grant(USERS, 0, MODIFY), Grant(USERS, INHERITED, MODIFY)))
    assert strangers(both, CHANGES) == (ADA, USERS)


OWN = {service_sid(), *EVERY_SERVICE}
KEY = (Grant(ADMINISTRATORS, 0, ALL), Grant(SYSTEM, 0, ALL))


@pytest.mark.parametrize(
    ("access", "reads"),
    [
        (Access(ADMINISTRATORS, KEY), False),
        (Access(ADMINISTRATORS, (*KEY, Grant(service_sid(), 0, READ))), True),
        (Access(ADMINISTRATORS, (*KEY, Grant(service_sid(), INHERITED, 0x8000_0000))), True),
        (Access(ADMINISTRATORS, (*KEY, Grant(service_sid(), FOR_CHILDREN, READ))), False),
        (Access(ADMINISTRATORS, (*KEY, Grant(service_sid("other"), 0, READ))), False),
        (Access(ADMINISTRATORS, (*KEY, Grant(USERS, 0, READ))), True),
        (Access(ADMINISTRATORS, (*KEY, Grant(USERS, 0, READ)), (Grant(service_sid(), 0, ALL),)), False),
        (Access(ADMINISTRATORS, (*KEY, Grant(USERS, 0, READ)), (Grant(ADA, 0, ALL),)), True),
        (Access(ADMINISTRATORS, None), True),
        (PROGRAM_FILES, True),
    ],
)
def test_whether_the_service_can_read_it(access: Access, reads: bool) -> None:
    assert may(access, OWN, READS) is reads


def test_whether_it_can_write_there() -> None:
    assert not may(PROGRAM_FILES, OWN, WRITES)
    assert may(Access(SYSTEM, (Grant(service_sid(), DOWN, MODIFY),)), OWN, WRITES)
