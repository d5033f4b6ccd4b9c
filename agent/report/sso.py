"""How a machine stands in the SSO system: for people at a terminal, and as Markdown."""

from collections.abc import Iterable, Iterator

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from agent.ground.text import plain
from agent.report.escape import markdown
from agent.report.standing import LONGEST
from agent.sso.standing import Standing
from agent.sso.state import SsoState, Why
from agent.sso.words.compose import Words, words
from agent.sso.words.events import Event

INDENT = (0, 0, 0, 2)
LABELS = {"avoid": "Now: ", "seen": "Seen: ", "works": "Works: ", "fails": "Fails: ", "remedy": "To do: "}

COLOUR = {
    SsoState.NORMAL: "green",
    SsoState.UNKNOWN: "yellow",
    SsoState.ON_CACHE: "yellow",
    SsoState.SERVICE_STOPPED: "red",
    SsoState.CACHE_LOST: "red",
}


def sso_parts(standing: Standing, now: float) -> list[RenderableType]:
    """For the table: a headline, and what there is to say. Nothing of a machine without a part."""
    if standing.why is Why.NO_PART:
        return []
    told = words(standing, now)
    head = Text("\n" + plain(told.headline, LONGEST), style=_colour(standing.state, told))
    return [head, *(Padding(Text(plain(each, LONGEST)), INDENT) for each in _told(standing, told))]


def _colour(state: SsoState, told: Words) -> str:
    return COLOUR[SsoState.UNKNOWN if state is SsoState.NORMAL and told.fails else state]


def sso_markdown(standing: Standing, now: float) -> Iterator[str]:
    """Lines of a section, escaped. Nothing of a machine without a part."""
    if standing.why is Why.NO_PART:
        return
    told = words(standing, now)
    yield ""
    yield "## What it means for SSO"
    for each in (told.headline, *_told(standing, told)):
        yield ""
        yield markdown(each, LONGEST)


def _told(standing: Standing, told: Words) -> Iterator[str]:
    """Sentence by sentence; quiet where all is well, or where there is nothing."""
    if standing.why is Why.ABSENT:
        return
    if standing.why is Why.OPEN and not told.fails:
        yield from filter(None, [told.availability])
        return
    for label, text in (*((label, getattr(told, part)) for part, label in LABELS.items()), ("", _events(told.events))):
        if text:
            yield f"{label}{text}"
    yield from filter(None, [told.availability])


def _events(expected: Iterable[Event]) -> str:
    """In one sentence."""
    listed = ", ".join(f"{each.id} ({each.means})" for each in expected)
    return f"Expect in the Application log, source ENTSSO: {listed}." if listed else ""
