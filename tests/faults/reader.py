"""A program for inside a namespace: asks its agent again and again what it publishes, and says what is new.

A line of JSON for each new result of a path; times of this machine's own monotonic clock, whatever the agent takes for
the time. It imports nothing of the lab, and ends when its input does.
"""

import json
import select
import sys
import time
import urllib.error
import urllib.request

URL = "http://127.0.0.1:{}/api/v1/paths"
EVERY = 1.5  # seconds
PATIENCE = 3.0  # seconds


def ask(port: str) -> dict[str, object] | None:
    """What it says; None: it says nothing just now."""
    try:
        with urllib.request.urlopen(URL.format(port), timeout=PATIENCE) as answer:
            found: dict[str, object] = json.loads(answer.read())
            return found
    except (OSError, ValueError):
        return None


def main(port: str) -> None:
    known: dict[tuple[object, ...], object] = {}
    before = time.monotonic()
    while not select.select([0], [], [], EVERY)[0]:
        now = time.monotonic()
        found = ask(port)
        seen = time.monotonic()
        for path in found["paths"] if found else ():  # type: ignore[attr-defined]
            which = path["source"], path["peer"], path["check"], path["direction"]
            newest = path["started"], path["verdict"], path["cause"]
            if known.get(which) != newest:
                known[which] = newest
                print(json.dumps({"before": before, "seen": seen, **path}), flush=True)
        if found:
            before = now


if __name__ == "__main__":
    main(sys.argv[1])
