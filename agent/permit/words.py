"""What the formats have in common: reasons, ports and comments as text."""

from collections.abc import Iterable, Iterator

from agent.ground.ports import PortSet
from agent.ground.text import plain
from agent.permit.change import Change
from agent.permit.fixed import lines
from agent.permit.flow import Why

LONGEST = 1000  # letters of a line
NOTHING = "Nothing was found shut."
LOOK_AT = "To be looked at, as it may be shut, and nobody has shown it (no rule is asked for):"
QUESTIONS = "Not known, so that rules may be missing:"


def ports(of: PortSet) -> str:
    """`135, 5000-5020`."""
    return ", ".join(of.texts())


def reason(why: Why) -> str:
    """For example `Single Sign-On service: Secondary RPC ports used to …`."""
    return f"{why.service}: {why.reason}"


def reasons(whys: Iterable[Why]) -> str:
    """One sentence, in which each reason stands once."""
    return "; ".join(dict.fromkeys(reason(why).removesuffix(".") for why in whys)) + "."


def title(change: Change) -> str:
    """The first line of every format."""
    what = "what was found shut" if change.is_missing else "all that is needed"
    return f"Firewall change request of the site {change.site}: {what}"


def comments(change: Change, questions: Iterable[str]) -> Iterator[str]:
    """Everything of it that is no rule, for the head of a script. Each is one plain line."""
    yield title(change)
    if change.is_missing and not change.permits:
        yield NOTHING
    yield from change.notes
    for heading, told in ((LOOK_AT, change.look_at), (QUESTIONS, tuple(questions))):
        if told:
            yield heading
            yield from (f"- {each}" for each in told)
    yield from lines(change.dynamic)


def ascii_line(text: str, most: int = LONGEST) -> str:
    """What a program reads in whatever code page it likes; and nothing that ends a line."""
    told = plain(text.replace("→", "->"), most)
    return (f"{told[: most - 3]}..." if told.endswith("…") else told).encode("ascii", "replace").decode("ascii")
