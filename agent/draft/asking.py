"""The answers: from options, from a person, from what is suggested."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from agent.draft.answers import Draft, Taken
from agent.draft.checked import mistakes
from agent.draft.here import Here
from agent.draft.questions import QUESTIONS, Question, Suggestion
from agent.draft.taking import NONE, NOTHING
from agent.ground.text import plain

MOST = 64 * 1024  # letters of an answer: a thousand hosts with their addresses
LONGEST_TOLD = 2000

Given = Mapping[str, str]  # option, text


class Person(Protocol):
    """Somebody who reads and types. `ask` raises EOFError where nothing more is typed."""

    def ask(self, prompt: str) -> str: ...
    def say(self, line: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Answers:
    """`wrong`: what is missing or wrong, a line each; then the draft is not to be used."""

    draft: Draft
    notes: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()


def alone(given: Given, here: Here) -> Answers:
    """Without anybody to ask: what was given, else what is sure."""
    draft, notes, wrong = Draft(), list[str](), list[str]()
    for question in QUESTIONS:
        suggestion = question.suggests(draft, here)
        suggested = suggestion.text if suggestion.sure else ""
        text = given.get(question.option, suggested)
        if not text and question.option not in given:
            if not question.optional:
                wrong.append(f"--{question.option} is missing: {question.asks}")
            continue
        if question.option not in given and suggestion.why:
            notes.append(f"--{question.option} {plain(text)}: {suggestion.why}")
        try:
            taken = take(question, draft, text, here)
        except ValueError as error:
            wrong.append(f"--{question.option}: {_told(error)}")
        else:
            draft, notes = taken.draft, [*notes, *taken.notes]
    return _complete(Answers(draft, tuple(notes), tuple(wrong)))


def asked(given: Given, here: Here, person: Person) -> Answers:
    """What was not given is asked, again and again until it is right. EOFError."""
    draft = Draft()
    for question in QUESTIONS:
        if question.option not in given:
            taken = _ask(question, draft, here, person)
        else:
            try:
                taken = take(question, draft, given[question.option], here)
            except ValueError as error:
                return Answers(draft, (), (f"--{question.option}: {_told(error)}",))
        for note in taken.notes:
            person.say(f"  {plain(note, LONGEST_TOLD)}")
        draft = taken.draft
    return _complete(Answers(draft))


def take(question: Question, draft: Draft, text: str, here: Here) -> Taken:
    """ValueError."""
    if len(text) > MOST:
        raise ValueError(f"longer than {MOST:,} letters")
    written = text.replace("\t", " ").strip()
    if not written.isprintable():
        raise ValueError("control characters cannot stand in it")
    if question.optional and written.casefold() in (NOTHING, NONE):
        return Taken(draft)
    return question.take(draft, written, here)


def _ask(question: Question, draft: Draft, here: Here, person: Person) -> Taken:
    suggestion = question.suggests(draft, here)
    if suggestion.why:
        person.say(f"  {plain(suggestion.text)}: {suggestion.why}")
    while True:
        text = person.ask(_prompt(question, suggestion))
        if text.strip() == "?":
            for line in question.explains.splitlines():
                person.say(f"  {line}")
            continue
        try:
            return take(question, draft, text if text.strip() else suggestion.text, here)
        except ValueError as error:
            person.say(f"  {_told(error)}")


def _prompt(question: Question, suggestion: Suggestion) -> str:
    if not suggestion.text:
        return f"{question.asks}: "
    return f"{question.asks} [{NONE if suggestion.text == NOTHING else plain(suggestion.text)}]: "


def _complete(answers: Answers) -> Answers:
    """Whatever single answers could not show, the loader says of the whole."""
    found = () if answers.wrong else tuple(mistakes(answers.draft))
    return replace(answers, wrong=found) if found else answers


def _told(error: ValueError) -> str:
    return plain(str(error), LONGEST_TOLD)
