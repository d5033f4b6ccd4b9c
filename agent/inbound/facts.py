"""What the sentences of an inbound result may name."""

from collections.abc import Mapping

from agent.ground.path import Check, Path
from agent.ground.ports import NO_PORTS
from agent.ground.text import timestamp
from agent.inbound.words import DOORS
from agent.judge.amounts import some
from agent.judge.verdict import Judgement
from agent.judge.words import SPOKEN


def facts_of(path: Path, here: str, judged: Judgement, found: float) -> Mapping[str, str]:
    """`here`: the host of ours that was asked; `found`: UTC."""
    facts = {
        "peer": path.peer,
        "here": here,
        "service": SPOKEN[path.check],
        "ports": _ports(path, judged),
        "sender": judged.rejected_by or "a device on the way",
        "at": timestamp(found),
    }
    return {**facts, "door": DOORS[path.check].format_map(facts)}


def _ports(path: Path, judged: Judgement) -> str:
    """Of a range those that something is wrong with. The port of a service or an instance may not be known here."""
    wrong = judged.blocked or judged.suspect if judged.cause else NO_PORTS
    shown = wrong or path.ports
    if shown:
        return f"TCP {some(shown.texts())}"
    return f"the port of instance {path.port}" if path.check is Check.SQL else "the port of the service"


def range_words(judged: Judgement, size: int, *, cut_short: bool) -> list[str]:
    """Sentences about the intervals of a range of so many ports."""
    told = [f"TCP {some(judged.passes.texts())} pass."] if judged.passes and judged.blocked else []
    told += [f"Suspect: TCP {some(judged.suspect.texts())}."] if judged.suspect else []
    if judged.blocked or judged.suspect:
        told.append("Every edge was found and asked again." if judged.confirmed else "Not every edge is confirmed.")
    told += ["There are more intervals than could be told."] if cut_short else []
    missed = (
        f"; a shut run of up to {judged.largest_untested:,} ports could be missed" if judged.largest_untested else ""
    )
    return [*told, f"{judged.tested:,} of {size:,} ports tested{missed}."]
