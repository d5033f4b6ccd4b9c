"""How this machine stands in the SSO system: the sentences of `agent.sso.words`, with their labels."""

from agent.sso.standing import Standing
from agent.sso.state import SsoState
from agent.sso.words.compose import words
from agent.web.page.view import Event, Said, Sso
from agent.web.page.words import NO_STANDING

TONE = {
    SsoState.NORMAL: "good",
    SsoState.UNKNOWN: "quiet",
    SsoState.ON_CACHE: "poor",
    SsoState.CACHE_LOST: "bad",
    SsoState.SERVICE_STOPPED: "bad",
}

# What not to do comes first: whoever reads no further must have read that.
LABELS = {
    "avoid": "Do not",
    "fails": "Does not work",
    "works": "Works",
    "remedy": "What to do",
    "seen": "Seen",
    "availability": "Master secret",
}


def sso(standing: Standing | None, now: float) -> Sso:
    """`now` is UTC."""
    if standing is None:
        return Sso("quiet", NO_STANDING, (), ())
    told = words(standing, now)
    said = tuple(Said(label, getattr(told, key)) for key, label in LABELS.items() if getattr(told, key))
    # The way is open, and something else fails that will stop the service.
    tone = "poor" if standing.state is SsoState.NORMAL and told.fails else TONE[standing.state]
    return Sso(tone, told.headline, said, tuple(Event(*event) for event in told.events))
