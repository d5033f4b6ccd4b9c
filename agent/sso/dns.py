"""Names of the master secret server that lead to where it is not, as they may for a while after a failover.

Two looks. From afar: nothing works at what the name gave, but something does at another address of the same host. On a
node of the cluster: the service runs here, and the name leads to another machine. Neither can tell the reason for
certain, so both say what else looks the same.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping

from agent.found.finding import Finding, Kind
from agent.ground.path import Check
from agent.ground.text import plain
from agent.judge.result import AddressResult, Result
from agent.judge.verdict import Verdict
from agent.site.topology import Host
from agent.sso.cluster import given, spelled
from agent.sso.part import Part
from agent.sso.reach import Found, Newest, asked_of, of_addresses
from agent.sso.seen import Condition, Service
from agent.sso.ways import Way, way_of
from probes.resolve import literal

Misleading = tuple[str, list[AddressResult], list[AddressResult]]

MOST_SHOWN = 4  # addresses in a sentence
LONGEST_SHOWN = 60  # characters of a name

LASTS = (
    "After a failover an old record can live on: in the name service until the new one is registered, and in the "
    "caches of those who asked for as long as its TTL says (a cluster's HostRecordTTL, 1200 s unless changed)"
)
MEANWHILE = "until then the SSO services of other servers that read the name may go to where the service is not"
FLUSH = "`ipconfig /flushdns` on each machine that still has the old answer"
REGISTER = (
    "on the node that has the cluster's name, `Update-ClusterNetworkNameResource` for the name's resource registers it "
    "anew. A lower HostRecordTTL makes this shorter the next time"
)


def stale_from_afar(masters: Iterable[Host], newest: Newest) -> list[Finding]:
    """One for each name of a host. A name says nothing here if an address of it could not be tried, or is unsure."""
    found = []
    for host in masters:
        asked = asked_of(host.name, newest)
        for name, gave, there in _of_master(asked, host, newest):
            if asked is not None and _is_given(gave):
                found.append(_from_afar(host, asked.result, name, gave, there))
    return found


def misled(masters: Iterable[Host], databases: Iterable[Host], newest: Newest) -> Iterator[str]:
    """The hosts of which a name leads nowhere, or to where the service is not, though it is at another address."""
    for host in masters:
        if any(_of_master(asked_of(host.name, newest), host, newest)):
            yield host.name
    for host in databases:
        found = newest.get((host.name, Check.SQL))
        if found is not None and any(misleading(found.result, {})):
            yield host.name


def _of_master(asked: Found | None, host: Host, newest: Newest) -> Iterator[Misleading]:
    if asked is not None:
        ways = {address: decided.way for address, decided in of_addresses(host.name, newest).items()}
        yield from misleading(asked.result, ways)


def stale_on_node(
    part: Part, service: Service, own: Collection[str], resolved: Mapping[str, Collection[str]]
) -> list[Finding]:
    """One for each name of a cluster of which this machine is a node. `own` and `resolved` as of `cluster.holding`."""
    if service.condition is not Condition.RUNNING:
        return []
    return [finding for host in part.clusters for finding in _on_node(part.here, host, own, resolved)]


def misleading(result: Result, ways: Mapping[str, Way]) -> Iterator[Misleading]:
    """Each name with what it gave, and those of the host's addresses where the service is, which it did not give.

    `ways`: of an address, where its verdict alone does not decide.
    """
    order = list(dict.fromkeys(result.path.addresses))
    for name in order:
        gave = [each for each in result.addresses if each.name == name]
        if literal(name) is not None or not gave or any(_way(each, ways) is not Way.SHUT for each in gave):
            continue
        # An address stands under the first entry of the file that gives it: what stands under an earlier one may be
        # this name's too, unless it gave none; what stands under a later one is not.
        others = order[order.index(name) + 1 :] if _is_given(gave) else order
        there = [each for each in result.addresses if each.name in others and _way(each, ways) is Way.OPEN]
        if there:
            yield name, gave, there


def _is_given(gave: Iterable[AddressResult]) -> bool:
    """Whether there is any address that a name gave."""
    return any(each.address is not None for each in gave)


def _way(each: AddressResult, ways: Mapping[str, Way]) -> Way:
    return ways.get(each.address or each.name) or way_of(each.judgement)


def _from_afar(host: Host, result: Result, name: str, gave: list[AddressResult], there: list[AddressResult]) -> Finding:
    by_service = result.path.check is Check.RPC_ENDPOINT and all(
        each.judgement.verdict is Verdict.REACHABLE for each in there
    )
    what = "the SSO service" if by_service else "an endpoint mapper"
    seen = _listed(f"{each.address}{_owner(host, each.address or '')}, {_verdict(each)}" for each in gave)
    return Finding(
        host.name,
        Kind.DNS_STALE,
        f"The name {_name(name)} last gave {seen}; {what} answers at {_listed(str(each.address) for each in there)}, "
        f"an address of {host.name} that the name did not give. {LASTS}, and the SSO services of other servers may "
        "read the same name. Two addresses of one machine, of which the one that the name gives is down or shut, look "
        "the same.",
        f"Find out which address is right. If the name's is old: {FLUSH}; {_mend(host)}. Otherwise look into the path "
        "to it.",
    )


def _mend(host: Host) -> str:
    return REGISTER if host.nodes else "correct its record in the name service"


def _on_node(here: str, host: Host, own: Collection[str], resolved: Mapping[str, Collection[str]]) -> Iterator[Finding]:
    literals = [spelled(each) for each in host.addresses if literal(each) is not None]
    names = [each for each in dict.fromkeys(host.addresses) if literal(each) is None]
    at = next((address for address in literals if address in own), None)
    if literals and at is None:
        return  # this node is not the active one, and the name may well lead to another
    for name in names:
        gives = given(name, resolved)
        if gives and not any(address in own for address in gives):
            where = _listed(f"{address}{_owner(host, address)}" for address in gives)
            yield _held(here, host, name, where, at) if at is not None else _either(here, host, name, where)


def _held(here: str, host: Host, name: str, where: str, at: str) -> Finding:
    return Finding(
        host.name,
        Kind.DNS_STALE,
        f"{here} runs the SSO service and has the address {at} of {host.name}, but here the name {_name(name)} gives "
        f"{where}, which is not on {here}. {LASTS}; {MEANWHILE}. A wrong record, or one in a hosts file, looks the "
        "same.",
        f"Run {FLUSH}, this one first; {REGISTER}. If it stays, correct the record, or the hosts file.",
    )


def _either(here: str, host: Host, name: str, where: str) -> Finding:
    return Finding(
        host.name,
        Kind.DNS_STALE,
        f"{here} runs the SSO service, but here the name {_name(name)} of the cluster {host.name} gives {where}, which "
        f"is not on {here}. Either {here} has the cluster's name now, and the record is old or wrong. {LASTS}; "
        f"{MEANWHILE}. Or another node has the name, and the service was started on {here} past the cluster, as a "
        "monitor that restarts services does: then SSOSecretServer may not be registered for the cluster's name, and "
        "who asks for the secret gets 0x800706D9.",
        f"Look which node has the cluster's name (`Get-ClusterGroup`). If it is {here}: run {FLUSH}, this one first; "
        f"{REGISTER}. If it is another: stop the SSO service on {here}, and see to it that the cluster alone starts "
        "it; if who asks still gets 0x800706D9, take the cluster's SSO resource offline and online again.",
    )


def _owner(host: Host, address: str) -> str:
    """Of which node it is, where the file says so."""
    for node in host.nodes:
        if spelled(address) in map(spelled, filter(literal, node.addresses)):
            return f" ({node.name} in the file)"
    return ""


def _verdict(each: AddressResult) -> str:
    judged = each.judgement
    return f"{judged.verdict} / {judged.cause}" if judged.cause else str(judged.verdict)


def _name(text: str) -> str:
    return plain(text, LONGEST_SHOWN)


def _listed(texts: Iterable[str]) -> str:
    shown = [plain(text) for text in texts]
    more = len(shown) - MOST_SHOWN
    return ", ".join(shown) if more <= 0 else f"{', '.join(shown[:MOST_SHOWN])} and {more} more"
