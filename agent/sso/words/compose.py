"""How a machine stands in the SSO system, in sentences: what was seen, what works, what does not, and what not to do.

Names and times are bounded and made plain where they are filled in (`facts`); the sentences are `rows`' and `beside`'s.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from agent.sso.standing import Standing
from agent.sso.state import UNSEEN, Why
from agent.sso.ways import Way
from agent.sso.words.added import Added, To, of_cluster, of_contact, of_instances, of_processing, of_way
from agent.sso.words.availability import availability_words
from agent.sso.words.databases import by_way, databases_in_short, of_databases
from agent.sso.words.events import NO_CONTACT, NO_DATABASE, NO_SECRET, NO_START, Event, events
from agent.sso.words.facts import facts_of, is_known, moment
from agent.sso.words.rows import row


@dataclass(frozen=True, slots=True)
class Words:
    """Plain sentences, bounded; empty where there is nothing to say. `events`: which of the SSO service's to expect."""

    headline: str
    seen: str = ""
    works: str = ""
    fails: str = ""
    avoid: str = ""
    remedy: str = ""
    availability: str = ""
    events: tuple[Event, ...] = ()


def words(standing: Standing, now: float) -> Words:
    """`now` is UTC."""
    facts = facts_of(standing, now)
    own = row(standing.why, standing.part.place)
    said: dict[str, list[str]] = {to: [getattr(own, to).format_map(facts)] for to in To}
    for to, sentence in _beside(standing, facts):
        said[to].append(sentence)
    return Words(
        headline=_headline(standing, facts, own.short.format_map(facts), now),
        availability=availability_words(standing),
        events=events(*own.events, *_expected(standing)),
        **{to: " ".join(filter(None, sentences)) for to, sentences in said.items()},
    )


def _beside(standing: Standing, facts: dict[str, str]) -> Added:
    if standing.why is Why.NO_PART:
        return
    yield from of_way(standing, facts)
    yield from of_contact(standing)
    yield from of_cluster(standing)
    yield from of_processing(standing)
    yield from of_instances(standing)
    yield from of_databases(standing)


def _expected(standing: Standing) -> Iterator[str]:
    """The ids of events that follow from the ways, whatever the row."""
    if standing.why in (Why.PASSIVE, Why.NO_PART):
        return
    starts = standing.why is Why.STOPPED
    if by_way(standing, Way.SHUT):
        yield from NO_START if starts else NO_DATABASE
    if standing.master.way is Way.SHUT and (starts or standing.why in UNSEEN):
        yield from (*NO_CONTACT, *NO_SECRET)


def _headline(standing: Standing, facts: dict[str, str], short: str, now: float) -> str:
    since = standing.since
    began = f" since {moment(since, now)}" if since is not None and is_known(since, now) else ""
    what = f"{short}{databases_in_short(standing)}"
    return f"SSO service {facts['service']} on {facts['here']}: {standing.state} ({what}){began}."
