"""What Windows shows as the program's details, and what rules of WDAC and AppLocker can name: product and version."""

from PyInstaller.utils.win32.versioninfo import (
    FixedFileInfo,
    StringFileInfo,
    StringStruct,
    StringTable,
    VarFileInfo,
    VarStruct,
    VSVersionInfo,
)

from agent import __version__

ENGLISH, UNICODE = 0x0409, 1200


def version_resource() -> VSVersionInfo:
    """Four numbers are the form's; ours has three."""
    numbers = (*(int(part) for part in __version__.split(".")[:3]), 0)
    texts = {
        "CompanyName": "The ssoreach authors",
        "FileDescription": "Network reachability probe agent for Enterprise Single Sign-On",
        "FileVersion": __version__,
        "InternalName": "ssoreach",
        "LegalCopyright": "The ssoreach authors. Apache License, Version 2.0.",
        "OriginalFilename": "ssoreach.exe",
        "ProductName": "ssoreach",
        "ProductVersion": __version__,
    }
    table = StringTable(f"{ENGLISH:04x}{UNICODE:04x}", [StringStruct(*item) for item in texts.items()])
    return VSVersionInfo(
        ffi=FixedFileInfo(filevers=numbers, prodvers=numbers),
        kids=[StringFileInfo([table]), VarFileInfo([VarStruct("Translation", [ENGLISH, UNICODE])])],
    )
