"""docs/scale.md and its plot, from what was measured. Pure."""

from collections.abc import Mapping, Sequence
from math import nan
from statistics import median

from tests.scale.crowd_inside import Look
from tests.scale.many import CUT, CUT_OFF, SHUT, Many
from tests.scale.plot import Panel, svg
from tests.scale.sheet import machine, megabytes, table

PLOT = "scale.svg"
HEAD = f"""\
# Scale

Made by `make scale`; nothing here is edited by hand.

{{machine}} {{load}}

## One agent, many peers

`probe run` as a master secret server whose peers are addresses of 127.0.0.0/8, each with an endpoint mapper and a range
of 16,384 ports that refuse; rounds of 60 s. Agents of all sizes run at the same time, each in a network namespace of
its own, so what differs between them is their size alone. First a round while nobody asks them anything, then one with
a scrape every five seconds.

![CPU, memory, scrape and attempts out of place, by peers]({PLOT})

"""
MOVED = """
How much an attempt moved is seen from outside, by the kernel's clock: each round asks the same doors at the same places
in the interval, so the time from a SYN to the same SYN of the next round, less 60 s, is what it came too late or too
early. `lag` is what the agent's own `ssoreach_event_loop_lag_seconds` said at most. Rounds left out are those of
`ssoreach_attempts_skipped_total`, since the start.

"""
COSTS = """
### What one peer more costs

Between two sizes, what the larger one takes more, by the peers that it has more. Flat is: the same from line to line.
What is not flat is CPU beyond some 400 peers, downwards: no more than 200 attempts a second leave an agent, so it
samples fewer ports of each peer in a round (`samples_of_each` in `agent/survey/manners.py`), and its log says so.

"""
FIFTY = f"""
## {{agents}} agents, one master secret server

As many processing servers as real agents with a key, each in a namespace behind a router, all hosts in stealth mode;
the range is 49152-65535, sampled at 16 ports in rounds of 60 s. {CUT} is cut off from {CUT_OFF} of the master, {SHUT}
from its endpoint mapper; every other path is open, and all verdicts are held beside that.

"""


def document(quiet: Sequence[Look], scraped: Sequence[Look], fifty: Many, load: str) -> str:
    rows = [_row(one, other) for one, other in zip(quiet, scraped, strict=True)]
    head = HEAD.format(machine=machine(), load=load)
    return (
        head
        + table(COLUMNS, rows)
        + MOVED
        + table(MOVES, [_moves(one, other) for one, other in zip(quiet, scraped, strict=True)])
        + COSTS
        + table(MORE, _more(quiet, scraped))
        + FIFTY.format(agents=fifty.agents)
        + table(("of the master's agent", "figure"), _fifty(fifty))
    )


COLUMNS = (
    "peers",
    "of a core",
    "of a core, with scrapes",
    "resident memory",
    "descriptors",
    "threads",
    "SYNs a peer and round",
    "scrape (least-most)",
    "its size",
)
MOVES = ("peers", "moved: median", "99 of 100", "most", "with scrapes: median", "99 of 100", "most", "lag", "left out")
MORE = ("peers", "CPU", "memory", "size of a scrape", "time of a scrape")


def plot(quiet: Sequence[Look], scraped: Sequence[Look]) -> str:
    pairs = list(zip(quiet, scraped, strict=True))
    moved = {each.peers: 1e3 * each.moved[1] for each in quiet if each.moved}
    moved_scraped = {each.peers: 1e3 * each.moved[1] for each in scraped if each.moved}
    panels = [
        Panel("CPU", "% of a core", {"quiet": _of(quiet, "cpu"), "a scrape every 5 s": _of(scraped, "cpu")}),
        Panel("Resident memory", "MB", {"": {one.peers: one.resident / 1e6 for one, _ in pairs}}),
        Panel("A scrape (median)", "ms", {"": {each.peers: 1e3 * median(each.scrapes) for each in scraped}}),
        Panel("Attempts out of place (99 of 100)", "ms", {"quiet": moved, "a scrape every 5 s": moved_scraped}),
    ]
    return svg("ssoreach: one agent, by its peers", [each for each in panels if any(each.lines.values())])


def _of(looks: Sequence[Look], name: str) -> Mapping[int, float]:
    return {each.peers: max(getattr(each, name), 1e-2) for each in looks}


def _row(quiet: Look, scraped: Look) -> list[str]:
    took = scraped.scrapes
    return [
        f"{quiet.peers:,}",
        f"{quiet.cpu:.2f} %",
        f"{scraped.cpu:.2f} %",
        f"{megabytes(scraped.resident)} MB",
        str(quiet.descriptors),
        str(quiet.threads),
        f"{quiet.attempts / quiet.peers:.1f}",
        f"{median(took):.3f} s ({min(took):.3f}-{max(took):.3f})",
        f"{megabytes(scraped.scraped_bytes)} MB",
    ]


def _moves(quiet: Look, scraped: Look) -> list[str]:
    return [
        f"{quiet.peers:,}",
        *(f"{1e3 * each:.1f} ms" for look in (quiet, scraped) for each in look.moved or (nan, nan, nan)),
        f"{1e3 * scraped.lag:.1f} ms",
        str(scraped.left_out),
    ]


def _more(quiet: Sequence[Look], scraped: Sequence[Look]) -> list[list[str]]:
    rows = []
    for place in range(1, len(quiet)):
        peers = quiet[place].peers - quiet[place - 1].peers
        cpu = 10 * (quiet[place].cpu - quiet[place - 1].cpu) * 60 / peers
        small, large = scraped[place - 1], scraped[place]
        took = 1e3 * (median(large.scrapes) - median(small.scrapes)) / peers
        rows.append(
            [
                f"{small.peers:,} to {large.peers:,}",
                f"{cpu:.1f} ms a round",
                f"{(large.resident - small.resident) / peers / 1e3:.0f} kB",
                f"{(large.scraped_bytes - small.scraped_bytes) / peers / 1e3:.2f} kB",
                f"{took:.2f} ms",
            ]
        )
    return rows


def _fifty(seen: Many) -> list[tuple[str, str]]:
    ports = ", ".join(f"{count:,} {holding.name.lower()}" for holding, count in seen.leases.ports.most_common())
    refused = ", ".join(f"{count:.0f} {reason}" for reason, count in seen.dropped.items())
    return [
        ("requests to hold", f"{seen.leases.asked:,}"),
        ("leases answered", f"{seen.leases.answered:,}"),
        ("ports in them", ports or "none"),
        ("datagrams dropped", refused or "none"),
        ("listeners at once, at most", f"{seen.listeners:,}"),
        ("rendezvous, both ways", f"{seen.leases.bytes_a_second / 1e3:.1f} kB a second"),
        ("of a core", f"{seen.cpu:.1f} %"),
        ("resident memory", f"{megabytes(seen.resident)} MB"),
        ("resident memory of a processing server's agent, at most", f"{megabytes(seen.of_others)} MB"),
        ("verdicts that are what the rules say, of all agents", f"{seen.right} of {seen.right + len(seen.wrong)}"),
        ("judged so long after the last of them was there", f"{seen.settled:.0f} s"),
        *(("another verdict", each) for each in seen.wrong),
    ]
