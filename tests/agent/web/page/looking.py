"""Pages, looked at in a real browser: see `tests/browser/look.mjs`."""

import asyncio
import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[3] / "browser"
BROWSER = "/usr/bin/chromium"
PATIENCE = 100  # seconds


async def look(*looks: dict[str, Any]) -> list[dict[str, Any]]:
    """What was seen, one for each."""
    process = await asyncio.create_subprocess_exec(
        "node",
        "look.mjs",
        cwd=FOLDER,
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
