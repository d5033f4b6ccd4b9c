"""Whether the bundle has every library that its parts ask for, so that a bare Windows server can run it."""

from collections.abc import Iterator
from pathlib import Path

import pefile

LIBRARIES = {".exe", ".dll", ".pyd"}
# What Windows Server 2016 and later have themselves, and every part of it that begins so.
WINDOWS = {
    "advapi32",
    "bcrypt",
    "bcryptprimitives",
    "comctl32",
    "crypt32",
    "gdi32",
    "iphlpapi",
    "kernel32",
    "msvcrt",
    "mswsock",
    "netapi32",
    "ntdll",
    "ntdsapi",
    "ole32",
    "oleacc",
    "oleaut32",
    "pdh",
    "powrprof",
    "psapi",
    "rpcrt4",
    "secur32",
    "sfc",
    "shell32",
    "shlwapi",
    "urlmon",
    "user32",
    "userenv",
    "version",
    "wevtapi",
    "ws2_32",
    "wtsapi32",
}
PARTS_OF_WINDOWS = ("api-ms-win-", "ext-ms-win-")


def missing(folder: Path) -> list[str]:
    """What is asked for and neither there nor part of Windows, a line each: who asks, and for what."""
    files = [file for file in sorted(folder.rglob("*")) if file.suffix.lower() in LIBRARIES]
    there = {file.name.lower() for file in files}
    return [
        f"{file.relative_to(folder)} asks for {name}"
        for file in files
        for name in _asked_for(file)
        if name not in there and name.removesuffix(".dll") not in WINDOWS and not name.startswith(PARTS_OF_WINDOWS)
    ]


def _asked_for(file: Path) -> Iterator[str]:
    with pefile.PE(str(file), fast_load=True) as image:
        kinds = ("IMAGE_DIRECTORY_ENTRY_IMPORT", "IMAGE_DIRECTORY_ENTRY_DELAY_IMPORT")
        image.parse_data_directories([pefile.DIRECTORY_ENTRY[kind] for kind in kinds])
        for kind in ("DIRECTORY_ENTRY_IMPORT", "DIRECTORY_ENTRY_DELAY_IMPORT"):
            for library in getattr(image, kind, ()):
                yield library.dll.decode("ascii").lower()
