"""What the evidence shows, and what it does not: whoever it is shown to will ask."""

from collections.abc import Iterator

from agent.judge.result import FarEnd
from agent.report.document import Run
from agent.report.escape import markdown
from agent.report.ways import ours

HEADING = "## What this shows, and what it does not"

ALWAYS = (
    "Each row is one TCP connection that the program `probe` on {host} tried; `Time` is when it began, by the clock of "
    "{host}. The operating system repeats a SYN that stays unanswered, from the same source port, so that a log or a "
    "capture may have several packets for one row.",
    "It holds for this host and this program. A rule or an IPsec policy that is limited to the program of the SSO "
    "service, or to its account, is not shown by it, whether it admits or refuses. Nothing was logged on to, and no "
    "interface of SSO was called.",
    "An interval reaches from tested port to tested port, over ports between that were not: those are taken to be like "
    "their neighbours. A port that is in no row and in no interval was not tested.",
)
WATCHED = (
    "`Far end saw` is what the agent of the other host reported of that very connection, known by its source port, "
    "while it listened at that port itself; the report is sealed with the key of the site. `nothing` together with "
    "silence: the packets were dropped before they came to that agent, on the way or by the firewall of either host. "
    "`half-open` and `accepted` together with silence: they arrived, and the answers were dropped on the way back."
)
UNWATCHED = (
    "Nobody listened at the other end for these attempts: silence alone does not tell a firewall from a host or a "
    "service that does not answer."
)
AGREE = 2.0  # seconds: an answer that was on its way for long makes a clock look late
REPORTED = frozenset(FarEnd) - {FarEnd.LISTENING, FarEnd.NO_REPORT}


def statement(run: Run) -> Iterator[str]:
    """Lines of a section."""
    watched = _watched(run)
    sentences = [each.replace("{host}", markdown(run.host)) for each in ALWAYS]
    sentences.insert(1, WATCHED if watched else UNWATCHED)
    sentences += (_clock(markdown(run.host), markdown(peer), offset) for peer, offset in run.offsets.items())
    yield ""
    yield HEADING
    for sentence in sentences:
        yield ""
        yield f"- {sentence}"


def _clock(here: str, peer: str, offset: float) -> str:
    """As both told one another; no time in the evidence depends on it."""
    if abs(offset) < AGREE:
        return f"The clocks of {here} and {peer} agree within {AGREE:g} s."
    return f"The clock of {peer} is about {abs(offset):,.0f} s {'ahead of' if offset > 0 else 'behind'} that of {here}."


def _watched(run: Run) -> bool:
    """Whether any attempt was reported on by the far end."""
    seen = (seen for result in ours(run.results) for each in result.addresses for seen in each.seen.values())
    return any(each.far in REPORTED for each in seen)
