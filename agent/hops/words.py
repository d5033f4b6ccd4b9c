"""What a trace comes to in sentences. Each names what else would look the same."""

from collections.abc import Callable, Iterator

from agent.ground.text import plain
from agent.hops.ending import End, Ending
from agent.hops.seen import Traced, Walk
from probes.hops import Said

INTERRUPTED = "Interrupted: nothing follows from what was seen by then."
LOOP = "goes in circles: it is passed on until it may go no farther. The routers there know no way, or a wrong one."
TOO_FAR = (
    "is passed on until it may go no farther, and no router was met twice. A loop that answers seldom, a way that is"
    " too long, or a device that takes hops from it would look the same."
)
OPEN = "Nothing on the way drops or refuses it. A device in front that accepts for the peer would look the same."
AT_TIMES = "Not every attempt was accepted, see below. A device in front that accepts for the peer would look the same."
OWN = (
    "the control is accepted from just as far. The host itself refuses, as where nobody listens at that port. A"
    " firewall that resets, on the host or on the last hop before it, or a device there that answers for the host,"
    " would look the same."
)
COPIED = (
    "Hop {hop} answers the control and not this port: so does a device before it look that resets, and gives its reset"
    " no more hops than the SYN had left; it is then nearer than it seems. "
)
WHOSE = "It is the host's own, as where nobody listens; or that of a device on the way, which would look the same."
INJECTED = (
    "with as many hops the control still meets a router, so a device on the way resets in the peer's name. A load"
    " balancer that has this port elsewhere, or a shorter way for this port, would look the same."
)
REFUSED = "Whoever forges that address would look the same."
NO_WAY = (
    "There is no way to the peer from there, or the peer is down; a device that refuses with this code looks alike."
)
FAULT = "It could not be tried from this host"
SHUT = (
    "hop {before} answers the control, and never this port. So it is dropped by {after} as it passes it on, by hop"
    " {before} as it takes it in, or by a device between them that is no hop. A way of its own for this port, or a"
    " device that lets it go farther than its hops allow, or drops what hops say of it, would look the same."
)
ALIKE = (
    "A device at or behind {after} may drop it; or the peer's own firewall does; or nobody listens there and the peer"
    " resets nobody; or the peer is down, or takes no more connects now; or the answers are lost on their way back; or"
    " the hops there answer nobody."
)
DIFFER = "Several ways, of which not every one does the same, lost packets, or a limit on connects look like this."
FARTHER = "Do compare with a port that passes: --control PORT."
HERE = "this host"


def sentences(traced: Traced, ending: Ending) -> list[str]:
    """What it comes to, and what there is to know beside it."""
    return [WORDS[ending.end](traced, ending), *_notes(traced)]


def _open(traced: Traced, ending: Ending) -> str:
    always = {answer.said for answer in traced.walk.told} == {Said.OPEN}
    return f"{_what(traced)} is open{_far(ending)}. {OPEN if always else AT_TIMES}"


def _reset(traced: Traced, ending: Ending) -> str:
    head = f"{_what(traced)} is reset{_far(ending)}"
    if ending.shown and traced.control is not None:
        return f"{head}, and TCP {traced.control.port} as {OWN}"
    return f"{head}. {WHOSE} {_copied(traced, ending)}{_of_control(traced)}"


def _copied(traced: Traced, ending: Ending) -> str:
    farther = traced.control.last_hop(ending.hops) if traced.control is not None else 0
    return COPIED.format(hop=farther) if farther > traced.walk.last_hop(ending.hops) else ""


def _injected(traced: Traced, ending: Ending) -> str:
    head = f"{_what(traced)} is reset{_far(ending)}; {INJECTED}"
    return f"{head} It happens {_place(traced, ending)}. {_of_control(traced)}"


def _refused(traced: Traced, ending: Ending) -> str:
    known = ending.told is not None and _is_known(traced, ending.told.sender)
    place = "" if known else f" It happens {_place(traced, ending)}."
    return f"{_what(traced)} is refused{_by(traced, ending)}.{place} {REFUSED}"


def _no_way(traced: Traced, ending: Ending) -> str:
    return f"{_what(traced)} finds no way{_by(traced, ending)}. {NO_WAY}"


def _loop(traced: Traced, ending: Ending) -> str:
    words = LOOP if ending.shown else TOO_FAR
    return f"{_what(traced)} {words} The last who said so: {plain(ending.told.detail, 300) if ending.told else ''}."


def _silence(traced: Traced, ending: Ending) -> str:
    last = _hop(traced, ending.after or 0)
    if ending.shown:
        before = _hop(traced, ending.before or 0)
        words = SHUT.format(after=f"hop {ending.after}" if ending.after else HERE, before=ending.before)
        return f"{_what(traced)} dies between {last} and {before}: {words} {_of_control(traced)}"
    head = f"{_what(traced)} is silent, and no hop answers for it" if not ending.after else ""
    head = head or f"{_what(traced)} is silent; the last hop that answers is {last}"
    return f"{head}. {ALIKE.format(after=last)} {_of_control(traced)}"


def _fault(traced: Traced, ending: Ending) -> str:
    return f"{_what(traced)}: {FAULT}: {plain(ending.told.detail, 300) if ending.told else ''}."


def _unfinished(traced: Traced, ending: Ending) -> str:
    del ending
    return f"{_what(traced)}: {INTERRUPTED}"


WORDS: dict[End, Callable[[Traced, Ending], str]] = {
    End.OPEN: _open,
    End.RESET: _reset,
    End.INJECTED: _injected,
    End.REFUSED: _refused,
    End.NO_WAY: _no_way,
    End.LOOP: _loop,
    End.SILENCE: _silence,
    End.FAULT: _fault,
    End.UNFINISHED: _unfinished,
}


def _what(traced: Traced) -> str:
    return f"TCP {traced.walk.port} of {traced.address}"


def _far(ending: Ending) -> str:
    return "" if ending.hops is None else f", {_hops(ending.hops)} away"


def _hops(count: int) -> str:
    return "1 hop" if count == 1 else f"{count} hops"


def _hop(traced: Traced, hop: int) -> str:
    """With its addresses, from whichever way knows them."""
    if not hop:
        return HERE
    walks = [traced.walk] if traced.control is None else [traced.walk, traced.control]
    known = list(dict.fromkeys(sender for walk in walks for sender in walk.senders(hop)))
    return f"hop {hop} ({' or '.join(known)})" if known else f"hop {hop}"


def _place(traced: Traced, ending: Ending) -> str:
    if ending.before is None:
        return f"at {_hop(traced, ending.after or 0)} or behind it"
    after, before = ending.after or 0, ending.before
    return f"at {_hop(traced, after)} as it passes on, at hop {before} as it takes in, or between them"


def _is_known(traced: Traced, sender: str | None) -> bool:
    return sender == traced.address or traced.walk.hop_of(sender) is not None


def _by(traced: Traced, ending: Ending) -> str:
    if ending.told is None:
        return ""
    hop = traced.walk.hop_of(ending.told.sender)
    who = f", which is hop {hop}" if hop else ""
    if ending.told.sender == traced.address:
        who = ", the peer's own address"
    return f": {plain(ending.told.detail, 300)}{who}"


def _of_control(traced: Traced) -> str:
    """How far the control came, in words: without one, how to have it."""
    control = traced.control
    if control is None or not control.knocks:
        return FARTHER
    name, accepted, reset = f"The control, TCP {control.port},", control.first(Said.OPEN), control.first(Said.RESET)
    if Said.OPEN in control.said:
        away = f", {_hops(accepted)} away" if accepted else ""
        if accepted and accepted <= traced.walk.last_hop():
            return f"{name} is accepted{away}: nearer than this port came, so by a device on the way. {FARTHER}"
        return f"{name} is accepted{away}: the way there carries other ports."
    if Said.RESET in control.said:
        away = f", {_hops(reset)} away" if reset else ""
        return f"{name} is reset{away}: by the peer, or by a device on the way."
    if control.last_hop() > traced.walk.last_hop():
        return f"{name} comes to {_hop(traced, control.last_hop())}, and nothing answers it there."
    return f"{name} comes no farther, so it shows nothing. {FARTHER}"


def _notes(traced: Traced) -> Iterator[str]:
    walk = traced.walk
    forks = [hop for hop in range(1, len(walk.hops) + 1) if len(walk.senders(hop)) > 1]
    if forks:
        several = "; ".join(f"hop {hop}: {', '.join(walk.senders(hop))}" for hop in forks)
        yield f"There are several ways, as where routers choose by this host's port: {several}."
    if len({answer.said for answer in walk.told}) > 1:
        yield f"Attempts differ: {_counted(walk)}. {DIFFER}"


def _counted(walk: Walk) -> str:
    said = [answer.said for answer in walk.told]
    return ", ".join(f"{said.count(each)} {each}" for each in dict.fromkeys(said))
