"""What an access list lets whom do. Pure: who owns a thing and what is granted comes in as plain data.

Sources: Microsoft's "File access rights constants", "Security identifiers", "How DACLs control access to an object".
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from agent.ground.permission_windows import (
    APPEND_DATA,
    DELETE,
    GENERIC_ALL,
    GENERIC_READ,
    GENERIC_WRITE,
    INHERIT_ONLY,
    OF_A_DOMAIN,
    READ_DATA,
    WRITE_DAC,
    WRITE_DATA,
    WRITE_OWNER,
    Grant,
)

DELETE_CHILD = 0x40
# Who may do any of these can put something of his own in the place of what is there, or beside it.
CHANGES = WRITE_DATA | APPEND_DATA | DELETE_CHILD | DELETE | WRITE_DAC | WRITE_OWNER | GENERIC_ALL | GENERIC_WRITE
# Of a folder above it is enough that what is in it cannot be renamed or deleted: others may well make new things there,
# as everybody may in C:\.
REPLACES = DELETE_CHILD | DELETE | WRITE_DAC | WRITE_OWNER | GENERIC_ALL
READS = READ_DATA | GENERIC_READ | GENERIC_ALL
WRITES = WRITE_DATA | GENERIC_WRITE | GENERIC_ALL

SYSTEM, ADMINISTRATORS = "S-1-5-18", "S-1-5-32-544"
TRUSTED = frozenset(
    {
        SYSTEM,
        ADMINISTRATORS,
        "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464",  # TrustedInstaller
    }
)
ADMINISTRATORS_OF_A_DOMAIN = ("-500", "-512", "-519")  # Administrator, Domain Admins, Enterprise Admins
# They stand for whoever owns a thing, or made it, and that is judged by its owner.
OWNERS = ("S-1-3-0", "S-1-3-4")


@dataclass(frozen=True, slots=True)
class Access:
    """Of a file or folder. `grants`: None without a list, where everybody may do everything.

    `denied`: what is denied to whom.
    """

    owner: str
    grants: Sequence[Grant] | None
    denied: Sequence[Grant] = ()


def strangers(access: Access, harm: int, trusted: Collection[str] = ()) -> Sequence[str]:
    """Who may do any of `harm` and is neither an administrator nor `trusted`; by number, the owner first.

    What is denied is not reckoned with: a list that needs it is too hard to be sure of.
    """
    if access.grants is None:
        return ("S-1-1-0",)
    may = [grant.sid for grant in access.grants if grant.mask & harm and not grant.flags & INHERIT_ONLY]
    found = [access.owner, *(sid for sid in may if sid not in OWNERS)]
    return tuple(dict.fromkeys(sid for sid in found if not _is_administrator(sid) and sid not in trusted))


def _is_administrator(sid: str) -> bool:
    return sid in TRUSTED or (sid.startswith(OF_A_DOMAIN) and sid.endswith(ADMINISTRATORS_OF_A_DOMAIN))


def may(access: Access, sids: Collection[str], wanted: int) -> bool:
    """Whether somebody with these numbers may do it; `wanted`: any of its bits is enough, as granted ones are more.

    An entry that denies counts wherever it stands: it does come first in every list that Windows' own tools write.
    """
    if access.grants is None:
        return True

    def concerned(entries: Iterable[Grant]) -> bool:
        return any(each.sid in sids and each.mask & wanted and not each.flags & INHERIT_ONLY for each in entries)

    return concerned(access.grants) and not concerned(access.denied)
