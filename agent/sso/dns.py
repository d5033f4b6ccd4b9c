"""Names of the master secret server that lead to where it is not, as they may for a while after a failover.

Two looks. From afar: nothing works at what the name gave, but something does at another address of the same host. On a
node of the cluster: the service runs here, and the name leads to another machine. Neither can tell the reason for
certain, so both say what else looks the same.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping

from agent.finding import Finding, Kind
from agent.judge.verdict import Verdict
from agent.path import Check
from agent.result import AddressResult, Result
from agent.sso.cluster import given, spelled
from agent.sso.part import Part
from agent.sso.reach import Newest, asked_of, of_addresses
from agent.sso.seen import Condition, Service
from agent.sso.ways import Decided, Way
from agent.text import plain
from agent.topology import Host
from probes.resolve import literal

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
        if asked is not None:
            ways = of_addresses(host.name, newest)
            found += [_from_afar(host, asked.result, *each) for each in _stale_names(host, asked.result, ways)]
    return found


def stale_on_node(
    part: Part, service: Service, own: Collection[str], resolved: Mapping[str, Collection[str]]
) -> list[Finding]:
    """One for each name of a cluster of which this machine is a node. `own` and `resolved` as of `cluster.holding`."""
    if service.condition is not Condition.RUNNING:
        return []
    return [finding for host in part.clusters for finding in _on_node(part.here, host, own, resolved)]


def _stale_names(
    host: Host, result: Result, ways: Mapping[str, Decided]
) -> Iterator[tuple[str, list[AddressResult], list[AddressResult]]]:
    """Each with the addresses that it gave, and those of the host where the service is."""
    order = list(dict.fromkeys(result.path.addresses))
    for name in host.addresses:
        if literal(name) is not None or name not in order:
            continue
        gave = [each for each in result.addresses if each.name == name and each.address is not None]
        # An address stands under the first entry of the file that gives it: what stands under an earlier one may be
        # this name's too, what stands under a later one is not.
        later = order[order.index(name) + 1 :]
        there = [each for each in result.addresses if each.name in later and _way(each, ways) is Way.OPEN]
        if gave and there and all(_way(each, ways) is Way.SHUT for each in gave):
            yield name, gave, there


def _way(each: AddressResult, ways: Mapping[str, Decided]) -> Way:
    return ways[each.address or each.name].way


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
