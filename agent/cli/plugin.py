"""`probe once --format nagios` as a monitoring plugin: whatever happens, one line and one of four exit codes.

Otherwise a monitoring system would take exit code 2, a mistake of its user, for CRITICAL, and have nothing to show.
"""

import os
import signal
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import Any, NoReturn

import typer
from typer.core import TyperCommand

from agent.cli import OUTPUT_ENDED
from agent.cli.usage import MistakeError
from agent.found.exit import Plugin

FORM = "nagios"
OPTIONS = ("--format", "-f")
STOPPED = "stopped before anything was known"
FAULT = "internal error {}: a fault of probe, not of a peer; see standard error"


class PluginCommand(TyperCommand):
    """A command with `--format`, which is a plugin where `nagios` is asked for."""

    def make_context(self, info_name: str | None, args: list[str], *rest: Any, **extra: Any) -> Any:
        """Options that are not understood end a command before it begins."""
        if not asks_for_plugin(args):
            return super().make_context(info_name, args, *rest, **extra)
        with _plugin():
            return super().make_context(info_name, args, *rest, **extra)

    def invoke(self, ctx: Any) -> Any:
        if ctx.params.get("form") != FORM:
            return super().invoke(ctx)
        with _plugin(), _stopped_alike():
            return super().invoke(ctx)


def asks_for_plugin(args: Sequence[str]) -> bool:
    """Whether arguments that may be wrong ask for it."""
    pairs = pairwise([*args, ""])
    joined = {f"--format={FORM}", f"-f{FORM}"}
    return any((each in OPTIONS and after == FORM) or each in joined for each, after in pairs)


@contextmanager
def _plugin() -> Iterator[None]:
    """Whatever ends the block otherwise than a plugin may, ends it with a line and UNKNOWN."""
    try:
        yield
    except MistakeError as mistake:
        _end(mistake.message)
    except typer.Exit:
        _say("")
        raise
    except KeyboardInterrupt:
        _end(STOPPED)
    except Exception as error:
        _end(_what_went_wrong(error))


def _what_went_wrong(error: Exception) -> str:
    if isinstance(error, OSError) and error.errno in OUTPUT_ENDED:
        _nobody_listens(error)
    show, message = getattr(error, "show", None), getattr(error, "format_message", None)
    if callable(show) and callable(message):  # an option that is not understood; typer keeps its class to itself
        show()
        return str(message())
    traceback.print_exc()
    return FAULT.format(type(error).__name__)


def _end(why: str) -> NoReturn:
    from agent.report.nagios import unknown

    _say(f"{unknown(why)}\n")
    raise typer.Exit(Plugin.UNKNOWN)


def _say(line: str) -> None:
    """With all that is not written yet."""
    try:
        sys.stdout.write(line)
        sys.stdout.flush()
    except OSError as error:
        _nobody_listens(error)


def _nobody_listens(error: OSError) -> NoReturn:
    """A line that nobody takes, as on a full disk, is no CRITICAL."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python flushes once more at the end
    print(f"standard output: {error.strerror}", file=sys.stderr)
    raise typer.Exit(Plugin.UNKNOWN) from None


@contextmanager
def _stopped_alike() -> Iterator[None]:
    """A monitoring system that waits no longer asks with SIGTERM: that is to leave a line, as Ctrl-C does."""

    def stop(*_: object) -> None:
        signal.raise_signal(signal.SIGINT)

    # Who is started in the background may have been told to ignore SIGINT.
    interrupted = signal.signal(signal.SIGINT, signal.default_int_handler)
    terminated = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, interrupted)
        signal.signal(signal.SIGTERM, terminated)
