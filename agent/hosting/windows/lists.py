"""Owners and access lists of files and folders: read, and written for what is laid out here."""

import sys

if sys.platform == "win32":
    import os
    import stat
    from collections.abc import Callable
    from pathlib import Path

    import pywintypes
    import win32api
    import win32security

    from agent.ground.permission_windows import ALLOWS, DENIES, entries
    from agent.hosting.windows.access import Access

    READ_ONLY = "0x1200a9"  # read and execute
    KEEPS = "0x1301ff"  # modify, and take the place of what another account left there
    FILE, FOLDER = "", "OICI"  # a folder's entries count for all that is made in it
    BOTH = win32security.OWNER_SECURITY_INFORMATION | win32security.DACL_SECURITY_INFORMATION

    def access_of(path: Path) -> Access:
        """OSError, where it cannot be read or has an entry of a kind that is not understood."""
        try:
            found = win32security.GetNamedSecurityInfo(str(path), win32security.SE_FILE_OBJECT, BOTH)
            owner = win32security.ConvertSidToStringSid(found.GetSecurityDescriptorOwner())
            return Access(owner, entries(found, ALLOWS), entries(found, DENIES) or ())
        except pywintypes.error as error:
            raise OSError(None, error.strerror, str(path), error.winerror) from None
        except NotImplementedError:
            raise OSError(None, "its access list has an entry of a kind that is not understood", str(path)) from None

    def is_link(path: Path) -> bool:
        """A junction or a link, by which somebody else chooses where it leads. OSError."""
        return bool(os.lstat(path).st_file_attributes & stat.FILE_ATTRIBUTE_REPARSE_POINT)

    def keep_to(path: Path, sid: str, rights: str, kind: str) -> None:
        """For the system, administrators, and `sid` with `rights`; nothing is inherited from above. OSError."""
        text = f"D:P(A;{kind};FA;;;SY)(A;{kind};FA;;;BA)(A;{kind};{rights};;;{sid})"
        described = win32security.ConvertStringSecurityDescriptorToSecurityDescriptor(
            text, win32security.SDDL_REVISION_1
        )
        what = win32security.DACL_SECURITY_INFORMATION | win32security.PROTECTED_DACL_SECURITY_INFORMATION
        _as_os_error(
            path,
            lambda: win32security.SetNamedSecurityInfo(
                str(path),
                win32security.SE_FILE_OBJECT,
                what,
                None,
                None,
                described.GetSecurityDescriptorDacl(),
                None,
            ),
        )

    def let_read(path: Path, sid: str) -> None:
        """Of a file, beside whoever may already; what it does not inherit it goes on not to. OSError."""
        what = win32security.DACL_SECURITY_INFORMATION

        def add() -> None:
            found = win32security.GetFileSecurity(str(path), what)
            listed = found.GetSecurityDescriptorDacl() or win32security.ACL()
            listed.AddAccessAllowedAce(
                win32security.ACL_REVISION, int(READ_ONLY, 16), win32security.ConvertStringSidToSid(sid)
            )
            found.SetSecurityDescriptorDacl(1, listed, 0)
            win32security.SetFileSecurity(str(path), what, found)

        _as_os_error(path, add)

    def name_of(sid: str) -> str:
        """As people know it; the number itself where Windows has no name."""
        try:
            name, domain, _ = win32security.LookupAccountSid(None, win32security.ConvertStringSidToSid(sid))
        except pywintypes.error:
            return sid
        return f"{domain}\\{name}" if domain else str(name)

    def sid_of(name: str) -> str:
        """Raises LookupError with what Windows says. A look-up does not know that . is this machine."""
        domain, _, user = name.rpartition("\\")
        try:
            if domain == ".":
                name = f"{win32api.GetComputerName()}\\{user}"
            found, _, _ = win32security.LookupAccountName(None, name)
        except pywintypes.error as error:
            raise LookupError(error.strerror) from None
        return win32security.ConvertSidToStringSid(found)

    def own_sid() -> str:
        """Of whoever runs this."""
        token = win32security.OpenProcessToken(win32api.GetCurrentProcess(), win32security.TOKEN_QUERY)
        user, _ = win32security.GetTokenInformation(token, win32security.TokenUser)
        return win32security.ConvertSidToStringSid(user)

    def _as_os_error(path: Path, do: Callable[[], None]) -> None:
        try:
            do()
        except pywintypes.error as error:
            raise OSError(None, error.strerror, str(path), error.winerror) from None
