"""The agent of the story's machine, and commands beside it."""

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from tests.wine.story_far import DATABASE, MASTER, Far, free_port

HERE = "127.0.0.1"
PATIENCE = 90.0  # seconds, for each thing that is waited for: a round takes 10
SITE = """\
site: story
rpc: {{fixed_ports: {{entsso: {service}}}}}
schedule: {{interval: 10s}}
web: {{listen: "{here}:{web}"}}
state_dir: state
log: {{format: json, file: agent.log}}
names: false
hosts:
  - {{name: BTS01, role: processing, address: {here}}}
  - {{name: MSS, role: master-secret, address: {master}, epm_port: {mapper}}}
  - {{name: SQL01, role: sso-database, address: {database}, port: {sql}}}
"""

Sso = dict[str, Any]  # the value of `sso` in the JSON


def until(holds: Callable[[], object], what: str) -> object:
    """What `holds` gives, once that is something; whatever it cannot ask yet it asks again."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            if found := holds():
                return found
        except (OSError, ValueError):
            pass
        time.sleep(0.5)
    raise LookupError(f"not within {PATIENCE:.0f} s: {what}")


class Agent:
    """The agent of this machine, and commands beside it."""

    def __init__(self, folder: Path, far: Far) -> None:
        self._folder = folder
        self._file = folder / "ssoreach.yaml"
        self._web = free_port(HERE)
        text = SITE.format(
            here=HERE,
            master=MASTER,
            database=DATABASE,
            web=self._web,
            mapper=far.mapper,
            service=far.service,
            sql=far.sql,
        )
        self._file.write_text(text, "utf-8")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Once it answers, which it does after the first look at services."""
        silent = subprocess.DEVNULL
        self._process = subprocess.Popen(self._command("run"), stdin=silent, stdout=silent, stderr=silent)
        until(lambda: self._get("/-/healthy"), "the agent answers")

    def kill(self) -> None:
        """As `taskkill /F` does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(PATIENCE)
            self._process = None

    def ask(self, *command: str) -> tuple[int, str]:
        """Exit code and what it said."""
        done = subprocess.run(self._command(*command), stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE)
        return done.returncode, done.stdout.decode("utf-8", "replace").replace("\r", "")

    def sso(self) -> Sso:
        """What the agent's API says of it."""
        found: Sso = json.loads(self._get("/api/v1/paths"))["sso"]
        return found

    def state(self) -> str:
        """The one that is 1 in the metrics."""
        (state,) = [has["state"] for name, has, value in self._samples() if name == "ssoreach_sso_state" and value]
        return str(state)

    def has_asked(self) -> bool:
        """Whether this life of the agent has a verdict on the way to the master secret server."""
        name = "ssoreach_path_last_run_timestamp_seconds"
        return any(found == name and has["check"] == "rpc-endpoint" for found, has, _ in self._samples())

    def until(self, state: str, why: str) -> Sso:
        """What is said once it is that state, for that reason."""
        said = until(lambda: (found := self.sso()) and found["state"] == state and found["why"] == why and found, why)
        assert isinstance(said, dict)
        return said

    def changes(self) -> list[tuple[str, str]]:
        """The states that the log has, each with its reason, in their order."""
        lines = (self._folder / "agent.log").read_text("utf-8").splitlines()
        events = [json.loads(line) for line in lines]
        return [(each["state"], each["why"]) for each in events if each["event"] == "SSO state changed"]

    def kept(self) -> Sso:
        """What the agent has written of SSO."""
        found: Sso = json.loads((self._folder / "state" / "sso.json").read_bytes())["content"]
        return found

    def _command(self, *argv: str) -> list[str]:
        return [sys.executable, "-m", "agent.cli", *argv, "--config", str(self._file), "--host", "BTS01"]

    def _samples(self) -> list[tuple[str, dict[str, str], float]]:
        families = text_string_to_metric_families(self._get("/metrics"))
        return [(each.name, each.labels, each.value) for family in families for each in family.samples]

    def _get(self, path: str) -> str:
        with urllib.request.urlopen(f"http://{HERE}:{self._web}{path}", timeout=10) as answer:
            body: bytes = answer.read()
        return body.decode()
