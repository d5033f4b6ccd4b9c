"""Alertmanager and a webhook in a namespace of the lab, on its loopback; and the product's rules, in less time."""

import json
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from .namespace import LabCommandError, Namespace
from .scraping import Database

ALERTMANAGER, WEBHOOK = "127.0.0.1:9093", "127.0.0.1:9099"
PROGRAM = Path(__file__).with_name("webhook.py")

# Each alert by itself and at once; `...` groups by all labels.
ROUTES = f"""\
route: {{receiver: webhook, group_by: ["..."], group_wait: 0s, group_interval: 1s, repeat_interval: 1h}}
receivers:
  - name: webhook
    webhook_configs: [{{url: "http://{WEBHOOK}/", send_resolved: true}}]
"""

Alert = dict[str, Any]  # as Alertmanager tells it: `status`, `labels`, `annotations` and more


def hastened(rules: Path, folder: Path) -> Path:
    """A copy of a file of rules that waits two seconds where that waits for minutes; nothing else is changed."""
    written = yaml.safe_load(rules.read_text("utf-8"))
    for group in written["groups"]:
        group["interval"] = "1s"
        for rule in group["rules"]:
            if "for" in rule:
                rule["for"] = "2s"
    copy = folder / rules.name
    copy.write_text(yaml.safe_dump(written, allow_unicode=True), "utf-8")
    return copy


class Webhook:
    """Who is woken."""

    def __init__(self, program: "subprocess.Popen[str]") -> None:
        self.told: list[Alert] = []
        self._lines: queue.Queue[str] = queue.Queue()
        assert program.stdout
        self._reader = threading.Thread(target=lambda out: [*map(self._lines.put, out)], args=[program.stdout])
        self._reader.start()

    def close(self) -> None:
        """Once the program is gone."""
        self._reader.join(20)

    def until(self, alert: str, status: str, seconds: float = 60, **labels: str) -> Alert:
        """The newest of that name, status and labels, once it was told. AssertionError if it never is."""
        deadline = time.monotonic() + seconds
        while not (found := [each for each in self.told if _is(each, alert, status, labels)]):
            try:
                told = json.loads(self._lines.get(timeout=max(0.0, deadline - time.monotonic())))
            except queue.Empty:
                raise AssertionError(f"no {status} {alert} {labels} in {seconds} s, but {self.told}") from None
            self.told += told["alerts"]
        return found[-1]


def _is(told: Alert, alert: str, status: str, labels: dict[str, str]) -> bool:
    wanted = {"alertname": alert, **labels}
    return bool(told["status"] == status and wanted.items() <= told["labels"].items())


@contextmanager
def webhook(namespace: Namespace) -> Iterator[Webhook]:
    """From when it listens to the end of the block."""
    argv = (sys.executable, "-I", str(PROGRAM), WEBHOOK.rpartition(":")[2])
    program = namespace.popen(*argv, stdin=subprocess.PIPE)
    with program:
        try:
            assert program.stdout
            if program.stdout.readline() != "ready\n":
                raise LabCommandError("nobody is there to be woken")
            woken = Webhook(program)
            yield woken
        finally:
            program.kill()
    woken.close()


@contextmanager
def alertmanager(namespace: Namespace, folder: Path) -> Iterator[None]:
    """Debian's, by itself: it looks for no others."""
    config, log = folder / "alertmanager.yml", folder / "alertmanager.log"
    config.write_text(ROUTES, "utf-8")
    argv = [f"--config.file={config}", f"--storage.path={folder / 'alertmanager'}"]
    argv += [f"--web.listen-address={ALERTMANAGER}", "--cluster.listen-address="]
    with log.open("w", encoding="utf-8") as said:
        process = namespace.popen("prometheus-alertmanager", *argv, stdout=subprocess.DEVNULL, stderr=said)
    with process:
        try:
            Database(namespace, ALERTMANAGER, log).until("/-/ready", lambda _: True)
            yield
        finally:
            process.kill()
