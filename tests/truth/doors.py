"""The oracle for single ports: from what the rules do to what is true, and to how much of it can be known from here.

It reads the case alone, and nothing that the program said. The contract is the design's tables, sections 2 and 3.
"""

from agent.ground.path import Check
from tests.lab.star import NETS, ROUTER

from .case import MAPPER, SQL, Case, Device, Fate, Limited, Machine, Peer
from .grade import Said, Truth, sayings

NO_ANSWER, REFUSED = sayings("unreachable/no-answer"), sayings("unreachable/refused")
DROPPED, DOWN = sayings("blocked/silent-drop"), sayings("unreachable/host-down")
NOT_TOLD, LOSSY = sayings("inconclusive/no-known-listener"), sayings("inconclusive/lossy-path")
REACHABLE, MIDDLEBOX = sayings("reachable"), sayings("inconclusive/middlebox")
OWN, CUT_OFF = sayings("inconclusive/local-fault"), sayings("unreachable/cut-off")
NOTHING: frozenset[Said] = frozenset()

# What is true of a port where somebody listens, what may be said by who has no control there, what one end cannot see.
FATES = {
    Fate.OPEN: (REACHABLE, NOTHING, NOTHING),
    Fate.DROP: (DROPPED, NO_ANSWER, NOTHING),
    Fate.ONE_WAY: (DROPPED | sayings("blocked/return-path"), NO_ANSWER, NOTHING),
    Fate.HOST_DROP: (DROPPED | sayings("blocked/host-firewall"), NO_ANSWER, NOTHING),
    Fate.REFUSE: (sayings("blocked/icmp-reject"), NOTHING, NOTHING),
    Fate.HOST_REFUSE: (sayings("blocked/host-firewall"), NOTHING, NOTHING),
    Fate.NO_WAY: (DOWN, NOTHING, NOTHING),
    Fate.RESET: (sayings("blocked/injected-reset"), REFUSED, NOTHING),
    Fate.HOST_RESET: (sayings("blocked/injected-reset", "blocked/host-firewall"), REFUSED, NOTHING),
    Fate.DIVERT: (sayings("blocked/middlebox") | CUT_OFF, MIDDLEBOX, REACHABLE),  # a bare SYN-ACK is all there is
    Fate.OWN_DROP: (OWN, NOTHING, NOTHING),
    Fate.OWN_REFUSE: (OWN, NOTHING, NOTHING),
}
SILENT = frozenset({Fate.DROP, Fate.ONE_WAY, Fate.HOST_DROP})
TOLD = frozenset({Fate.REFUSE, Fate.NO_WAY, Fate.HOST_REFUSE})
MINE = frozenset({Fate.OWN_DROP, Fate.OWN_REFUSE})
SHUT = frozenset(Fate) - MINE - {Fate.OPEN}  # somebody else's rules let no connection through


def truth(case: Case, peer: Peer, machine: Machine, check: Check) -> Truth:
    """Of one of the checks that ask one port."""
    if machine.dead:
        right = NOT_TOLD if check is Check.RPC_ENDPOINT else DOWN
        honest = NOTHING if check is Check.RPC_ENDPOINT else NO_ANSWER
        return Truth("nobody has the address", right, honest, rejected_by=frozenset({near(case)}))
    if check is Check.RPC_ENDPOINT and machine.fate(MAPPER) is not Fate.OPEN:
        return _not_told(machine)
    port = {Check.SQL: SQL, Check.EPM: MAPPER}.get(check, case.service)
    return _served(case, peer, machine, check, port) if port in machine.services else _stopped(machine, port)


def near(case: Case) -> str:
    """The router's address on our side."""
    return NETS["BTS01"][case.version].format(ROUTER).partition("/")[0]


def _not_told(machine: Machine) -> Truth:
    """Where nobody can ask the mapper, nobody knows the service's port."""
    right = NOT_TOLD | (OWN if machine.fate(MAPPER) in MINE else NOTHING)
    return Truth("the mapper cannot be asked", right)


def _served(case: Case, peer: Peer, machine: Machine, check: Check, port: int) -> Truth:
    fate = machine.fate(port)
    right, honest, known = FATES[fate]
    if fate in SILENT and _has_control(peer, machine, check):
        honest = NOTHING
    if machine.device is Device.SYN_PROXY or any(shut.fate is Fate.DIVERT for shut in machine.shuts):
        honest |= MIDDLEBOX  # somebody answers for this address where nobody should
    if machine.is_lossy:
        right, honest = _at_times(machine, fate, right, honest)
        honest |= NOT_TOLD if check is Check.RPC_ENDPOINT else NOTHING
    if check is Check.EPM:
        known = NOTHING  # a mapper has to answer
    return Truth(_words(machine, fate), right, honest, known, _senders(case, machine, fate))


def _at_times(
    machine: Machine, fate: Fate, right: frozenset[Said], honest: frozenset[Said]
) -> tuple[frozenset[Said], frozenset[Said]]:
    """Where some of the answers get lost: silence is what may be seen of anything."""
    honest |= NO_ANSWER | LOSSY | CUT_OFF
    return right | (DROPPED if fate in SHUT else NOTHING), honest


def _has_control(peer: Peer, machine: Machine, check: Check) -> bool:
    """Whether another port of the address answers for certain: silence beside it can be shown to be a block."""
    if check is Check.RPC_ENDPOINT:
        return True  # the mapper, which named it
    known = peer.is_database and SQL in machine.services and machine.fate(SQL) is Fate.OPEN
    return check is Check.EPM and known and not machine.is_lossy


def _stopped(machine: Machine, port: int) -> Truth:
    """Nobody listens: what is before the host shows as ever, but for what only a listener could show."""
    fate = machine.fate(port)
    if fate is not Fate.OPEN:
        right, honest, known = FATES[fate]
        honest |= NO_ANSWER if machine.stealth or machine.is_lossy or fate in SILENT else REFUSED
        return Truth(f"stopped, {_words(machine, fate)}", right, honest, known)
    if machine.device is Device.SYN_PROXY:  # it accepts, and then passes on that the host refuses: that is cut off
        honest = MIDDLEBOX | NO_ANSWER | REFUSED | CUT_OFF
        return Truth("stopped, behind a SYN proxy", NOTHING, honest, REACHABLE)
    honest = NO_ANSWER if machine.stealth else REFUSED
    if machine.is_lossy:
        honest |= NO_ANSWER | LOSSY
    right = sayings("service-down/no-listener")
    return Truth("stopped" + (", stealth" if machine.stealth else ""), right, honest)


def _senders(case: Case, machine: Machine, fate: Fate) -> frozenset[str | None]:
    """Whose ICMP errors there may be."""
    senders = {Fate.REFUSE: near(case), Fate.NO_WAY: near(case), Fate.HOST_REFUSE: machine.address}
    return frozenset({senders[fate]} if fate in senders else ())


def _words(machine: Machine, fate: Fate) -> str:
    parts = [str(fate)]
    parts += ["behind a SYN proxy"] if machine.device is Device.SYN_PROXY else []
    return ", ".join([*parts, *noise(machine)])


def noise(machine: Machine) -> list[str]:
    """For the table: what makes an address hard to judge."""
    loss = ["packets get lost"] if machine.loss.is_any else []
    return loss + ([f"{machine.limited} limited"] if machine.limited is not Limited.NOTHING else [])
