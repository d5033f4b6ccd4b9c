"""From results to a format, to standard output or a file."""

import sys
from pathlib import Path

from agent.cli.usage import wrong
from agent.files import replace
from agent.report.document import Run, document, dumps
from agent.setup import Setup

STANDARD_OUTPUT = (None, Path("-"))


def write(run: Run, setup: Setup, form: str, output: Path | None) -> None:
    """In one step where it is a file: a reader sees the old text or the new one, never half of it."""
    if form == "table" and output in STANDARD_OUTPUT:
        from agent.report.table import print_table

        print_table(run, sys.stdout)
        return
    text = _text(run, setup, form)
    if output is None or output in STANDARD_OUTPUT:
        sys.stdout.write(text)
        return
    try:
        save(output.resolve(), text)
    except OSError as error:
        wrong(f"--output {output}: {error.strerror or error}")


def _text(run: Run, setup: Setup, form: str) -> str:
    if form == "json":
        return dumps(document(run)) + "\n"
    if form == "markdown":
        from agent.report.markdown import render

        return render(run)
    if form == "prom":
        from agent.textfile import expose_run

        return expose_run(run, setup)
    from agent.report.table import render_text

    return render_text(run)


def save(path: Path, text: str) -> None:
    """To a file in one step. A device or a pipe is written to as it is: nothing may take its place."""
    if path.exists() and not path.is_file():
        path.write_text(text, encoding="utf-8", newline="\n")
    else:
        replace(path, text.encode(), for_others=True)
