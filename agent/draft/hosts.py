"""Machines as people write them: NAME, NAME=ADDRESS, NAME=ADDRESS+ADDRESS@ZONE. Raises ValueError with a sentence."""

import re
import unicodedata
from dataclasses import replace
from typing import TypeVar

from agent.config.address import address, word
from agent.draft.answers import Entry, Machine

MOST = 1000  # hosts and nodes of a file that is asked for; a larger one is made by whatever has the list
LONGEST = 253  # letters of a name in DNS

_T = TypeVar("_T")
_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "AE", "Ö": "OE", "Ü": "UE", "ß": "ss"})


def split_zone(text: str) -> tuple[str, str | None]:
    """What stands before `@ZONE`, and the zone."""
    rest, at, zone = text.partition("@")
    return rest.strip(), word(zone.strip()) if at else None


def split_name(text: str) -> tuple[str | None, str]:
    """What stands before and behind `=`; None before it: nothing does."""
    name, equals, rest = text.partition("=")
    return (word(name.strip()), rest.strip()) if equals else (None, text)


def machine(text: str) -> tuple[Machine, tuple[str, ...]]:
    """One machine, and what has to be said about it."""
    name, rest = split_name(text)
    if name is None:
        return _by_itself(text)
    found = [_in_dns(each.strip()) for each in rest.split("+")]
    notes = [note for _, said in found for note in said]
    return Machine(name, tuple(dict.fromkeys(address(each) for each, _ in found))), tuple(notes)


def _by_itself(text: str) -> tuple[Machine, tuple[str, ...]]:
    """Its address is its name, where that can be one."""
    found, notes = _in_dns(text)
    try:
        return Machine(word(found)) if found == text else Machine(_as_word(text), (address(found),)), notes
    except ValueError as error:
        try:
            return Machine(_as_word(found), (address(found),)), notes
        except ValueError:
            raise error from None


def _in_dns(text: str) -> tuple[str, tuple[str, ...]]:
    """A name with other letters than English ones, as it is looked up."""
    if text.isascii() or len(text) > LONGEST:
        return text, ()
    try:
        found = text.encode("idna").decode("ascii")
    except UnicodeError:
        return text, ()
    return found, (f"{text} is looked up as {found}; if your DNS has it otherwise, write NAME=ADDRESS",)


def _as_word(text: str) -> str:
    """A name that can be a label, as near to the text as that goes."""
    plain = unicodedata.normalize("NFKD", text.translate(_LETTERS)).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[^A-Za-z0-9._-]", "-", plain)[:63].lstrip(".-") or "host"


def joined(hosts: tuple[Entry, ...], new: Entry) -> tuple[Entry, ...]:
    """With one more, or with more known of one that is there: a machine may have several roles."""
    name, alone = new.name.casefold(), _all_that_was_written(new.machine)
    for index, old in enumerate(hosts):
        if old.name.casefold() == name or alone in [each.casefold() for each in old.machine.addresses]:
            return (*hosts[:index], _both(old, new), *hosts[index + 1 :])
    return counted((*hosts, new))


def with_node(hosts: tuple[Entry, ...], cluster: str, node: Machine) -> tuple[Entry, ...]:
    """With one more node of the cluster."""
    for index, entry in enumerate(hosts):
        if entry.name.casefold() == cluster.casefold():
            return counted((*hosts[:index], replace(entry, nodes=(*entry.nodes, node)), *hosts[index + 1 :]))
    raise ValueError(f"no host is called {cluster[:80]}; a cluster's name is one of the hosts named before")


def counted(hosts: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """All of them, if they are not too many."""
    if sum(1 + len(entry.nodes) for entry in hosts) > MOST:
        raise ValueError(f"more than {MOST:,} hosts and nodes; so large a file is better made from your inventory")
    return hosts


def _all_that_was_written(new: Machine) -> str | None:
    """The address, where no name was written: another host with that address is this one."""
    (written, *more) = new.addresses or (new.name,)
    return written.casefold() if not more and _as_word(written) == new.name else None


def _both(old: Entry, new: Entry) -> Entry:
    roles = tuple(dict.fromkeys((*old.roles, *new.roles)))
    named = old.name.casefold() == new.name.casefold()
    given = new.machine.addresses if named else ()
    return replace(
        old,
        machine=Machine(old.name, _one(old.name, "address", old.machine.addresses, given)),
        roles=roles,
        zone=_one(old.name, "zone", old.zone, new.zone),
        port=new.port or old.port,
        instance=new.instance or old.instance,
    )


def _one(name: str, what: str, old: _T, new: _T) -> _T:
    if old and new and old != new:
        raise ValueError(f"{name} has another {what} already; one machine has one description")
    return old or new
