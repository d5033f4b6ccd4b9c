"""What could be said of a site though it is not so, or though more could be known: for tests of the comparison."""

from collections.abc import Callable, Iterable
from typing import Any

from agent.ground.path import Check

from .case import MAPPER, SQL, Case, Far, Fate, Limited, Loss, Machine, Peer, Shut
from .compare import Judged, compare
from .grade import WRONG, Grade
from .teller import change, path_of, told

ROUTER = "198.51.100.1"
MASTER = "203.0.113.2"
FIRST, LAST, SERVICE = 20_000, 20_255, 20_100
CUT = Shut(20_040, 20_089, Fate.DROP)
Lie = Callable[[dict[str, Any]], None]


def site(*shuts: Shut, far: Far = Far.AGENT, stopped: int = 0, **machine: Any) -> Case:
    """One master that is a database, too. `stopped`: a port where nobody listens."""
    services = frozenset({MAPPER, SQL, SERVICE} - {stopped})
    one = Machine(MASTER, "MSS", shuts, services, **machine)
    peer = Peer("MSS", ("master-secret", "sso-database"), (one,), far)
    return Case(0, 0, 4, (peer,), FIRST, LAST, SERVICE, samples=8, timeout=2_000, key=True)


def lies(check: Check, **fields: object) -> Lie:
    return lambda document: change(path_of(document, check), **fields)


def grades(case: Case, *lies: Lie) -> list[Judged]:
    document = told(case)
    for lie in lies:
        lie(document)
    return compare(case, document)


def wrong(judged: Iterable[Judged]) -> set[tuple[str, Grade]]:
    """By check."""
    return {(each.path.split()[1], each.grade) for each in judged if each.grade in WRONG}


RANGE, SQL_CHECK = Check.RPC_RANGE, Check.SQL
REFUSED = {"verdict": "blocked", "cause": "icmp-reject", "rejected_by": ROUTER}
DROPPED = {"verdict": "blocked", "cause": "silent-drop"}
PASSES = {"verdict": "reachable", "cause": None}
UNKNOWN = {"verdict": "inconclusive", "cause": "no-known-listener", "evidence": "none", "confirmed": False}
WHOLE = [f"{FIRST}-{LAST}"]
EDGES = {"blocked": ["20040-20089"], "passes": ["20000-20039", "20090-20255"]}
NONE = {"blocked": [], "passes": [], "confirmed": False}
ONE_END = {"evidence": "reply"}


def only(port: int, fate: Fate, code: str = "") -> Shut:
    return Shut(port, port, fate, code)


# A site, and what is said of it though it is not so.
FALSE_BLOCKED = {
    "open, said to be refused": (site(), lies(SQL_CHECK, **REFUSED)),
    "open, said to be dropped": (site(), lies(Check.EPM, **DROPPED)),
    "open and lossy, said to be dropped": (site(loss=Loss(20, there=True, back=True)), lies(Check.EPM, **DROPPED)),
    "open behind a limit, said to be dropped": (site(limited=Limited.SYN, rate=2), lies(Check.EPM, **DROPPED)),
    "stopped, said to be dropped": (site(stealth=True, stopped=SQL), lies(SQL_CHECK, **DROPPED)),
    "a dead host, said to be refused": (site(dead=True), lies(SQL_CHECK, **REFUSED)),
    "no way, said to be refused": (site(only(SQL, Fate.NO_WAY, "host-unreachable")), lies(SQL_CHECK, **REFUSED)),
    "refused by somebody else": (
        site(only(SQL, Fate.REFUSE, "admin-prohibited")),
        lies(SQL_CHECK, **REFUSED | {"rejected_by": "198.51.100.77"}),
    ),
    "our own firewall, said to be theirs": (site(only(SQL, Fate.OWN_DROP)), lies(SQL_CHECK, **DROPPED)),
    "an open range, said to be dropped": (
        site(),
        lies(RANGE, **DROPPED, blocked=WHOLE, passes=[], confirmed=True),
    ),
    "a cut, said to be of another kind": (site(CUT), lies(RANGE, cause="return-path")),
    "an edge that is off by one port": (site(CUT), lies(RANGE, blocked=["20040-20090"])),
    "an edge that is off by one port within": (site(CUT), lies(RANGE, blocked=["20041-20089"])),
    "a second cut": (site(CUT), lies(RANGE, blocked=["20040-20089", "20200-20210"])),
    "our own cut, said to be theirs": (
        site(Shut(20_040, 20_089, Fate.OWN_DROP)),
        lies(RANGE, **DROPPED | EDGES, confirmed=True),
    ),
    "a dropped cut, from one end alone": (site(CUT, far=Far.NONE), lies(RANGE, **DROPPED | EDGES, **ONE_END)),
    "a cut that somebody else refuses": (
        site(Shut(20_040, 20_089, Fate.REFUSE, "admin-prohibited")),
        lies(RANGE, rejected_by="198.51.100.77"),
    ),
    "intervals without an accusation": (site(CUT), lies(RANGE, **PASSES)),
}
FALSE_REACHABLE = {
    "dropped, said to pass": (site(only(SQL, Fate.DROP)), lies(SQL_CHECK, **PASSES)),
    "refused, said to pass": (site(only(MAPPER, Fate.REFUSE, "port-unreachable")), lies(Check.EPM, **PASSES)),
    "a stopped database, said to answer": (site(stopped=SQL), lies(SQL_CHECK, **PASSES)),
    "a dead host, said to answer": (site(dead=True), lies(Check.EPM, **PASSES)),
    "diverted, and the mapper is said to answer": (site(only(MAPPER, Fate.DIVERT)), lies(Check.EPM, **PASSES)),
    "a dropped service, said to pass": (site(only(SERVICE, Fate.DROP)), lies(Check.RPC_ENDPOINT, **PASSES)),
    "a cut, said to pass": (site(CUT), lies(RANGE, **PASSES, **NONE | {"passes": WHOLE})),
    "a cut within what is said to pass": (
        site(CUT, Shut(20_200, 20_210, Fate.DROP)),
        lies(RANGE, **EDGES, largest_untested=10),
    ),
    "a reset cut, though both ends know": (
        site(Shut(20_040, 20_089, Fate.RESET)),
        lies(RANGE, **PASSES, **NONE | {"passes": WHOLE}),
    ),
    "all of it dropped, said to pass": (
        site(Shut(FIRST, LAST, Fate.DROP)),
        lies(RANGE, **PASSES, **NONE, largest_untested=256),
    ),
}
UNFOUNDED = {
    "silent beside a control": (
        site(only(MAPPER, Fate.DROP)),
        lies(Check.EPM, verdict="unreachable", cause="no-answer"),
    ),
    "an open port, said to be silent": (site(), lies(SQL_CHECK, verdict="unreachable", cause="no-answer")),
    "refused by ICMP, said to be silent": (
        site(only(SQL, Fate.REFUSE, "net-prohibited")),
        lies(SQL_CHECK, verdict="unreachable", cause="no-answer"),
    ),
    "an open port, said to be lossy": (site(), lies(Check.EPM, verdict="inconclusive", cause="lossy-path")),
    "an open range that both ends know": (site(), lies(RANGE, **UNKNOWN | {"passes": []})),
    "a cut that both ends know": (site(CUT), lies(RANGE, **UNKNOWN | NONE)),
    "a refused cut, from one end": (
        site(Shut(20_040, 20_200, Fate.REFUSE, "host-prohibited"), far=Far.NONE),
        lies(RANGE, **UNKNOWN | NONE, largest_untested=63),
    ),
    "a device that is not there": (site(far=Far.NONE), lies(RANGE, **UNKNOWN | NONE | {"cause": "middlebox"})),
    "an agent that is said to be silent": (site(), lies(RANGE, **UNKNOWN | NONE | {"cause": "agent-silent"})),
}
LIES = {
    **{name: (*each, Grade.FALSE_BLOCKED) for name, each in FALSE_BLOCKED.items()},
    **{name: (*each, Grade.FALSE_REACHABLE) for name, each in FALSE_REACHABLE.items()},
    **{name: (*each, Grade.UNFOUNDED) for name, each in UNFOUNDED.items()},
}

# What says less than the rules do, for want of evidence.
HONEST = {
    "silent, without a control": (
        site(only(SQL, Fate.DROP)),
        lies(SQL_CHECK, verdict="unreachable", cause="no-answer"),
    ),
    "a silent range behind stealth mode": (
        site(stealth=True, far=Far.NONE),
        lies(RANGE, **UNKNOWN | NONE | {"cause": "agent-silent"}),
    ),
    "a lossy path": (
        site(loss=Loss(20, there=True, back=True)),
        lies(RANGE, **UNKNOWN | NONE | {"cause": "lossy-path"}),
    ),
    "a cut that no test met": (
        site(CUT),
        lies(RANGE, **PASSES, **NONE | {"passes": WHOLE}, largest_untested=50),
    ),
    "a host that shuts its agent out": (
        site(Shut(FIRST, LAST, Fate.HOST_DROP)),
        lies(RANGE, **UNKNOWN | NONE | {"cause": "host-firewall"}),
    ),
}
