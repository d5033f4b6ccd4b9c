"""Prometheus and VictoriaMetrics in a namespace of the lab, on its loopback, and what they know."""

import json
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import yaml

from tests.deploy.scrape import DEPLOYED

from .fetch import fetch
from .namespace import PAUSE, Namespace

PROMETHEUS, VICTORIA = "127.0.0.1:9090", "127.0.0.1:8428"

# Many questions, one process: base URL and expressions on standard input, a list of answers on standard output.
ASK = """
import json, sys, urllib.error, urllib.parse, urllib.request
base, expressions = json.load(sys.stdin)
answers = []
for expression in expressions:
    url = base + "/api/v1/query?" + urllib.parse.urlencode({"query": expression})
    try:
        with urllib.request.urlopen(url, timeout=20) as answer:
            answers.append(json.load(answer))
    except urllib.error.HTTPError as error:
        answers.append({"status": "error", "error": error.read().decode()})
json.dump(answers, sys.stdout)
"""

Samples = list[dict[str, Any]]  # of an instant query: `metric` and `value` each


class Database:
    """What runs in `namespace` and answers queries there."""

    def __init__(self, namespace: Namespace, at: str, log: Path) -> None:
        self._namespace = namespace
        self._base = f"http://{at}"
        self._log = log

    def get(self, path: str) -> tuple[int, str]:
        """Status (0: nobody answered) and body."""
        return fetch(self._namespace, f"{self._base}{path}")

    def ask(self, expressions: Sequence[str]) -> list[Samples]:
        """What each comes to now. AssertionError if one is no expression."""
        done = self._namespace.python("-I", "-c", ASK, input=json.dumps([self._base, list(expressions)]))
        assert done.returncode == 0, f"{done.stderr}\n{self._log.read_text('utf-8')}"
        answers = json.loads(done.stdout)
        wrong = [(text, each) for text, each in zip(expressions, answers, strict=True) if each["status"] != "success"]
        assert not wrong, wrong
        return [_samples(each["data"]) for each in answers]

    def until_all_answer(self, expressions: Iterable[str], seconds: float) -> dict[str, Samples]:
        """Each with what it came to when it first came to anything; those that never did are missing."""
        found: dict[str, Samples] = {}
        open_ones = [*dict.fromkeys(expressions)]
        deadline = time.monotonic() + seconds
        while open_ones and time.monotonic() < deadline:
            answers = zip(open_ones, self.ask(open_ones), strict=True)
            found |= {text: samples for text, samples in answers if any(map(is_a_number, samples))}
            open_ones = [text for text in open_ones if text not in found]
            time.sleep(PAUSE if open_ones else 0)
        return found

    def until(self, path: str, wanted: Callable[[str], bool], seconds: float = 60) -> str:
        """The body of that page, once it is as it should be. AssertionError, with the log, if it never is."""
        deadline = time.monotonic() + seconds
        while True:
            status, body = self.get(path)
            if status == 200 and wanted(body):
                return body
            assert time.monotonic() < deadline, f"{path}: {status} {body}\n{self._log.read_text('utf-8')}"
            time.sleep(PAUSE)


def is_a_number(sample: Mapping[str, Any]) -> bool:
    return str(sample["value"][1]) not in {"NaN", "+Inf", "-Inf"}


def _samples(data: Mapping[str, Any]) -> Samples:
    """A scalar is a sample without labels."""
    return [{"metric": {}, "value": data["result"]}] if data["resultType"] == "scalar" else data["result"]


def configured(text: str, folder: Path, discovery: Sequence[str]) -> Path:
    """A configuration of `deploy/prometheus`, as it is but for the agents that it asks, and how often."""
    written = yaml.safe_load(text)
    written["global"] = dict.fromkeys(written["global"], "1s")
    (job,) = written["scrape_configs"]
    for asked, url in zip(job["http_sd_configs"], discovery, strict=True):
        asked |= {"url": url, "refresh_interval": "5s"}
    written["rule_files"] = [str(DEPLOYED / each) for each in written.get("rule_files", ())]
    path = folder / "prometheus.yml"
    path.write_text(yaml.safe_dump({key: value for key, value in written.items() if value}), "utf-8")
    return path


@contextmanager
def prometheus(namespace: Namespace, config: Path) -> Iterator[Database]:
    """Debian's, with a store of its own."""
    argv = [f"--config.file={config}", f"--storage.tsdb.path={config.parent / 'tsdb'}"]
    with _prometheus(namespace, config, *argv) as running:
        yield running


@contextmanager
def prometheus_agent(namespace: Namespace, config: Path) -> Iterator[Database]:
    """In agent mode, in which it answers no query."""
    argv = ["--enable-feature=agent", f"--config.file={config}", f"--storage.agent.path={config.parent / 'agent'}"]
    with _prometheus(namespace, config, *argv) as running:
        yield running


@contextmanager
def victoria_metrics(namespace: Namespace, folder: Path) -> Iterator[Database]:
    argv = [f"-storageDataPath={folder / 'victoria'}", f"-httpListenAddr={VICTORIA}", "-search.latencyOffset=1s"]
    place = folder / "victoria.yml"
    with _running(namespace, place, VICTORIA, "/health", "victoria-metrics", *argv) as running:
        yield running


def _prometheus(namespace: Namespace, config: Path, *argv: str) -> AbstractContextManager[Database]:
    listening = f"--web.listen-address={PROMETHEUS}"
    return _running(namespace, config, PROMETHEUS, "/-/ready", "prometheus", listening, *argv)


@contextmanager
def _running(namespace: Namespace, place: Path, at: str, ready: str, *argv: str) -> Iterator[Database]:
    """From when it says that it is ready to the end of the block; its log is beside `place`."""
    log = place.with_suffix(".log")
    with log.open("w", encoding="utf-8") as said:
        process = namespace.popen(*argv, stdout=subprocess.DEVNULL, stderr=said, cwd=place.parent)
    with process:
        try:
            database = Database(namespace, at, log)
            database.until(ready, lambda _: True)
            yield database
        finally:
            process.kill()
