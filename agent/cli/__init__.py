"""The command line, `probe`. Data on standard output, talk on standard error.

main       the entry point: exit codes for what nobody caught
commands   every command and its options; the work is imported when a command runs, so that --help is quick
site       from --config and --host to a plan
peer       from PEER to whom to ask
usage      how a command ends that was told something wrong
sweeping   what a sweep says before, meanwhile and after
progress   how far it is, at a terminal
lines      the same where there is none
requesting what is asked of a firewall team, and where it is written
output     from results to a format, to standard output or a file
restarting whether it is safe to restart, asked and answered
remembered what the agent of this host knows, read by other commands
status     the same, asked of the agent while it runs
calling    how it is asked, and nobody in its place
early      signals that come before there is an agent
foreground the agent until it is told to stop
"""

import errno
import io
import os
import sys

from agent.found.exit import Exit

# Files of our own are written where errors are caught. EINVAL: a closed pipe, in the words of Windows.
OUTPUT_ENDED = (errno.EPIPE, errno.ENOSPC, errno.EIO, *((errno.EINVAL,) if sys.platform == "win32" else ()))


def main() -> None:
    """Exit codes: see `agent.found.exit`."""
    from agent.cli.commands import app

    _prepare_streams()
    try:
        app(standalone_mode=True)
    except KeyboardInterrupt:
        _end("interrupted", Exit.INTERRUPTED)
    except SystemExit as end:
        _flush(end)
    except Exception as error:  # the last resort: our own crash has an exit code of its own
        _crash(error)


def _prepare_streams() -> None:
    """A missing stream (of a service, a detached child) is an empty one; a letter that a code page lacks is spelled."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: PTH123, SIM115 - for as long as the process lives
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _flush(end: SystemExit) -> None:
    """Only now is it sure that all of standard output was taken: a full disk or a closed pipe shows here."""
    try:
        sys.stdout.flush()
    except OSError as error:
        _discard_output()
        _end(f"standard output: {error.strerror}", Exit.USAGE)
    raise end


def _crash(error: Exception) -> None:
    """Whoever reads our output may have gone: that is theirs. All else is ours, and leaves what a report needs."""
    if isinstance(error, OSError) and _is_of_output(error):
        _discard_output()
        _end(f"standard output: {error.strerror}", Exit.USAGE)
    import traceback

    traceback.print_exc()
    _end(f"probe: internal error: {type(error).__name__}. This is a fault of probe, not of a peer.", Exit.OURS)


def _is_of_output(error: OSError) -> bool:
    """Windows gives EINVAL, too, to whatever has no better number; those have one of its own beside it."""
    return error.errno in OUTPUT_ENDED and (error.errno != errno.EINVAL or getattr(error, "winerror", None) is None)


def _discard_output() -> None:
    """Python flushes once more at the end, and would complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _end(message: str, code: int) -> None:
    print(message, file=sys.stderr)
    sys.exit(code)
