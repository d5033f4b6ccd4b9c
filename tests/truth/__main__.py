"""`make truth`: random sites with random firewalls, and whether what is published of them is so.

make truth ARGS="--minutes 60"          writes docs/reliability.md
make truth ARGS="--only 7/12 --times 3" plays one case again, and writes nothing
"""

import argparse
import datetime
import itertools
import os
import platform
import secrets
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from pprint import pformat

from agent import __version__

from .campaign import Played, campaign, drawn
from .case import Case
from .draw import draw
from .grade import WRONG
from .reliability import About, section, written
from .rules import own, router
from .tally import Tally

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "reliability.md"


def main() -> int:
    """Exit code: 1 if any verdict was wrong."""
    given = _parser().parse_args()
    tally, began, lag = Tally(), time.monotonic(), 0.0
    seed = given.seed if given.seed is not None else secrets.randbelow(10**6)
    if given.only:
        seed, number = map(int, given.only.split("/"))
        case = draw(seed, number)
        print(pformat(case, width=120), router(case), own(case), sep="\n")
        cases: Iterator[Case] = itertools.repeat(case, given.times)
    else:
        print(f"seed {seed}", flush=True)
        cases = drawn(seed, iter(range(given.first, given.first + given.cases)))
    until = began + 60 * given.minutes
    try:
        for played in campaign(cases, given.at_once, lambda: time.monotonic() > until):
            tally.add(played)
            lag = max(lag, played.lag)
            _tell(played, everything=bool(given.only))
    finally:
        about = About(_machine(), f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d}", (seed,), 0.0, lag)
        text = section(tally, _timed(about, time.monotonic() - began))
        print(text)
        if not given.only and not given.no_write:
            written(DOCUMENT, text)
    return 1 if tally.wrong or tally.failures else 0


def _timed(about: About, seconds: float) -> About:
    return About(about.machine, about.date, about.seeds, seconds, about.lag)


def _tell(played: Played, *, everything: bool) -> None:
    """The wrong ones, as they come; all of them where one case was asked for."""
    print(
        f"{played.case.name}: {played.seconds:.0f} s{', on a busy machine' if played.busy else ''} {played.failure}",
        flush=True,
    )
    for judged in played.judged:
        if everything or judged.grade in WRONG:
            print(f"  {judged}", flush=True)


def _machine() -> str:
    system = f"{platform.system()} {platform.release()}, {platform.machine()}, {os.cpu_count()} cores"
    return f"ssoreach {__version__}, Python {platform.python_version()}, {system}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="make truth", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--seed", type=int, help="another one each time, which is printed")
    parser.add_argument("--first", type=int, default=0, help="the number of the first case")
    parser.add_argument("--cases", type=int, default=10**6, help="at most so many")
    parser.add_argument("--minutes", type=float, default=30, help="after which no case begins")
    parser.add_argument("--at-once", type=int, default=4, help="sites at a time")
    parser.add_argument("--only", metavar="SEED/NUMBER", help="this case alone")
    parser.add_argument("--times", type=int, default=1, help="how often to play it")
    parser.add_argument("--no-write", action="store_true", help="leave docs/reliability.md as it is")
    return parser


if __name__ == "__main__":
    sys.exit(main())
