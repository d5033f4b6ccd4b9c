"""An endpoint mapper inside a namespace: the tests' fake, which registers the SSO service as Windows does."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.fakes.table import SSO_PORT, TABLE, Table, table_text

from .listeners import listening
from .namespace import LabCommandError, Namespace

ROOT = Path(__file__).parents[2]


class Mapping:
    """A mapper that runs; `say` gives it another table, as after a restart of the services."""

    def __init__(self, program: subprocess.Popen[str]) -> None:
        self._program = program

    def say(self, table: Table) -> None:
        assert self._program.stdin
        self._program.stdin.write(table_text(table) + "\n")
        self._program.stdin.flush()


@contextmanager
def mapping(namespace: Namespace, address: str, port: int = 135, table: Table = TABLE) -> Iterator[Mapping]:
    """A mapper alone; the ports that it names have no listeners of ours."""
    program = namespace.popen(
        sys.executable, "-m", "tests.fakes.mapper", address, str(port), stdin=subprocess.PIPE, cwd=ROOT
    )
    try:
        assert program.stdout
        if program.stdout.readline() != "ready\n":
            raise LabCommandError("the mapper did not start")
        mapper = Mapping(program)
        if table is not TABLE:
            mapper.say(table)
        yield mapper
    finally:
        program.kill()
        program.communicate()


@contextmanager
def serving(namespace: Namespace, address: str) -> Iterator[Mapping]:
    """A master secret server: its mapper, and the port that the SSO service has there."""
    with listening(namespace, [(address, SSO_PORT)]), mapping(namespace, address) as mapper:
        yield mapper
