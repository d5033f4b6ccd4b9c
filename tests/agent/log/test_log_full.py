"""A disk without room: the log goes on when there is some again, and nothing else suffers meanwhile.

The room is what the system lets a process write to a file (RLIMIT_FSIZE): real errors of the system, without root.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import logging, resource, sys
from pathlib import Path
from agent.log.log import log, set_up

def room(octets):
    resource.setrlimit(resource.RLIMIT_FSIZE, (octets, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))

file, form, octets, anew = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4] == "True"
set_up("info", form, file)
for again in range(2):
    room(file.stat().st_size + octets)
    for number in range(50):
        log.info("line", extra={"fields": {"number": number}})
        if anew and number == 25:
            set_up("info", form, file)
    room(resource.RLIM_INFINITY)
    log.info("room again")
print("runs on")
"""

if sys.platform != "win32":

    def write(file: Path, form: str, octets: int, anew: bool) -> subprocess.CompletedProcess[str]:
        argv = [sys.executable, "-c", PROGRAM, str(file), form, str(octets), str(anew)]
        return subprocess.run(argv, capture_output=True, text=True, timeout=60, cwd=Path(__file__).parents[3])

    @pytest.mark.parametrize("octets", [0, 1, 55, 100, 1000])
    @pytest.mark.parametrize("form", ["text", "json"])
    @pytest.mark.parametrize("anew", [False, True])
    def test_lines_are_lost_and_counted_and_written_again(tmp_path: Path, form: str, octets: int, anew: bool) -> None:
        """`anew`: with a configuration that comes into force meanwhile."""
        file = tmp_path / "ssoreach.log"
        done = write(file, form, octets, anew)
        assert (done.returncode, done.stdout) == (0, "runs on\n")
        said = done.stderr.splitlines()
        assert [line.split(": cannot")[0] for line in said] == [f"log.file: {file}"] * 2
        lines = file.read_text().splitlines()
        whole = [line for line in lines if _is_whole(line, form)]
        kept = sum("number" in line for line in whole)
        lost = [int(number) for number in re.findall(r"(\d+) lines? of this log were lost before", "\n".join(lines))]
        assert len(lines) - len(whole) <= 2  # a half one each time, on a line of its own
        assert (len(lost), kept + sum(lost)) == (2, 100)
        assert sum("room again" in line for line in whole) == 2


def _is_whole(line: str, form: str) -> bool:
    if form == "text":
        return re.fullmatch(r"[\d:.TZ-]{24} (info|warning) .*(again|\d|before)", line) is not None
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no device that is always full")  # noqa: PTH110
def test_standard_error_that_is_full_stops_nothing(tmp_path: Path) -> None:
    program = 'from agent.log.log import log, set_up\nset_up("info", "text", None)\nlog.info("x")\nprint("runs on")'
    with open("/dev/full", "w") as full:  # noqa: PTH123
        done = subprocess.run(
            [sys.executable, "-c", program],
            stdout=subprocess.PIPE,
            stderr=full,
            text=True,
            cwd=Path(__file__).parents[3],
        )
    assert done.stdout == "runs on\n"
