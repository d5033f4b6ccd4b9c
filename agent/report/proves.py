"""What the evidence shows, and what it does not: whoever it is shown to will ask."""

from collections.abc import Iterator

from agent.finding import Kind
from agent.report.document import Run
from agent.report.escape import markdown, paragraph
from agent.report.ways import ours
from agent.result import FarEnd

HEADING = "## What this shows, and what it does not"

ALWAYS = (
    "Each row is one TCP connection that the program `probe` on {host} tried; `Time` is when it began, by the clock of "
    "{host}. The operating system repeats a SYN that stays unanswered, from the same source port, so that a log or a "
    "capture may have several packets for one row.",
    "It holds for this host and this program. A rule or an IPsec policy that is limited to the program of the SSO "
    "service, or to its account, is not shown by it, whether it admits or refuses. Nothing was logged on to, and no "
    "interface of SSO was called.",
    "A port that is in no row and in no interval was not tested.",
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
CLOCKS_AGREE = "The clocks of both ends differ by less than a minute."
REPORTED = frozenset(FarEnd) - {FarEnd.LISTENING, FarEnd.NO_REPORT}


def statement(run: Run) -> Iterator[str]:
    """Lines of a section."""
    watched = _watched(run)
    sentences = [each.replace("{host}", markdown(run.host)) for each in ALWAYS]
    sentences.insert(1, WATCHED if watched else UNWATCHED)
    if watched:
        apart = [paragraph(each.detail, 1000) for each in run.findings if each.kind is Kind.CLOCK_DIFFERS]
        sentences += apart or [CLOCKS_AGREE]
    yield ""
    yield HEADING
    for sentence in sentences:
        yield ""
        yield f"- {sentence}"


def _watched(run: Run) -> bool:
    """Whether any attempt was reported on by the far end."""
    seen = (seen for result in ours(run.results) for each in result.addresses for seen in each.seen.values())
    return any(each.far in REPORTED for each in seen)
