"""The answer to "is it safe to restart" for a person: the answer first, then why, then what not to do and to mend."""

from collections.abc import Iterator
from typing import TextIO

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from agent.ground.text import plain
from agent.report.standing import LONGEST
from agent.report.table import INDENT, print_to
from agent.sso.part import Place
from agent.sso.standing import Standing
from agent.sso.state import Why
from agent.sso.words.compose import words
from agent.sso.words.facts import name
from agent.sso.words.restart import Answer, restart

LEAD = {
    Answer.YES: "yes: nothing that is known speaks against restarting {what}.",
    Answer.NO: "no: do not restart {what} now.",
    Answer.UNKNOWN: "unknown: whether {what} can be restarted without harm is not shown.",
}
NO_START = "no: {service} does not run, and a start now would not be enough."
COLOUR = {Answer.YES: "green", Answer.NO: "red", Answer.UNKNOWN: "yellow"}


def print_restart(standing: Standing, now: float, file: TextIO) -> None:
    """`now` is UTC. The first word is the answer."""
    print_to(file, *_parts(standing, now))


def _parts(standing: Standing, now: float) -> Iterator[RenderableType]:
    answer, told = restart(standing), words(standing, now)
    lead = NO_START if answer.answer is Answer.NO and standing.why is Why.STOPPED else LEAD[answer.answer]
    yield Text(lead.format(what=_what(standing), service=name(standing.service.name)), style=COLOUR[answer.answer])
    yield Padding(Text(plain(told.headline, LONGEST)), INDENT)
    for sentence in (*answer.why, told.avoid, told.remedy):
        if sentence:
            yield Padding(Text(plain(sentence, LONGEST)), INDENT)


def _what(standing: Standing) -> str:
    here, service = name(standing.part.here), name(standing.service.name)
    if standing.why is Why.PASSIVE:
        return here
    runs = standing.part.place is Place.PROCESSING and standing.why is not Why.STOPPED
    return f"{service}, host instances or {here}" if runs else f"{service} or {here}"
