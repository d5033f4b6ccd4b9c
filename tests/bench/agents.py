"""What is asked of an agent that runs, over HTTP."""

import time
import urllib.request

PATIENCE = 60.0  # seconds, for an agent to start on a busy machine


def until_it_answers(url: str) -> None:
    """TimeoutError when it does not."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            fetch(f"{url}/-/healthy")
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("the agent does not answer")


def fetch(url: str) -> bytes:
    """The body."""
    with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
        body: bytes = answer.read()
        return body


def attempts(url: str) -> int:
    """All that the agent has made so far, whatever they came to."""
    lines = fetch(f"{url}/metrics").decode("utf-8").splitlines()
    return round(sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith("ssoreach_attempts_total{")))
