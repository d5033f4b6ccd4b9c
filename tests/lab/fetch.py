"""What an agent says over HTTP, asked from inside a namespace."""

from collections.abc import Mapping

from prometheus_client.parser import text_string_to_metric_families

from .namespace import Namespace

GET = """
import sys, urllib.request, urllib.error
request = urllib.request.Request(sys.argv[1], headers=dict([sys.argv[2].split(": ")]) if len(sys.argv) > 2 else {})
try:
    with urllib.request.urlopen(request, timeout=5) as answer:
        print(answer.status, answer.read().decode(), sep="\\n", end="")
except urllib.error.HTTPError as error:
    print(error.code, error.read().decode(), sep="\\n", end="")
except OSError:
    print(0)
"""


def fetch(namespace: Namespace, url: str, header: str = "") -> tuple[int, str]:
    """Status (0: nobody answered) and body."""
    done = namespace.python("-I", "-c", GET, url, *([header] if header else []))
    status, _, body = done.stdout.partition("\n")
    return int(status or 0), body


class Metrics:
    """One scrape."""

    def __init__(self, body: str) -> None:
        families = text_string_to_metric_families(body)
        self._samples = [(each.name, each.labels, each.value) for family in families for each in family.samples]

    def rows(self, name: str, **labels: str) -> list[tuple[Mapping[str, str], float]]:
        """The samples of this name that have these labels, among others; `name` without the prefix."""
        return [
            (has, value)
            for found, has, value in self._samples
            if found == f"ssoreach_{name}" and labels.items() <= has.items()
        ]

    def value(self, name: str, **labels: str) -> float | None:
        """Of the one sample that there is; None: there is none."""
        rows = self.rows(name, **labels)
        assert len(rows) < 2, rows
        return rows[0][1] if rows else None

    def total(self, name: str, **labels: str) -> float:
        return sum(value for _, value in self.rows(name, **labels))
