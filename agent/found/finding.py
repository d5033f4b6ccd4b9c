"""What stands beside the paths: worth knowing, but never a verdict and never an exit code."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from uuid import UUID

from agent.ground.duration import about
from agent.ground.text import plain
from agent.judge.result import Result
from agent.judge.verdict import Cause, Verdict
from probes.outcome import Resolved

CLOCKS_DIFFER = 60.0  # seconds
SAYS_NOTHING = (Cause.LOCAL_FAULT, Cause.NAME_RESOLUTION)  # of an address


class Kind(StrEnum):
    """The closed list of findings."""

    NAME_STALE = "name-stale"  # a name that gave addresses before gives none now
    NAME_UNRESOLVED = "name-unresolved"  # a name that gives no address, beside others of the peer that work
    ADDRESSES_DISAGREE = "addresses-disagree"  # a path works at one address of its peer and not at another
    ENDPOINT_OUTSIDE_RANGE = "endpoint-outside-range"  # a service listens outside of the range that is probed
    FIXED_PORT_DIFFERS = "fixed-port-differs"  # a service is registered elsewhere than the configuration says
    RPC_AWARE_FIREWALL = "rpc-aware-firewall"  # a port opens only once a mapper has named it
    SQL_STRICT = "sql-strict"  # a SQL Server resets PRELOGIN
    CLONED_MSDTC = "cloned-msdtc"  # two peers' MSDTC have one contact identifier
    NAMES_DISAGREE = "names-disagree"  # forward, reverse or short name of a peer lead to another machine
    SHORT_NAME_UNRESOLVED = "short-name-unresolved"  # a short name gives no address, though the peer is known by it
    PEER_SILENT = "peer-silent"  # nothing that was asked of a peer's address was answered
    NAME_TOO_LONG = "name-too-long"  # more than NetBIOS can carry
    CLOCK_DIFFERS = "clock-differs"  # a peer's clock is more than a minute off ours
    OWN_FIREWALL_SHUT = "own-firewall-shut"  # this host's firewall does not admit the agent's program
    BACKUP_UNCONFIRMED = "backup-unconfirmed"  # nobody says that the master secret is backed up, or with an odd date
    BACKUP_OUTDATED = "backup-outdated"  # the master secret changed after the backup that is confirmed
    CONFIGURATION_REFUSED = "configuration-refused"  # the newest configuration file cannot be used
    DNS_STALE = "dns-stale"  # a name of the master secret server leads to where it is not, as after a failover


@dataclass(frozen=True, slots=True)
class Finding:
    """About one peer. `detail` may carry text from the network."""

    peer: str
    kind: Kind
    detail: str
    remedy: str


def stale_addresses(peer: str, answer: Resolved, known: Iterable[str]) -> Finding:
    """The last good addresses are probed on; the operator should know that they are old."""
    return Finding(
        peer,
        Kind.NAME_STALE,
        f"The name {answer.name} gives no address now ({answer.detail}); "
        f"the last known ones are probed: {', '.join(known)}.",
        "Check the name service of this host, and whether the name is still right.",
    )


def disagreeing(results: Iterable[Result]) -> list[Finding]:
    """One for each path whose addresses came to different ends. One that could not be tried has none."""
    found = []
    for result in results:
        tried = [each for each in result.addresses if each.judgement.cause not in SAYS_NOTHING]
        if len({(each.judgement.verdict, each.judgement.cause) for each in tried}) > 1:
            seen = ", ".join(f"{each.address} {each.judgement.verdict}" for each in tried)
            found.append(
                Finding(
                    result.path.peer,
                    Kind.ADDRESSES_DISAGREE,
                    f"The addresses of {result.path.peer} disagree for {result.path.check}: {seen}.",
                    "Normal for the offline addresses of an availability group or a multi-subnet cluster; "
                    "otherwise mend or remove the address that does not work.",
                )
            )
    return found


def unresolved(results: Iterable[Result]) -> list[Finding]:
    """One for each name without an address, where other addresses of its peer work: the verdict hides it."""
    names = {
        (result.path.peer, each.name): each.judgement.detail
        for result in results
        for each in result.addresses
        if each.judgement.cause is Cause.NAME_RESOLUTION and result.verdict is Verdict.REACHABLE
    }
    remedy = "Correct the name, or take it out."
    return [Finding(peer, Kind.NAME_UNRESOLVED, detail, remedy) for (peer, _), detail in names.items()]


def cloned(peers: Mapping[str, tuple[Collection[UUID], Collection[str]]]) -> list[Finding]:
    """One for each two peers whose MSDTC have a contact identifier (CID) in common: `peers` by name, with addresses.

    Two entries of the file with an address in common are one machine.
    """
    return [
        Finding(
            one,
            Kind.CLONED_MSDTC,
            f"MSDTC of {one} and of {other} have the same contact identifier (CID): the machines were cloned, and "
            "transactions between them fail.",
            "Install MSDTC anew on one of them: msdtc -uninstall, msdtc -install, restart.",
        )
        for one, other in combinations(peers, 2)
        if set(peers[one][0]) & set(peers[other][0]) and not set(peers[one][1]) & set(peers[other][1])
    ]


def clocks_differ(here: str, offsets: Mapping[str, float]) -> list[Finding]:
    """One for each peer whose clock is far from ours. `offsets`: seconds by which it is ahead."""
    return [
        Finding(
            peer,
            Kind.CLOCK_DIFFERS,
            f"The clocks of {here} and {peer} differ by {about(abs(offset))}: that of {peer} is "
            f"{'ahead' if offset > 0 else 'behind'}. Nothing here depends on it, but Kerberos refuses from 5 min on.",
            "Compare both with the domain's time (w32tm /query /status, or chronyc tracking on Linux).",
        )
        for peer, offset in offsets.items()
        if abs(offset) > CLOCKS_DIFFER
    ]


def own_firewall_shut(here: str, program: str, at: str, remedy: str) -> Finding:
    """`program`: the file that runs this agent; `at`: where it listens, and nobody gets in."""
    return Finding(
        here,
        Kind.OWN_FIREWALL_SHUT,
        f"The firewall of {here} does not admit this agent's program ({program}) to listen at {at}: what comes there "
        "is dropped here, and shows nothing about the way. SSO's own ports may be admitted all the same.",
        remedy,
    )


def configuration_refused(here: str, mistakes: Sequence[str]) -> list[Finding]:
    """One, if there are mistakes in the newest configuration file: the agent runs with the one before."""
    if not mistakes:
        return []
    more = f" (and {len(mistakes) - 1} more)" if len(mistakes) > 1 else ""
    return [
        Finding(
            here,
            Kind.CONFIGURATION_REFUSED,
            f"The newest configuration is not in force, and the agent of {here} runs with the one before: "
            f"{plain(mistakes[0])}{more}.",
            "See `probe check-config`; mend the file, and have the agent read it again (SIGHUP, POST /-/reload, or a "
            "restart).",
        )
    ]
