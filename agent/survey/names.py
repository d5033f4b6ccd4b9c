"""Does a peer's name mean the same machine forward, in reverse and short? MSDTC calls back by the short one. Pure.

A finding needs two answers that differ, or one that is "there is none" where another names the machine. So nothing is
said of an address without a reverse name (common, and MSDTC calls back by name), of a look-up without an answer
(the name service's trouble, not the peer's), of loopback and link-local addresses, and of names that the file itself
gives for an address: a cluster's may have the name of the cluster or of a node.
"""

import ipaddress
from collections.abc import Iterable, Iterator, Mapping

from agent.found.finding import Finding, Kind
from agent.survey.called import NETBIOS, Peer, are_one, folded, label_of, spelled
from probes.resolve import Answer, literal

MOST_REVERSED = 16  # addresses of a peer
MOST_SHOWN = 4  # names or addresses in a sentence
LONGEST_SHOWN = 60  # characters of a name from the network

Answers = Mapping[str, Answer]


def to_look_up(peer: Peer) -> tuple[str, ...]:
    """The names to ask for. None if no name service can know the peer's addresses."""
    if not peer.names and not _comparable(peer.addresses):
        return ()
    shorts = (label[:NETBIOS] for label in peer.labels)
    return tuple(dict.fromkeys((*peer.names, *shorts)))


def to_reverse(peer: Peer, forward: Answers) -> tuple[str, ...]:
    """The addresses to ask for, once the names are known."""
    return tuple(_origins(peer, forward))[:MOST_REVERSED] if peer.labels else ()


def names_findings(peer: Peer, forward: Answers, reverse: Answers) -> list[Finding]:
    """`forward` by what was looked up, `reverse` by address. A question without an entry got no answer."""
    return [*_too_long(peer, forward), *_short(peer, forward, reverse), *_reversed(peer, forward, reverse)]


def _too_long(peer: Peer, forward: Answers) -> Iterator[Finding]:
    """Of what the machine is called. Beside an address that is a name, the host's own name may be but a word for it."""
    called = [label_of(name) for name in peer.names] or peer.labels
    for label in dict.fromkeys(label for label in called if len(label) > NETBIOS):
        cut = label[:NETBIOS]
        answer = forward.get(cut)
        where = _comparable(answer.found) if answer else set()
        if where & set(_origins(peer, forward)):
            continue
        leads = f", and {_given(answer)}" if answer and (answer.found or answer.denied) else ""
        yield Finding(
            peer.name,
            Kind.NAME_TOO_LONG,
            f"The name {label} has {len(label)} characters and NetBIOS carries {NETBIOS}: MSDTC calls it {cut}{leads}.",
            f"Make {cut} lead to the same addresses, or give the machine a name of at most {NETBIOS} characters. "
            "If it is an alias only, use the machine's own name in the file.",
        )


def _short(peer: Peer, forward: Answers, reverse: Answers) -> Iterator[Finding]:
    for label in peer.labels:
        answer = forward.get(label)
        if answer is None:
            continue
        if answer.denied:
            yield from _unresolved(peer, answer, forward, reverse)
        elif _elsewhere(peer, answer, forward):
            yield Finding(
                peer.name,
                Kind.NAMES_DISAGREE,
                f"{_given(answer)}, but {_configured(peer, label, forward)}.",
                f"MSDTC calls back by the short name: make {label} lead to the addresses that are probed, in the name "
                "service or by the order of this host's DNS suffixes; or correct the address in the file.",
            )


def _unresolved(peer: Peer, answer: Answer, forward: Answers, reverse: Answers) -> Iterator[Finding]:
    """Only of a name that the name service knows in another form."""
    known = next(_known(peer, answer.asked, forward, reverse), None)
    if known is not None:
        yield Finding(
            peer.name,
            Kind.SHORT_NAME_UNRESOLVED,
            f"{known}, but the short name {answer.asked} gives no address ({answer.detail}).",
            f"MSDTC calls back by the short name: add the DNS suffix to this host's search list, or {answer.asked} to "
            "the name service.",
        )


def _known(peer: Peer, label: str, forward: Answers, reverse: Answers) -> Iterator[str]:
    for name in peer.names:
        answer = forward.get(name)
        if answer and answer.found and are_one(label_of(name), label):
            yield _given(answer)
    for address, names in reverse.items():
        known = [name for name in names.found if are_one(label_of(name), label)]
        if known:
            yield f"{address} has the name {_shown(known)}"


def _elsewhere(peer: Peer, answer: Answer, forward: Answers) -> bool:
    """No address in common, though both have some of the same kind, and all that the file gives is known."""
    answers = [forward.get(name) for name in peer.names]
    if not all(each and (each.found or each.denied) for each in answers):
        return False
    ours, theirs = set(_origins(peer, forward)), _comparable(answer.found)
    return not ours & theirs and bool({":" in each for each in ours} & {":" in each for each in theirs})


def _reversed(peer: Peer, forward: Answers, reverse: Answers) -> Iterator[Finding]:
    """An address whose names are none of those that the file has for it."""
    ours = {folded(label) for label in (*peer.labels, *map(label_of, peer.also))}
    if not peer.labels:
        return
    for address, origin in _origins(peer, forward).items():
        answer = reverse.get(address)
        if answer and answer.found and not any(folded(label_of(name)) in ours for name in answer.found):
            yield Finding(
                peer.name,
                Kind.NAMES_DISAGREE,
                f"{origin}, but the name of that address in reverse is {_shown(answer.found)}.",
                "Correct the reverse record or the address. If that is the machine's own name, use it in the file: "
                "MSDTC calls back by it, so it must lead there too.",
            )


def _origins(peer: Peer, forward: Answers) -> dict[str, str]:
    """The peer's addresses, each with how the file comes to it."""
    found: dict[str, str] = {}
    for each in peer.addresses:
        named = literal(each) is None
        answer = forward.get(each)
        given = (answer.found if answer else ()) if named else (each,)
        for address in filter(_is_telling, map(spelled, given)):
            found.setdefault(
                address, f"{each} gives {address}" if named else f"{peer.name} is at {address} in the file"
            )
    return found


def _configured(peer: Peer, label: str, forward: Answers) -> str:
    """What the file says, with the answer for the same label before others."""
    names = sorted(peer.names, key=lambda name: not are_one(label_of(name), label))
    found = [forward[name] for name in names if forward[name].found]
    return _given(found[0]) if found else f"{peer.name} is at {_shown(_origins(peer, forward))} in the file"


def _given(answer: Answer) -> str:
    return f"{answer.asked} gives {_shown(answer.found) if answer.found else f'no address ({answer.detail})'}"


def _comparable(addresses: Iterable[str]) -> set[str]:
    """In their usual spelling, without those that mean another machine elsewhere."""
    return {plain for plain in map(spelled, addresses) if _is_telling(plain)}


def _is_telling(address: str) -> bool:
    found = ipaddress.ip_address(address)
    return not (found.is_loopback or found.is_link_local)


def _shown(texts: Iterable[str]) -> str:
    """Bounded here; whoever prints it escapes it."""
    shown = [text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1]}…" for text in texts]
    more = len(shown) - MOST_SHOWN
    return ", ".join(shown) if more <= 0 else f"{', '.join(shown[:MOST_SHOWN])} and {more} more"
