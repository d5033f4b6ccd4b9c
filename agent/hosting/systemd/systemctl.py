"""systemd's own commands."""

import os
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from agent.ground.text import plain
from agent.hosting.manager import RefusedError

PLACES = ("/usr/bin", "/bin")  # and not PATH: this runs as root
PATIENCE = 300.0  # seconds; longer than the unit's start and stop may take together
MOST_LINES, LONGEST_LINE = 20, 500
RUNS = Path("run/systemd/system")  # there is such a folder where systemd runs the system


@dataclass(frozen=True, slots=True)
class Said:
    """`code` 0: it was done. `text`: what it printed, its complaints last."""

    code: int
    text: str

    @property
    def lines(self) -> list[str]:
        """The last ones, plain."""
        return [plain(line, LONGEST_LINE) for line in self.text.splitlines() if line.strip()][-MOST_LINES:]


Ask = Callable[..., Said]


def ask(program: str, *words: str) -> Said:
    """Run it to its end. Raises RefusedError where it cannot be run."""
    place = next((found for folder in PLACES if (found := Path(folder, program)).exists()), None)
    if place is None:
        raise RefusedError(f"there is no {program} here: this system has no systemd")
    environ = {**os.environ, "LC_ALL": "C.UTF-8", "SYSTEMD_PAGER": "", "SYSTEMD_COLORS": "0"}
    try:
        done = subprocess.run(  # noqa: S603 - words of ours, and no shell
            [str(place), *words], stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE, env=environ
        )
    except subprocess.TimeoutExpired:
        raise RefusedError(f"{program} {' '.join(words)}: no answer in {PATIENCE:.0f} s") from None
    except OSError as error:
        raise RefusedError(f"{place}: {error.strerror or error}") from None
    return Said(done.returncode, (done.stdout + done.stderr).decode("utf-8", "replace"))


def shown(text: str) -> Mapping[str, str]:
    """What `systemctl show` prints, by name."""
    return {name: value for name, has, value in (line.partition("=") for line in text.splitlines()) if has}
