"""What follows from a trace: where the SYNs end, who ends them, and whether that is shown.

A place is told as two hops, and both of them are part of it. A hop that answers says only that the SYN came in there:
routers count hops before they filter. So whatever ended it may be that hop as it passes on, the next one as it takes
in, or something between them that is no hop.
"""

from dataclasses import dataclass
from enum import StrEnum

from agent.hops.seen import Traced, Walk
from probes.hops import Answer, Said


class End(StrEnum):
    """How it ends."""

    OPEN = "open"
    RESET = "reset"
    INJECTED = "injected-reset"  # nearer than the address itself
    REFUSED = "refused"
    NO_WAY = "no-way"
    LOOP = "loop"
    SILENCE = "silence"
    FAULT = "local-fault"
    UNFINISHED = "interrupted"


@dataclass(frozen=True, slots=True)
class Ending:
    """`shown`: the evidence reaches. `hops`: with how few it was said; None: with none of those that were asked.

    `after`, `before`: it happens at these hops or between them; `after` 0 is this host, `before` None is not known.
    `told`: the answer that ended it, where there is one.
    """

    end: End
    shown: bool
    after: int | None = None
    before: int | None = None
    hops: int | None = None
    told: Answer | None = None


# What one attempt may say, by how much it tells; where attempts differ, the first of these counts.
ORDER = (Said.OPEN, Said.RESET, Said.REFUSED, Said.NO_WAY, Said.HOP, Said.FAULT, Said.UNSENT, Said.SILENCE)
ENDS = {Said.OPEN: End.OPEN, Said.REFUSED: End.REFUSED, Said.NO_WAY: End.NO_WAY, Said.UNSENT: End.NO_WAY}


def ending(traced: Traced) -> Ending:
    """Of one address."""
    walk = traced.walk
    if traced.interrupted or not walk.knocks:
        return Ending(End.UNFINISHED, shown=False)
    told = min(walk.told, key=lambda answer: ORDER.index(answer.said))
    if told.said is Said.SILENCE:
        return _silence(walk, traced.control)
    if told.said is Said.RESET:
        return _reset(walk, traced.control, told)
    if told.said is Said.HOP:
        return Ending(End.LOOP, _in_circles(walk), told=told)
    if told.said is Said.FAULT:
        return Ending(End.FAULT, shown=False, told=told)
    hops = walk.first(told.said)
    return Ending(ENDS[told.said], True, walk.last_hop(hops), hops, hops, told)


def decisive(walk: Walk, control: Walk | None) -> int | None:
    """The hop at which the port and the control part, if both came by the same way until then. None: they do not."""
    said = {answer.said for answer in walk.told}
    if control is None or Said.OPEN in said:
        return None
    reset = walk.first(Said.RESET)
    if reset is not None:
        apart = control.only(Said.HOP, reset) and walk.never(Said.HOP, reset)
        held = all(any(answer.said is Said.RESET for answer in answers) for answers in walk.again)
        return reset if apart and held and _together(walk, control, walk.last_hop(reset)) else None
    if said != {Said.SILENCE}:
        return None
    last = walk.last_hop()
    farther = range(last + 1, len(control.hops) + 1)
    hop = next((each for each in farther if Said.HOP in {answer.said for answer in control.at(each)}), None)
    apart = hop is not None and walk.only(Said.SILENCE, hop) and control.only(Said.HOP, hop)
    return hop if apart and _together(walk, control, last) else None


def _silence(walk: Walk, control: Walk | None) -> Ending:
    hop = decisive(walk, control)
    return Ending(End.SILENCE, hop is not None, walk.last_hop(), hop)


def _reset(walk: Walk, control: Walk | None, told: Answer) -> Ending:
    """Its own only where the control is accepted with just as many hops, and no hop before is silent to this port
    alone; a device's where the control meets a router there.

    A device may give its reset as many hops as the SYN had left. Then only SYNs that may go about twice as far as it
    stands are answered, and those before them are met with silence.
    """
    hops = walk.first(Said.RESET)
    if decisive(walk, control) is not None:
        return Ending(End.INJECTED, True, walk.last_hop(hops), hops, hops, told)
    own = hops is not None and control is not None and control.first(Said.OPEN) == hops
    came = control is not None and walk.last_hop(hops) >= control.last_hop(hops)
    return Ending(End.RESET, own and came, walk.last_hop(hops), hops, hops, told)


def _in_circles(walk: Walk) -> bool:
    """Whether some router was met at two hops."""
    met = [sender for hop in range(1, len(walk.hops) + 1) for sender in walk.senders(hop)]
    return len(set(met)) < len(met)


def _together(walk: Walk, control: Walk, hop: int) -> bool:
    """Whether some of both came by the same hop; this host is one that they share."""
    return hop == 0 or bool(set(walk.senders(hop)) & set(control.senders(hop)))
