"""Whether the loader would take it. What it says against an answer is what the person reads."""

from datetime import date
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from agent.config.fields import Day, File, Instance
from agent.config.load import parse
from agent.config.mistakes import ConfigError
from agent.draft.answers import Draft
from agent.draft.text import text
from agent.ground.roles import Role

MOST_SHOWN = 5  # of the loader's mistakes

_T = TypeVar("_T")
_DAY: TypeAdapter[date] = TypeAdapter(Day)
_INSTANCE: TypeAdapter[str] = TypeAdapter(Instance)
_FILE: TypeAdapter[object] = TypeAdapter(File)


def day(written: str) -> date:
    """ValueError."""
    return _valid(_DAY, written)


def instance_name(written: str) -> str:
    """ValueError."""
    return _valid(_INSTANCE, written)


def path(written: str) -> str:
    """As it was written: where it is relative, that is to the file. ValueError."""
    _valid(_FILE, written)
    return written


def _valid(adapter: TypeAdapter[_T], written: str) -> _T:
    try:
        return adapter.validate_python(written)
    except ValidationError as error:
        raise ValueError(str(error.errors(include_url=False)[0]["ctx"]["error"])) from None


def mistakes(draft: Draft) -> list[str]:
    """What the loader says against the file as it would be written."""
    try:
        parse(text(draft), "draft")
    except ConfigError as error:
        return [f"{mistake.path}: {mistake.message}" if mistake.path else mistake.message for mistake in error.mistakes]
    return []


def fits(draft: Draft) -> Draft:
    """The draft, if all that is answered so far goes together. ValueError."""
    if draft.site and draft.with_role(Role.MASTER_SECRET):  # without them the loader would only miss those
        found = mistakes(draft)
        if found:
            raise ValueError("; ".join(found[:MOST_SHOWN]))
    return draft
