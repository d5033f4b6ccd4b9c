"""Who may read a file, by its access list.

What is judged here is plain data, so that it can be tested anywhere; only how to get at it needs Windows. Sources: the
names and numbers of groups from Microsoft's "Security identifiers", the bits of a mask from its "File access rights
constants". `ReplaceFile`, which keeps the list by itself, loses the file under wine; so the list is copied.
"""

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

# Groups that anybody may be in who has an account here or gets on the network. Names only for the sentence.
WIDE = {
    "S-1-1-0": "Everyone",
    "S-1-2-0": "LOCAL",
    "S-1-2-1": "CONSOLE LOGON",
    "S-1-5-1": "DIALUP",
    "S-1-5-2": "NETWORK",
    "S-1-5-3": "BATCH",
    "S-1-5-4": "INTERACTIVE",
    "S-1-5-6": "SERVICE",
    "S-1-5-7": "ANONYMOUS LOGON",
    "S-1-5-11": "Authenticated Users",
    "S-1-5-13": "TERMINAL SERVER USER",
    "S-1-5-14": "REMOTE INTERACTIVE LOGON",
    "S-1-5-15": "This Organization",
    "S-1-5-80-0": "ALL SERVICES",
    "S-1-5-113": "Local account",
    "S-1-5-32-545": "Users",
    "S-1-5-32-546": "Guests",
    "S-1-5-32-547": "Power Users",
    "S-1-5-32-554": "Pre-Windows 2000 Compatible Access",
    "S-1-5-32-555": "Remote Desktop Users",
}
OF_A_DOMAIN = "S-1-5-21-"
WIDE_OF_A_DOMAIN = {"501": "Guest", "513": "Domain Users", "514": "Domain Guests", "515": "Domain Computers"}

READ_DATA = 0x1
WRITE_DATA = 0x2
APPEND_DATA = 0x4
DELETE = 0x1_0000
WRITE_DAC = 0x4_0000
WRITE_OWNER = 0x8_0000
GENERIC_ALL = 0x1000_0000
GENERIC_WRITE = 0x4000_0000
GENERIC_READ = 0x8000_0000
# Who may change the file or its list can put a key of his own there, or read ours.
AT_IT = (
    READ_DATA | WRITE_DATA | APPEND_DATA | DELETE | WRITE_DAC | WRITE_OWNER | GENERIC_ALL | GENERIC_WRITE | GENERIC_READ
)

INHERIT_ONLY = 0x8  # an entry that counts for what is in a folder, and not for this file


@dataclass(frozen=True, slots=True)
class Grant:
    """An entry that allows something. `sid` as S-1-...; `flags` and `mask` as in the entry."""

    sid: str
    flags: int
    mask: int


def exposed_by(grants: Iterable[Grant] | None) -> str | None:
    """Why others can read or change the file; None if they cannot. Without a list everybody can.

    What a list denies is not reckoned with: a list that needs it is too hard to be sure of.
    """
    if grants is None:
        return "it has no access list, so that everybody can read it; copy it to a disk with NTFS"
    names = ", ".join(dict.fromkeys(_wide(grants)))
    return f"its access list lets {names} at it; take that off the list with icacls" if names else None


def _wide(grants: Iterable[Grant]) -> Iterator[str]:
    """The groups that are too wide, by name."""
    for grant in grants:
        name = _name(grant.sid)
        if name is not None and grant.mask & AT_IT and not grant.flags & INHERIT_ONLY:
            yield name


def _name(sid: str) -> str | None:
    """None for whoever is no such group."""
    return WIDE_OF_A_DOMAIN.get(sid.rpartition("-")[2]) if sid.startswith(OF_A_DOMAIN) else WIDE.get(sid)


if sys.platform == "win32":
    import msvcrt

    import pywintypes
    import win32file
    import win32security

    if TYPE_CHECKING:
        from _win32typing import PySECURITY_DESCRIPTOR

    # Protected: nothing is inherited. Its owner, the system and the administrators may do everything.
    OURS_ALONE = "D:P(A;;FA;;;OW)(A;;FA;;;SY)(A;;FA;;;BA)"

    def opened(path: Path) -> tuple[int, str | None]:
        """A descriptor of what `path` leads to; and why others can read or change it, None if they cannot. OSError.

        The list is that of the file that was opened, whatever takes its name meanwhile.
        """
        handle = os.open(path, os.O_RDONLY | os.O_BINARY | os.O_NOINHERIT)
        try:
            return handle, exposed_by(_grants(handle))
        except pywintypes.error as error:
            return handle, f"its access list cannot be read: {error.strerror}"
        except NotImplementedError:
            return handle, "its access list has an entry of a kind that is not understood; take it off with icacls"

    def _grants(handle: int) -> list[Grant] | None:
        """None without a list. Raises pywintypes.error, and NotImplementedError for entries with a condition."""
        descriptor = win32security.GetSecurityInfo(
            msvcrt.get_osfhandle(handle), win32security.SE_FILE_OBJECT, win32security.DACL_SECURITY_INFORMATION
        )
        return entries(descriptor, ALLOWS)

    ALLOWS = (win32security.ACCESS_ALLOWED_ACE_TYPE, win32security.ACCESS_ALLOWED_OBJECT_ACE_TYPE)
    DENIES = (win32security.ACCESS_DENIED_ACE_TYPE, win32security.ACCESS_DENIED_OBJECT_ACE_TYPE)

    def entries(descriptor: "PySECURITY_DESCRIPTOR", kinds: tuple[int, ...]) -> list[Grant] | None:
        """Those that allow, or those that deny; None without a list. Raises as `_grants` does."""
        listed = descriptor.GetSecurityDescriptorDacl()
        if listed is None:
            return None
        found = [listed.GetAce(number) for number in range(listed.GetAceCount())]
        return [
            Grant(win32security.ConvertSidToStringSid(entry[-1]), entry[0][1], entry[1])
            for entry in found
            if entry[0][0] in kinds
        ]

    def create(path: Path) -> int:
        """A descriptor to write to. OSError, FileExistsError too."""
        attributes = win32security.SECURITY_ATTRIBUTES()
        attributes.bInheritHandle = 0
        attributes.SECURITY_DESCRIPTOR = win32security.ConvertStringSecurityDescriptorToSecurityDescriptor(
            OURS_ALONE, win32security.SDDL_REVISION_1
        )
        shared = win32file.FILE_SHARE_READ  # to look at its list before there is a key in it
        with _as_os_error(path):
            handle = win32file.CreateFile(
                str(path),
                win32file.GENERIC_WRITE,
                shared,
                attributes,
                win32file.CREATE_NEW,
                win32file.FILE_ATTRIBUTE_NORMAL,
                None,
            )
        return msvcrt.open_osfhandle(int(handle.Detach()), os.O_WRONLY | os.O_BINARY)

    def take_place(new: Path, old: Path) -> None:
        """OSError; the new file then stands beside the old one, and nobody is let at it who may not read that."""
        with _as_os_error(old):
            listed = win32security.GetFileSecurity(str(old), win32security.DACL_SECURITY_INFORMATION)
            win32security.SetFileSecurity(str(new), win32security.DACL_SECURITY_INFORMATION, listed)
        new.replace(old)

    @contextmanager
    def _as_os_error(path: Path) -> Iterator[None]:
        try:
            yield
        except pywintypes.error as error:
            raise OSError(None, error.strerror, str(path), error.winerror) from error
