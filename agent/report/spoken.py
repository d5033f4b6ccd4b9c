"""What things are called for people, at a terminal and on the page alike."""

from agent.ground.path import Check, Path
from agent.judge.verdict import Proof, Verdict
from agent.judge.words import SERVICE

EVIDENCE = {Proof.HELD: "both ends", Proof.NATURAL: "known service", Proof.REPLY: "one end only", Proof.NONE: "none"}
SUMMARY = {
    Verdict.REACHABLE: "Everything that was asked is reachable.",
    Verdict.INCONCLUSIVE: "Nothing is shown to be shut, but not everything is shown to be open.",
    Verdict.PENDING: "Nothing has been asked yet.",
}


def service(path: Path) -> str:
    """`SQL Server (1433)`, `Secondary RPC ports`."""
    shown = path.check in (Check.SQL, Check.EPM)
    return f"{SERVICE[path.check]} ({path.port})" if shown else SERVICE[path.check]
