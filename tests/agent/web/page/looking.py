"""Pages, looked at in a real browser: see `tests/browser/look.mjs`."""

import asyncio
import json
import os
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

FOLDER = Path(__file__).parents[3] / "browser"
BROWSER = "/usr/bin/chromium"
PATIENCE = 100  # seconds


async def look(*looks: dict[str, Any]) -> list[dict[str, Any]]:
    """What was seen, one for each. The browser leaves nothing in anybody's home."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as home:
        return await _look(home, looks)


async def _look(home: str, looks: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    process = await asyncio.create_subprocess_exec(
        "node",
        "look.mjs",
        cwd=FOLDER,
        env={**os.environ, "HOME": home, "TMPDIR": home, "XDG_CONFIG_HOME": home, "XDG_CACHE_HOME": home},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    asked = json.dumps({"browser": BROWSER, "looks": looks}).encode()
    try:
        out, err = await asyncio.wait_for(process.communicate(asked), PATIENCE)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, err.decode()[-3000:]
    seen: list[dict[str, Any]] = json.loads(out)
    return seen
