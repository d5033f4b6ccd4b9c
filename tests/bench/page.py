"""docs/benchmarks.md: the table, and what has to be said beside it."""

from tests.bench.figures import Line

HEAD = """\
# Benchmarks

Made by `make bench`; nothing here is edited by hand. Machines are noisy: read the ratios. Times are medians, with the
least and the greatest of the runs; a ratio is the median of the ratios of runs made side by side. What each line does,
and how it is measured, is in the files of `tests/bench`.

"""

NOTES = """
## How to read it

- **CPU per probe** is user and system time of the process, start-up left out. Ours: rounds of 1,000 peers with one open
  port each, and all that a round does: names, the knock, the judgement, the ledger that metrics are read from. The
  exporter's: the same connects, each asked for over an HTTP connection that stays open, as Prometheus does, and
  answered with its metrics. It has no other way to be asked. We are asked once for all paths; that scrape is not in the
  line, and has lines of its own.
- **CPU per attempt of `probe run`** has everything in it but scrapes: timers, the looks at SSO and at names, an agent
  that falls asleep between two attempts. Both are asked at about the same pace there, and find their caches cold.
- **What was due meanwhile**: every sleep of the agent, by which attempts wait for their turn, and by how much it ended
  late, while a scrape was under way and while nobody asked for anything.
- **Resident memory** has pages in it that processes share: of Python itself, OpenSSL, pydantic's core, about 18 MB.
  With a key the agent reads the machine's table of TCP connections, and keeps room for one as long: the thousands that
  the line before leaves in TIME_WAIT make 6 MB of that line. Measured alone (`ARGS=memory`) it is about 67 MB.

## What resident memory is made of

About, and by what is added when it is imported: Python with asyncio and OpenSSL 20 MB, our own modules 18, aiohttp 12
(2 of them root certificates that it reads though nobody asks for them), pydantic with the model of the file 10,
prometheus_client 4, the command line's typer 2; and each peer 0.3. What draws at a terminal and what makes pages is
loaded when it is needed. Where the line above is not reached, that is where the rest is.
"""


def table(rows: list[Line]) -> str:
    headings = ("work", "ours", "beside", "figure", "wanted", "")
    cells = [headings, ("---",) * len(headings), *(row.cells() for row in rows)]
    return "\n".join(f"| {' | '.join(row)} |" for row in cells) + "\n"


def document(where: str, rows: list[Line], failed: list[str]) -> str:
    text = f"{HEAD}{where}\n\n{table(rows)}"
    if failed:
        text += "\nNot measured to the end:\n\n" + "".join(f"- {each}\n" for each in failed)
    return text + NOTES
