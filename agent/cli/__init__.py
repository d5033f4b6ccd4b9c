"""The command line, `probe`. Data on standard output, talk on standard error.

main       the entry point: exit codes for what nobody caught
commands   every command and its options; the work is imported when a command runs, so that --help is quick
site       from --config and --host to a plan
output     from results to a format, to standard output or a file
"""

import sys


def main() -> None:
    """Exit codes: see `agent.exit`."""
    from agent.cli.commands import app

    try:
        app()
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        sys.exit(130)
    except Exception as error:  # the last resort: our own crash has an exit code of its own
        _report(error)
        sys.exit(4)


def _report(error: Exception) -> None:
    """A crash is ours: say so, and leave what a report of it needs."""
    import traceback

    traceback.print_exc()
    print(f"probe: internal error: {type(error).__name__}. This is a fault of probe, not of a peer.", file=sys.stderr)
