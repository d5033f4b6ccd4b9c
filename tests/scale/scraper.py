"""In a namespace: asks an agent for every page, once a second, until its input ends; then says how often, in JSON.

`python -m tests.scale.scraper URL`.
"""

import json
import select
import sys
import time
import urllib.request

PAGES = ("/metrics", "/", "/api/v1/paths", "/sd", "/-/ready")
EVERY = 1.0  # seconds


def main(url: str) -> None:
    asked, failed, longest = 0, 0, 0.0
    while not select.select([sys.stdin], [], [], EVERY)[0]:
        for page in PAGES:
            began = time.perf_counter()
            asked += 1
            try:
                with urllib.request.urlopen(url + page, timeout=30) as answer:
                    answer.read()
            except OSError:
                failed += 1
            longest = max(longest, time.perf_counter() - began)
    print(json.dumps({"asked": asked, "failed": failed, "longest": longest}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
