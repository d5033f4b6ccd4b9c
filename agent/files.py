"""Files that are written in one step: a reader sees the old text or the new one, never half of it."""

import os
import sys
import tempfile
from pathlib import Path


def replace(path: Path, text: bytes, *, for_others: bool = False) -> None:
    """Write beside `path`, then take its place. OSError when that is not possible; the old file then stands.

    `for_others`: everybody may read it.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if for_others and sys.platform != "win32":
            os.chmod(name, 0o644)  # noqa: PTH101 - readers run as other users; the content is no secret
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
