"""The answer first, in one word; then why, and what to do."""

import io

import pytest

from agent.report.restart import print_restart
from agent.sso.part import Place
from agent.sso.standing import Standing
from agent.sso.state import Why
from agent.sso.ways import Way
from tests.agent.sso.standing import NOW, part, reach, standing


class Terminal(io.StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        return True


def printed(of: Standing, file: io.StringIO | None = None) -> str:
    file = file or io.StringIO()
    print_restart(of, NOW, file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("of", "first"),
    [
        (standing(Why.OPEN), "yes: nothing that is known speaks against restarting ENTSSO, host instances or BTS01."),
        (standing(Why.SAME), "no: do not restart ENTSSO, host instances or BTS01 now."),
        (standing(Why.STALE), "unknown: whether ENTSSO, host instances or BTS01 can be restarted without harm is not "),
        (standing(Why.STOPPED), "yes: nothing that is known speaks against restarting ENTSSO or BTS01."),
        (standing(Why.ITSELF), "yes: nothing that is known speaks against restarting ENTSSO or MSS."),
        (standing(Why.PASSIVE), "yes: nothing that is known speaks against restarting NODE2."),
    ],
)
def test_the_first_line_is_the_answer(of: Standing, first: str) -> None:
    head, *rest = printed(of).splitlines()
    assert head.startswith(first)
    assert rest
    assert all(line.startswith("  ") for line in rest)


def test_a_no_says_why_then_what_not_to_do_then_what_to_mend() -> None:
    text = " ".join(printed(standing(Why.SAME)).split())
    order = [text.index(part) for part in ("gets no secret", "Do not restart ENTSSO", "Mend the way to MSS")]
    assert order == sorted(order)


@pytest.mark.parametrize("why", Why)
@pytest.mark.parametrize("place", Place)
def test_without_a_terminal_it_is_plain_text_for_every_standing(
    monkeypatch: pytest.MonkeyPatch, why: Why, place: Place
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    text = printed(standing(why, part(place, here="\x1b[31m[bold]x"), databases=(reach(Way.SHUT, "SQL\u202e01"),)))
    assert text.partition(":")[0] in ("yes", "no", "unknown")
    assert text.replace("\n", "").isprintable()


@pytest.mark.parametrize(
    ("of", "colour"),
    [(standing(Why.OPEN), "\x1b[32m"), (standing(Why.SAME), "\x1b[31m"), (standing(Why.STALE), "\x1b[33m")],
)
def test_a_terminal_shows_the_answer_in_colour(monkeypatch: pytest.MonkeyPatch, of: Standing, colour: str) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert printed(of, Terminal()).startswith(colour)
