"""How available the master secret is, in a sentence or two, with what could be missing."""

from collections.abc import Iterator, Mapping

from agent.site.topology import Host
from agent.sso.availability import AddressState, Availability
from agent.sso.part import Place
from agent.sso.standing import Standing
from agent.sso.words.facts import listed, name, plural

ONLY = {
    AddressState.REACHABLE: "its only address answers",
    AddressState.UNREACHABLE: "its only address does not answer",
    AddressState.UNKNOWN: "whether its only address answers is not known",
}

MOST = 3  # hosts that are told one by one

LEAD = {
    Availability.HIGHLY_AVAILABLE: "Highly available:",
    Availability.AVAILABLE: "Available, but not highly available:",
    Availability.NOT_AVAILABLE: "Not available from here:",
    Availability.UNKNOWN: "Whether it is available is not known:",
}
IF_SEVERAL = "Highly available, if these are addresses of several machines:"
SINGLE = (
    "If it fails, what runs goes on with cached copies of the secret, and no ports or SSO configuration can be changed."
)
NODE = "Whether a passive node could take over is seen on that node only."


def availability_words(standing: Standing) -> str:
    """Of the master secret. Empty where this machine does not ask for it."""
    place = standing.part.place
    if place is Place.MASTER:
        return " ".join((*_of_itself(standing), *_standbys(standing)))
    if place is not Place.PROCESSING or not standing.part.masters:
        return ""
    return " ".join((*_from_afar(standing), *_standbys(standing)))


def _of_itself(standing: Standing) -> Iterator[str]:
    clusters = [host for host in standing.part.clusters if host.nodes]
    yield LEAD[standing.availability]
    yield "; ".join(_shape(host) for host in clusters[:MOST]) + "." if clusters else "no cluster, a single server."
    if standing.availability is Availability.AVAILABLE:
        yield SINGLE
    if standing.availability is Availability.HIGHLY_AVAILABLE:
        yield NODE


def _from_afar(standing: Standing) -> Iterator[str]:
    masters = standing.part.masters
    plain_server = standing.availability is Availability.HIGHLY_AVAILABLE and all(
        len(host.nodes) < 2 for host in masters
    )
    yield IF_SEVERAL if plain_server else LEAD[standing.availability]
    several = len(masters) > 1
    told = (_host(host, standing.addresses.get(host.name, {}), named=several) for host in masters[:MOST])
    yield "; ".join(told) + "."
    if len(masters) > MOST:
        yield f"{len(masters) - MOST} more are not told here."
    if standing.availability is Availability.AVAILABLE:
        yield SINGLE
    if standing.availability is Availability.HIGHLY_AVAILABLE and not plain_server:
        yield NODE


def _host(host: Host, addresses: Mapping[str, AddressState], *, named: bool) -> str:
    answers, silent, unknown = ([each for each, state in addresses.items() if state is kind] for kind in AddressState)
    shape = f"{_shape(host)}; " if host.nodes else f"{name(host.name)}: " * named
    if len(addresses) < 2:
        return shape + ("".join(map(ONLY.__getitem__, addresses.values())) or "no address of it is known")
    answer = plural(len(answers), "answers", "answer")
    parts = [f"{shape}{len(answers) or 'none'} of {len(addresses)} addresses {answer}"]
    if silent and answers and host.nodes:
        parts.append(f"{listed(silent)} may rightly be silent, in a subnet in which the cluster's name is offline")
    elif silent and answers:
        parts.append(f"{'one spare is' if len(silent) == 1 else f'{len(silent)} spares are'} missing: {listed(silent)}")
    if unknown:
        parts.append(f"not known of {listed(unknown)}")
    return "; ".join(parts)


def _shape(host: Host) -> str:
    count = len(host.nodes)
    nodes = listed(each.name for each in host.nodes)
    return f"{name(host.name)} is a cluster of {count} {plural(count, 'node', 'nodes')} ({nodes})"


def _standbys(standing: Standing) -> Iterator[str]:
    names = listed((host.name for host in standing.part.standbys), "or")
    if names:
        yield f"{names} can be made master secret server by hand."
