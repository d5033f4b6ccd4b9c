"""From results to a format, to standard output or a file, and to the exit code that goes with it."""

import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from agent.cli.usage import wrong
from agent.found.exit import Exit, Plugin, exit_code
from agent.ground.files import replace
from agent.report.document import Run, document, dumps
from agent.site.setup import Setup

STANDARD_OUTPUT = (None, Path("-"))
PROM = ".prom"
ARROW = "\N{RIGHTWARDS ARROW}"  # of the Markdown: from where to where

# On Windows a file cannot be replaced while another program reads it: an exporter does so for a moment only.
TRIES, PAUSE = 20 if sys.platform == "win32" else 1, 0.1  # seconds


@dataclass(frozen=True, slots=True)
class Wish:
    """How a person wants results. `interrupted`: it was stopped, and not everything was asked."""

    form: str
    output: Path | None = None
    strict: bool = False
    interrupted: bool = False

    @property
    def is_file(self) -> bool:
        """Whether a file is asked for, or is to stay as it is: a device or a pipe is none."""
        return self.output not in STANDARD_OUTPUT and not _is_device(self.place)

    @property
    def place(self) -> Path:
        """What a link leads to: the link stays, but for another user's. Some devices of Windows lead nowhere."""
        written = self.output or Path("-")
        try:
            if _is_of_a_stranger(written):
                return Path(os.path.realpath(written.parent), written.name)
            return Path(os.path.realpath(written))
        except OSError:
            return written


def check_place(wish: Wish) -> None:
    """That a file can probably be written: whoever waits for long should not learn it at the end."""
    if wish.output in STANDARD_OUTPUT:
        return
    place, folder = wish.place, wish.place.parent
    if place.is_dir():
        wrong(f"--output {wish.output}: is a folder")
    if wish.is_file and not folder.is_dir():  # a device of Windows is in none
        wrong(f"--output {wish.output}: there is no folder {folder}")
    asked = folder if wish.is_file else place
    if not os.access(asked, os.W_OK) and (wish.is_file or os.name != "nt"):  # where no device has attributes to ask for
        wrong(f"--output {wish.output}: no right to write {'in that folder' if wish.is_file else 'to it'}")
    if wish.form == "prom" and wish.is_file and place.suffix != PROM:
        print(f"--output {wish.output}: exporters read only files whose name ends with {PROM}", file=sys.stderr)


def write(run: Run, setup: Setup, wish: Wish) -> Exit | Plugin:
    """In one step where it is a file: a reader sees the old text or the new one, never half of it."""
    text, code = _text(run, setup, wish)
    if wish.output in STANDARD_OUTPUT:
        _print(run, text, wish)
    elif wish.form == "prom" and wish.interrupted and wish.is_file:
        print(f"--output {wish.output}: left as it was, as not everything was asked", file=sys.stderr)
    else:
        _save(text, wish)
    return code


def hand_over(text: str, wish: Wish) -> None:
    """A text that is there already, to where it is wished. Ends the command if that is not possible."""
    if wish.output in STANDARD_OUTPUT:
        sys.stdout.write(fitting(text, sys.stdout.encoding))
    else:
        _save(text, wish)


def _print(run: Run, text: str, wish: Wish) -> None:
    if wish.form == "table":  # with colour, where there is a terminal
        from agent.report.table import print_table

        print_table(run, sys.stdout)
    else:
        sys.stdout.write(fitting(text, sys.stdout.encoding))


def fitting(text: str, encoding: str | None) -> str:
    """With arrows of ASCII where no other can be written, as in a pipe on Windows: nobody would read an escape."""
    try:
        ARROW.encode(encoding or "ascii")
    except (UnicodeError, LookupError):
        return text.replace(ARROW, "->")
    return text


def _save(text: str, wish: Wish) -> None:
    try:
        save(wish.place, text)
    except OSError as error:
        why = f"--output {wish.output}: {error.strerror or error}"
        if wish.form == "nagios":  # there is one line only, and it says that
            wrong(why)
        sys.stdout.write(fitting(text, sys.stdout.encoding))
        wrong(f"{why}; what was found is on standard output instead")


def _text(run: Run, setup: Setup, wish: Wish) -> tuple[str, Exit | Plugin]:
    if wish.form == "nagios":
        from agent.report.nagios import plugin

        line, code = plugin(run, strict=wish.strict, interrupted=wish.interrupted)
        return f"{line}\n", code
    return _document(run, setup, wish.form), exit_code(run.results, strict=wish.strict)


def _document(run: Run, setup: Setup, form: str) -> str:
    if form == "json":
        return dumps(document(run)) + "\n"
    if form == "markdown":
        from agent.report.markdown import render

        return render(run)
    if form == "prom":
        from agent.metrics.textfile import expose_run

        return expose_run(run, setup)
    from agent.report.table import render_text

    return render_text(run)


def save(path: Path, text: str, *, tries: int = TRIES, pause: float = PAUSE) -> None:
    """To a file in one step; again, `pause` seconds later, where somebody just reads it. OSError when it fails.

    A device or a pipe is written to as it is: nothing may take its place.
    """
    data = text.encode(errors="backslashreplace")
    if _is_device(path):
        path.write_bytes(data)
        return
    for left in reversed(range(tries)):
        try:
            return replace(path, data, for_others=True)
        except PermissionError:
            if not left:
                raise
            time.sleep(pause)


def _is_device(path: Path) -> bool:
    return path.exists() and not path.is_file() and not path.is_symlink()


def _is_of_a_stranger(path: Path) -> bool:
    """A link of who is neither root nor ourselves: by it they would choose over which file root writes."""
    return path.is_symlink() and sys.platform != "win32" and path.lstat().st_uid not in (0, os.geteuid())
